import { EngineError, type PreviewThread, readShapes, shapeFileTypes } from '@outcrop/engine';
import type { MultiPolygon } from '@outcrop/contract';
import { z } from 'zod';

import { resolveExtent } from '../exports/resolve-extent.ts';
import type { RequestContext } from '../http/app-parts.ts';
import { HttpError } from '../http/http-error.ts';
import { readJsonBody } from '../http/read-json-body.ts';
import { sendJson } from './accepted-encoding.ts';
import type { PageOperation } from './page-operation.ts';

const mostParts = 100;
const mostVertices = 1_000_000;
const mostShapeBytes = 30_000_000;
const mostBodyBytes = 60_000_000;
/** Files that are unpacked and read at the same time: each may take memory and a processor. */
const mostReaders = 2;

const bodySchema = z.object({
  extents: z
    .array(z.union([z.string(), z.looseObject({ type: z.string() })]))
    .min(1)
    .max(mostParts),
});

/**
 * `POST /services/page/regions`: extents, as a create writes them, made one: valid, united, and with no more corners
 * than the site takes. Says what was wrong, and where.
 */
export function inspectRegion(previews: PreviewThread): PageOperation {
  return async (parts, context) => {
    const body = bodySchema.safeParse(await readJsonBody(context, mostBodyBytes));
    if (!body.success) throw new HttpError(400, { detail: z.prettifyError(body.error) });
    const polygons: MultiPolygon['coordinates'][number][] = [];
    for (const extent of body.data.extents) {
      const { region, issues } = await resolveExtent(parts.site, extent as never, {
        baseUrl: parts.siteRoot,
        maxVertices: mostVertices,
      });
      if (issues !== null) throw new HttpError(400, { extent: issues });
      polygons.push(...(region?.geometry.coordinates ?? []));
    }
    const maxVertices = parts.site.limits.max_extent_vertices;
    return sendJson(context, JSON.stringify(await previews.inspectRegion({ polygons, maxVertices })));
  };
}

/** `POST /services/page/shapes?type=zip&crs=EPSG:2193`: the polygons of a dropped file, as GeoJSON in EPSG:4326. */
export function readShapeFile(): PageOperation {
  let readers = 0;
  return async (_, context) => {
    const { type, crs } = readShapeQuery(context);
    const bytes = await readBytes(context);
    if (readers >= mostReaders) {
      const detail = 'Other files are being read; try again in a moment.';
      throw new HttpError(429, { detail }, { 'Retry-After': '3' });
    }
    readers += 1;
    try {
      return await sendJson(context, JSON.stringify(await readShapes({ bytes, type, crs })));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      throw new HttpError(413, { detail: error.message });
    } finally {
      readers -= 1;
    }
  };
}

function readShapeQuery(context: RequestContext): { type: string; crs: string | null } {
  const type = context.req.query('type') ?? '';
  const crs = context.req.query('crs') ?? null;
  if (shapeFileTypes.includes(type) && (crs === null || /^EPSG:\d{1,7}$/.test(crs))) return { type, crs };
  const detail = `Give a type (${shapeFileTypes.join(', ')}), and a CRS such as EPSG:2193.`;
  throw new HttpError(400, { detail });
}

async function readBytes(context: RequestContext): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of context.req.raw.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostShapeBytes) {
      throw new HttpError(
        413,
        { detail: `The file is larger than ${mostShapeBytes} bytes.` },
        { Connection: 'close' },
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
