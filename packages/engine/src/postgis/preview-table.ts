import type pg from 'pg';

import { PreparedRegions } from '../crop/prepared-regions.ts';
import { CoordinateOperations } from '../crs/coordinate-operation.ts';
import type { Crs } from '../crs/crs.ts';
import { lonLatEnvelope, wgs84 } from '../crs/lon-lat-extent.ts';
import type { Envelope } from '../features/geometry-array.ts';
import type { LayerPreview, PreviewRequest, RegionCounts } from '../preview/layer-preview.ts';
import { envelopesIn } from '../preview/preview-envelopes.ts';
import { isLight, type PreviewFeature, shapesOf } from '../preview/preview-shapes.ts';
import type { RegionMemory } from '../preview/region-memory.ts';
import { crsOf, type LayerRegion } from '../run/item-pipeline.ts';
import { prepareRegion } from '../run/prepare-crop.ts';
import { countPlaces } from './place-query.ts';
import { connectPostgis, postgisError } from './postgis-connection.ts';
import { type PostgisTable, quotedTable } from './postgis-table.ts';
import { readSample, type SampledRows } from './read-sample.ts';
import { expectedRows, meets, outlineTable, type Sample, type TableOutline } from './sample-query.ts';

/** Milliseconds that one statement of a preview may take. */
const patienceMs = 4000;
/** Milliseconds for which counts of a region are kept: rows may change, and the map is moved meanwhile. */
const keptMs = 60_000;
/** Metres of a degree, to say a tolerance in a projected CRS. */
const metresOfDegree = 111_320;

/** The table, as far as its statistics tell. */
interface Outlined {
  readonly crs: Crs;
  readonly outline: TableOutline;
  readonly envelope: Envelope;
  /** The same in degrees. */
  readonly data: Envelope;
  readonly operations: CoordinateOperations;
}

const nothing: LayerPreview = { type: 'FeatureCollection', features: [], total: 0, counts: null };

/**
 * Previews a table of a PostGIS database: a sample by its spatial index or of its pages, never a scan of it, and nothing
 * that takes longer than some seconds. Where not all rows are shown, how many there are is what the planner expects.
 *
 * @throws EngineError `source-unavailable`
 */
export async function previewPostgisHere(
  request: PreviewRequest<PostgisTable>,
  memory: RegionMemory<RegionCounts>,
): Promise<LayerPreview> {
  const { source } = request;
  const crs = crsOf(source);
  if (crs === null) return nothing;
  await using held = await connectPostgis(source.connection);
  const { client } = held;
  try {
    await client.query(`SET LOCAL statement_timeout = ${patienceMs}`);
    const outline = await outlineTable(client, source);
    const { envelope } = outline;
    if (envelope === null) return nothing;
    const operations = new CoordinateOperations();
    const data = await lonLatEnvelope(crs, envelope, operations);
    return await preview(client, request, { crs, outline, envelope, data, operations }, memory);
  } catch (error) {
    throw postgisError(error);
  }
}

async function preview(
  client: pg.Client,
  request: PreviewRequest<PostgisTable>,
  layer: Outlined,
  memory: RegionMemory<RegionCounts>,
): Promise<LayerPreview> {
  const { source } = request;
  const { outline } = layer;
  const sample = await sampleFor(client, request, layer);
  const shown = request.box ?? layer.data;
  const degrees = Math.max(shown[2] - shown[0], 1e-4) / request.pixels / 2;
  const region = await regionFor(request, layer);
  const rows = await readSample(client, source, { sample, region, tolerance: unitsOf(degrees, layer.crs) });
  const placed = await featuresOf(rows, layer, degrees);
  const isOff = request.region !== null && region === null;
  const features = isOff
    ? placed.map((one) => ({ ...one, properties: { place: 'outside' as const } }))
    : placed;
  const total = rows.isAll ? features.length : Math.max(Math.round(sample.expected), features.length);
  return { type: 'FeatureCollection', features, total, counts: await counts() };

  async function counts(): Promise<RegionCounts | null> {
    if (request.region === null) return null;
    if (region === null) return { inside: 0, cut: 0, outside: Math.round(outline.rows), isExact: false };
    const { connection, schema, relation } = source;
    const minute = Math.floor(Date.now() / keptMs);
    const key = JSON.stringify([connection, schema, relation, minute, request.region.geometry]);
    return memory.recall(key, () => countPlaces(client, source, { outline, region }));
  }
}

/** Which rows to take: of a box, those whose own box meets it; else of all. */
async function sampleFor(
  client: pg.Client,
  { source, box, limit }: PreviewRequest<PostgisTable>,
  layer: Outlined,
): Promise<Sample> {
  const { outline } = layer;
  if (box === null) return { outline, envelopes: null, expected: outline.rows, limit };
  const envelopes = await envelopesIn(box, layer);
  if (envelopes.length === 0) return { outline, envelopes, expected: 0, limit };
  const where = meets(source, outline.srid, envelopes);
  const expected = await expectedRows(client, `SELECT 1 FROM ${quotedTable(source)} WHERE ${where}`);
  return { outline, envelopes, expected, limit };
}

/** The region in the table's CRS; null where there is none, or it is nowhere near the data or cannot be used. */
async function regionFor(
  { region }: PreviewRequest<PostgisTable>,
  { crs, envelope, operations }: Outlined,
): Promise<LayerRegion | null> {
  if (region === null) return null;
  const workshop = { operations, regions: new PreparedRegions() };
  const prepared = await prepareRegion(workshop, region, { crs, survey: { envelope } });
  return prepared === null || 'problem' in prepared ? null : prepared;
}

/** Rows as features in degrees, simplified until there are few enough positions to draw. */
async function featuresOf(
  { geometry, fids, places }: SampledRows,
  { crs, operations, envelope }: Outlined,
  degrees: number,
): Promise<PreviewFeature[]> {
  const operation = await operations.choose(crs, wgs84(), envelope);
  const { coordinates, stride, positionCount } = geometry;
  await operation.transform({ coordinates, stride, count: positionCount });
  const meridian = crs.kind === 'geographic' ? null : crs.centralMeridian;
  const placeOf = new Map(places?.map((place, at) => [fids[at]!, place]));
  for (let tolerance = degrees; ; tolerance *= 2) {
    const features = shapesOf({ geometry, fids, length: geometry.length }, { tolerance, meridian });
    if (!isLight(features, fids.length)) continue;
    if (places === null) return features;
    return features.map((one) => ({ ...one, properties: { place: placeOf.get(one.id) ?? 'outside' } }));
  }
}

/** A tolerance in degrees, in units of a CRS. */
function unitsOf(degrees: number, crs: Crs): number {
  if (crs.kind === 'geographic') return degrees;
  const metresOfUnit = /foot/i.test(crs.unit) ? 0.3048 : 1;
  return (degrees * metresOfDegree) / metresOfUnit;
}
