import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import { EngineError, pictureRaster, PreviewThread, type RasterPicture } from '@outcrop/engine';
import { z } from 'zod';

import type { SiteLayer } from '../catalogue/site-layer.ts';
import { isGeoPackageTable, isTable } from '../catalogue/site-layer.ts';
import { withoutFolder } from '../catalogue/without-folder.ts';
import { resolveExtent } from '../exports/resolve-extent.ts';
import type { AppParts, RequestContext } from '../http/app-parts.ts';
import { HttpError, notFound } from '../http/http-error.ts';
import { readJsonBody } from '../http/read-json-body.ts';
import { sendJson } from './accepted-encoding.ts';
import { readPathId } from '../http/read-path-id.ts';
import type { PageOperation } from './page-operation.ts';

const mostFeatures = 5000;
const mostKept = 64;
const overviewPixels = 1000;

const querySchema = z.object({
  bbox: z
    .string()
    .transform((text) => text.split(',').map(Number))
    .pipe(z.tuple([z.number(), z.number(), z.number(), z.number()]))
    .refine(
      ([west, south, east, north]) =>
        west < east && south < north && east - west <= 720 && Math.abs(west) <= 720,
      'give west,south,east,north in degrees, west less than east',
    )
    .optional(),
  limit: z.coerce.number().int().min(1).max(mostFeatures).default(mostFeatures),
  pixels: z.coerce.number().int().min(16).max(8192).default(1000),
});

const bodySchema = z.object({ extent: z.union([z.string(), z.looseObject({ type: z.string() })]) });

/**
 * `GET /services/page/layers/{id}/preview`: a sample of a layer's features, EPSG:4326, from its spatial index. `POST` with an
 * `extent`, as a create writes it, says too what of the layer is inside it, cut by it and outside.
 */
export function previewLayer(previews: PreviewThread): PageOperation {
  // A database that takes its time keeps no file waiting.
  const databases = new PreviewThread();
  const kept = new Map<string, string>();
  return async (parts, context) => {
    const layer = findLayer(parts, context);
    const query = querySchema.safeParse(context.req.query());
    if (!query.success) throw new HttpError(400, { detail: z.prettifyError(query.error) });
    const { source, version, unavailable } = parts.site.readSource(layer);
    if (source === null) throw new HttpError(409, { detail: unavailable });
    if (!isTable(source))
      throw notFound(`Layer ${layer.id} is a ${layer.kind}; see its preview/picture instead.`);
    const isWhole = parts.site.mayDownload(layer);
    const etag = tagOf(version, `${isWhole} ${context.req.url}`);
    const headers = { ETag: etag, 'Cache-Control': 'private, max-age=30' };
    const isRead = context.req.method === 'GET';
    if (isRead && context.req.header('If-None-Match') === etag) return context.body(null, 304, headers);
    const { bbox, limit, pixels } = query.data;
    const cacheFolder = fileURLToPath(parts.site.paths.cache);
    const region = isRead ? null : await readRegion(parts, context);
    // Who may not download it gets an overview: box by box, close up, a preview would be a download.
    const sharpness = isWhole
      ? { box: bbox ?? null, pixels }
      : { box: null, pixels: Math.min(pixels, overviewPixels) };
    const request = { source, cacheFolder, ...sharpness, limit, region };
    const json =
      (isRead ? kept.get(etag) : undefined) ??
      JSON.stringify(
        await (isGeoPackageTable(source) ? previews : databases)
          .previewLayer(request, context.req.raw.signal)
          .catch((error: unknown) => refuse(parts, error)),
      );
    if (isRead) keep(kept, etag, json);
    return sendJson(context, json, isRead ? headers : {});
  };
}

/** Keeps the last answers: everyone who opens the page asks for the same thumbnails. */
function keep<T>(kept: Map<string, T>, key: string, value: T): void {
  kept.delete(key);
  kept.set(key, value);
  const [oldest] = kept.keys();
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
}

async function readRegion(
  parts: AppParts,
  context: RequestContext,
): Promise<Awaited<ReturnType<typeof resolveExtent>>['region']> {
  const body = bodySchema.safeParse(await readJsonBody(context, parts.site.limits.max_body_bytes));
  if (!body.success) throw new HttpError(400, { detail: z.prettifyError(body.error) });
  const { region, issues } = await resolveExtent(parts.site, body.data.extent as never, {
    baseUrl: parts.siteRoot,
    maxVertices: parts.site.limits.max_extent_vertices,
  });
  if (issues !== null) throw new HttpError(400, { extent: issues });
  return region;
}

/** `GET /services/page/layers/{id}/preview/picture`: a raster or grid as a PNG in Web Mercator, its envelope in a header. */
export function previewPicture(): PageOperation {
  const made = new Map<string, Promise<RasterPicture>>();
  return async (parts, context) => {
    const layer = findLayer(parts, context);
    const { source, version, unavailable } = parts.site.readSource(layer);
    if (source === null) throw new HttpError(409, { detail: unavailable });
    if (isTable(source)) throw notFound(`Layer ${layer.id} has features; see its preview instead.`);
    const etag = tagOf(version, layer.path);
    const headers = { ETag: etag, 'Cache-Control': 'private, max-age=300' };
    if (context.req.header('If-None-Match') === etag) return context.body(null, 304, headers);
    const picture = made.get(etag) ?? pictureRaster(source, fileURLToPath(parts.site.paths.cache));
    keep(made, etag, picture);
    const { png, envelope } = await picture.catch((error: unknown) => {
      made.delete(etag);
      return refuse(parts, error);
    });
    return context.body(Uint8Array.from(png), 200, {
      ...headers,
      'Content-Type': 'image/png',
      'X-Picture-Envelope': envelope.join(','),
      'Access-Control-Expose-Headers': 'X-Picture-Envelope',
    });
  };
}

function findLayer(parts: AppParts, context: RequestContext): SiteLayer {
  const layer = parts.site.findLayer(readPathId(context));
  if (layer === null || layer.kind === 'table') throw notFound();
  return layer;
}

function tagOf(version: number, what: string): string {
  return `"${createHash('sha256').update(`${version} ${what}`).digest('base64url').slice(0, 22)}"`;
}

function refuse(parts: AppParts, error: unknown): never {
  // Nobody reads the answer of a request that was given up.
  if (error instanceof DOMException) throw new HttpError(503, { detail: 'The request was given up.' });
  if (!(error instanceof EngineError)) throw error;
  throw new HttpError(409, { detail: withoutFolder(error.message, parts.site.paths.folder) });
}
