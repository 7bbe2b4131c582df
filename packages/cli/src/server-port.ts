import type { ExportCheck, ExportRequest } from '@outcrop/engine';

/** A site folder that was read. */
export interface OpenedSite {
  close(): Promise<void> | void;
}

/** A layer as `outcrop layers` lists it. */
export interface ListedLayer {
  readonly id: number;
  readonly url: string;
  readonly kind: string;
  readonly title: string;
  readonly crs: string | null;
  readonly featureCount: number | null;
  readonly cropLayer: boolean;
  readonly unavailable: string | null;
}

/** What `outcrop init` found. */
export interface InitialisedSite {
  readonly configFile: URL;
  readonly layers: readonly { readonly id: number; readonly title: string }[];
  readonly skipped: readonly {
    readonly path: string;
    readonly table: string | null;
    readonly reason: string;
  }[];
}

/** What the command asks of a site folder that nobody serves. */
export interface SitePort {
  openSite(folder: URL): Promise<OpenedSite>;
  resolveRequest(
    site: OpenedSite,
    body: unknown,
    options: { baseUrl: URL | null; maxVertices: number | null },
  ): Promise<{ request: ExportRequest } | { errors: Record<string, string[]> }>;
  /** The engine's verdict, with what only the site knows: data that cannot be read. */
  checkRequest(site: OpenedSite, request: ExportRequest): Promise<ExportCheck>;
}

/** What the command asks of the server. */
export interface ServerPort {
  initSite(folder: URL): Promise<InitialisedSite>;
  openSite(folder: URL): Promise<OpenedSite>;
  describeLayers(site: OpenedSite, baseUrl: URL | null): Promise<readonly ListedLayer[]>;
  startSite(options: {
    folder: URL;
    port: number;
    host: string;
    publicUrl: URL | null;
    anonymous: boolean;
  }): Promise<{ url: URL; close(): Promise<void> }>;
  orderLoginLink(options: {
    folder: URL;
    scopes?: readonly string[];
    name?: string;
  }): Promise<{ url: string; expiresAt: string }>;
  createToken(options: {
    folder: URL;
    scopes: string[];
    name?: string;
  }): Promise<{ token: string; scopes: readonly string[]; id: number }>;
}
