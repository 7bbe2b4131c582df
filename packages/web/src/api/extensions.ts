import type { ExtentGeometry, MultiPolygon } from '@outcrop/client';

import type { Report } from '@outcrop/contract';

import { siteSettings } from '../site-settings.ts';
import { pageFetch } from './page-fetch.ts';
import { isAway, PageError } from './page-error.ts';
import { readKey } from './session.ts';

/** A sample of a layer's features with counts, as `GET /services/page/layers/{id}/preview` gives it. */
export interface Preview {
  readonly features: readonly PreviewFeature[];
  readonly total: number;
  readonly counts: {
    readonly inside: number;
    readonly cut: number;
    readonly outside: number;
    readonly isExact: boolean;
  } | null;
}

/** A feature of a preview, EPSG:4326. */
export interface PreviewFeature {
  readonly id: number;
  readonly geometry: { readonly type: string; readonly coordinates: unknown };
  readonly properties: { readonly place?: 'inside' | 'cut' | 'outside' };
}

/** What to preview. */
export interface PreviewOptions {
  readonly bbox?: readonly number[] | null;
  readonly limit?: number;
  readonly pixels?: number;
  /** Counts what is inside it. */
  readonly extent?: ExtentGeometry | string | null;
  readonly signal?: AbortSignal;
}

/** Extents made one, and what was wrong with them. */
export interface RegionInspection {
  readonly geometry: MultiPolygon | null;
  readonly vertices: number;
  readonly problem: { readonly reason: string; readonly at: readonly [number, number] | null } | null;
  readonly simplifiedBy: number | null;
}

/** A CRS to choose: number, name, 1 where it is projected, area in words, and west, south, east, north. */
export type CrsEntry = readonly [
  number,
  string,
  0 | 1,
  string,
  readonly [number, number, number, number] | null,
];

/** A CRS that a map can be drawn in. */
export interface CrsDefinition {
  readonly code: string;
  readonly name: string;
  readonly proj4: string;
  readonly areaOfUse: readonly [number, number, number, number] | null;
}

/** The polygons of a dropped file, or why there are none. */
export interface ReadShapes {
  readonly features:
    | readonly { readonly geometry: ExtentGeometry; readonly properties: Record<string, unknown> }[]
    | null;
  readonly problem: 'unknown-type' | 'unreadable' | 'unknown-crs' | 'no-polygon' | null;
}

/** A sample of a layer's features. */
export async function previewLayer(layerId: number, options: PreviewOptions = {}): Promise<Preview> {
  const { bbox, limit = 5000, pixels = 1000, extent, signal } = options;
  const url = new URL(`services/page/layers/${layerId}/preview`, siteSettings.root);
  url.searchParams.set('limit', String(limit));
  url.searchParams.set('pixels', String(pixels));
  if (bbox) url.searchParams.set('bbox', bbox.map((value) => value.toFixed(4)).join(','));
  const init = extent ? post({ extent }) : {};
  return (await (await ask(url, { ...init, signal: signal ?? null })).json()) as Preview;
}

/** A raster as a picture in Web Mercator. */
export async function previewPicture(layerId: number): Promise<{ url: string; envelope: number[] }> {
  const response = await ask(new URL(`services/page/layers/${layerId}/preview/picture`, siteSettings.root));
  const envelope = (response.headers.get('x-picture-envelope') ?? '').split(',').map(Number);
  return { url: URL.createObjectURL(await response.blob()), envelope };
}

/** Makes extents one: valid, united, with no more corners than the site takes. */
export async function inspectRegion(
  extents: readonly (ExtentGeometry | string)[],
  signal?: AbortSignal,
): Promise<RegionInspection> {
  const response = await ask(new URL('services/page/regions', siteSettings.root), {
    ...post({ extents }),
    signal: signal ?? null,
  });
  return (await response.json()) as RegionInspection;
}

/** Every CRS that exports can be in. */
export async function listCrs(): Promise<CrsEntry[]> {
  const response = await ask(new URL('services/page/crs.json', siteSettings.root));
  return (await response.json()) as CrsEntry[];
}

/** How to draw in a CRS. */
export async function defineCrs(code: string): Promise<CrsDefinition> {
  const number = code.replace(/^EPSG:/, '');
  return (await (
    await ask(new URL(`services/page/crs/${number}`, siteSettings.root))
  ).json()) as CrsDefinition;
}

/** Has the site read the polygons of a Shapefile, GeoPackage or KML. */
export async function readShapes(file: Blob, type: string, crs: string | null): Promise<ReadShapes> {
  const url = new URL('services/page/shapes', siteSettings.root);
  url.searchParams.set('type', type);
  if (crs !== null) url.searchParams.set('crs', crs);
  return (await (await ask(url, { method: 'POST', body: file })).json()) as ReadShapes;
}

/** What an export changed, left out or could not keep. */
export async function exportReport(exportId: number): Promise<Report> {
  const url = new URL(`services/page/exports/${exportId}/report`, siteSettings.root);
  return (await (await ask(url)).json()) as Report;
}

/** A link to an archive for the browser's own downloads. */
export async function downloadLink(exportId: number): Promise<string> {
  const url = new URL(`services/page/exports/${exportId}/download`, siteSettings.root);
  return ((await (await ask(url, { method: 'POST' })).json()) as { url: string }).url;
}

/** Exchanges the code of a login link for a key. */
export async function redeemLogin(code: string): Promise<string> {
  const response = await ask(new URL('services/page/sign-in', siteSettings.root), post({ code }));
  return ((await response.json()) as { key: string }).key;
}

/** Has the site end the key that is in use, if a login link gave it. */
export async function endSession(): Promise<void> {
  await ask(new URL('services/page/sign-out', siteSettings.root), { method: 'POST' });
}

function post(body: unknown): RequestInit {
  return {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  };
}

async function ask(url: URL, init: RequestInit = {}): Promise<Response> {
  const key = readKey();
  const headers = {
    ...(init.headers as Record<string, string> | undefined),
    ...(key === null ? {} : { authorization: `key ${key}` }),
  };
  const response = await pageFetch(url.href, { ...init, headers }).catch((error: unknown) => {
    if (init.signal?.aborted === true) throw error;
    throw new PageError('connection', 'The site does not answer.');
  });
  if (response.ok) return response;
  const body = (await response.json().catch(() => null)) as { detail?: string; extent?: string[] } | null;
  const detail = body?.detail ?? body?.extent?.join(' ') ?? `The site answered ${response.status}.`;
  throw new PageError(
    response.status === 401 ? 'authentication' : isAway(response.status) ? 'connection' : 'refused',
    detail,
  );
}
