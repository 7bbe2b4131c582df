import type { ExportCheck, ExportRequest } from '@outcrop/engine';
import type { AuditRecord, TokenRecord } from '@outcrop/server';

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
    readonly isImportable?: true;
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

/** What `outcrop import` has done. */
export interface ImportedIntoSite {
  readonly configFile: URL;
  readonly imported: readonly {
    readonly source: string;
    readonly layer: string;
    readonly file: string;
    readonly table: string;
    readonly kind: string;
    readonly featureCount: number;
    readonly crs: string | null;
    readonly crsFrom: string | null;
    readonly changes: readonly { readonly code: string; readonly count: number; readonly detail: string }[];
  }[];
  readonly skipped: readonly {
    readonly source: string;
    readonly layer: string | null;
    readonly reason: string;
  }[];
}

/** What is imported, and how. */
export interface ImportOrder {
  readonly folder: URL;
  readonly files: readonly string[];
  readonly crs?: string | undefined;
  readonly encoding?: string | undefined;
  readonly layers?: readonly string[] | undefined;
  readonly x?: string | undefined;
  readonly y?: string | undefined;
  readonly replace?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((fraction: number, name: string) => void) | undefined;
}

/** An API key as operators see it. */
export type ListedToken = Omit<TokenRecord, 'owner_id' | 'created_at'>;

/** Which lines of an audit log. */
export interface AuditOrder {
  readonly folder: URL;
  readonly actions?: readonly string[];
  readonly tokenIds?: readonly number[];
  readonly exportIds?: readonly number[];
  readonly items?: readonly string[];
  readonly since?: string;
  readonly until?: string;
}

/** A line of an audit log. */
export type AuditLine = AuditRecord;

/** How a site listens. */
export interface ListeningOptions {
  readonly folder: URL;
  readonly port: number;
  readonly host: string;
  readonly publicUrl: URL | null;
  readonly anonymous: boolean;
}

/** A site that listens. */
export interface ListeningSite {
  readonly url: URL;
  close(): Promise<void>;
}

/** How far a delivery is. */
export type DeliveryState = 'pending' | 'delivered' | 'failed';

/** A message about an export as `outcrop webhook list` shows it. */
export interface ListedDelivery {
  readonly export_id: number;
  readonly event: string;
  readonly channel: string;
  readonly target: string;
  readonly state: DeliveryState;
  readonly tries: number;
  readonly detail: string | null;
  readonly created_at: string;
}

/** What the command asks of the server. */
export interface ServerPort {
  initSite(folder: URL): Promise<InitialisedSite>;
  importIntoSite(order: ImportOrder): Promise<ImportedIntoSite>;
  openSite(folder: URL): Promise<OpenedSite>;
  describeLayers(site: OpenedSite, baseUrl: URL | null): Promise<readonly ListedLayer[]>;
  startSite(options: ListeningOptions): Promise<ListeningSite>;
  startApiProcess(options: ListeningOptions): Promise<ListeningSite>;
  startWorkerProcess(options: { folder: URL }): Promise<{ close(): Promise<void> }>;
  orderLoginLink(options: {
    folder: URL;
    scopes?: readonly string[];
    name?: string;
    groups?: readonly string[];
    tokenId?: number;
  }): Promise<{ url: string; expiresAt: string }>;
  createToken(options: {
    folder: URL;
    scopes: string[];
    name?: string;
    groups?: readonly string[];
    referers?: readonly string[];
    expires?: string;
  }): Promise<{ token: string; scopes: readonly string[]; id: number }>;
  migrateSite(order: { folder: URL }): Promise<{
    steps: readonly { id: number; name: string }[];
    schema: number;
  }>;
  backUpSite(order: { folder: URL; to: URL }): Promise<{ made_at: string; archives: number }>;
  restoreSite(order: { from: URL; folder: URL }): Promise<{
    madeAt: string;
    archives: number;
    exports: Readonly<Record<string, number>>;
    isConfigRestored: boolean;
  }>;
  listTokens(options: { folder: URL }): Promise<readonly ListedToken[]>;
  changeToken(options: {
    folder: URL;
    tokenId: number;
    change: {
      name?: string;
      scopes?: readonly string[];
      groups?: readonly string[];
      referers?: readonly string[];
      expires?: string | null;
    };
  }): Promise<ListedToken>;
  revokeToken(options: { folder: URL; tokenId: number }): Promise<ListedToken>;
  readAuditLog(options: AuditOrder): AsyncIterable<AuditLine>;
  orderNotifications(
    folder: URL,
    order:
      | { order: 'secret'; token: number | null; renew: boolean }
      | { order: 'list'; state: DeliveryState | null; limit: number }
      | { order: 'email'; token: number; address: string | null },
  ): Promise<{ secret?: string; deliveries?: readonly ListedDelivery[] }>;
}
