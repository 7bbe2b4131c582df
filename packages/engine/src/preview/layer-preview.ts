import { CoordinateOperations } from '../crs/coordinate-operation.ts';
import type { Crs } from '../crs/crs.ts';
import { gridOver } from '../crs/grid.ts';
import { lonLatEnvelope, wgs84 } from '../crs/lon-lat-extent.ts';
import type { Envelope, GeometryArray } from '../features/geometry-array.ts';
import { PreparedRegions } from '../crop/prepared-regions.ts';
import { crsOf } from '../run/item-pipeline.ts';
import { prepareCrop } from '../run/prepare-crop.ts';
import type { Region } from '../plan/request.ts';
import { FeatureReader } from '../source/feature-reader.ts';
import { sourceVersion } from '../source/geopackage-file.ts';
import type { GeoPackageTable } from '../source/layer.ts';
import { type GeometrySurvey, surveyTableHere } from '../source/survey.ts';
import { type FeaturePlace, placeFeatures } from './place-features.ts';
import { type PreviewDetail, type PreviewGeometry, previewGeometry } from './preview-geometry.ts';
import { type Placed, type RegionMemory } from './region-memory.ts';
import { sampleIds } from './sample-ids.ts';

/** What to preview of a layer. Plain data. */
export interface PreviewRequest {
  readonly source: GeoPackageTable;
  readonly cacheFolder: string;
  /** Degrees: west, south, east, north; east may be beyond 180. Null for all of the layer. */
  readonly box: Envelope | null;
  /** Features at the most. */
  readonly limit: number;
  /** Pixels that the box is wide on the screen: lines are moved by at most half of one. */
  readonly pixels: number;
  /** The region of an export; null for none. */
  readonly region: Region | null;
}

/** A feature of a preview. */
export interface PreviewFeature {
  readonly type: 'Feature';
  readonly id: number;
  readonly geometry: PreviewGeometry;
  readonly properties: { readonly place?: FeaturePlace };
}

/** How many features a region takes. */
export interface RegionCounts {
  readonly inside: number;
  readonly cut: number;
  readonly outside: number;
  readonly isExact: boolean;
}

/** A sample of a layer's features, EPSG:4326, simplified for a screen: a GeoJSON FeatureCollection with counts. */
export interface LayerPreview {
  readonly type: 'FeatureCollection';
  readonly features: readonly PreviewFeature[];
  /** Features in the box. */
  readonly total: number;
  /** For all of the layer, not only the box; null without a region. */
  readonly counts: RegionCounts | null;
}

/** Positions of a preview, all features together. */
const mostPositions = 60_000;

/** Previews a layer from its spatial index: the cost is that of the sample, not of the layer. */
export async function previewLayerHere(
  request: PreviewRequest,
  regions: RegionMemory,
): Promise<LayerPreview> {
  const { source } = request;
  const crs = crsOf(source);
  const survey = surveyTableHere(source, request.cacheFolder);
  const { geometry } = survey;
  if (crs === null || geometry === null || geometry.envelope === null) return nothing;
  const operations = new CoordinateOperations();
  const data = await lonLatEnvelope(crs, geometry.envelope, operations);
  const envelopes =
    request.box === null ? [geometry.envelope] : await envelopesIn(request.box, { crs, data, operations });
  const sample = sampleAll(geometry.index, envelopes, {
    limit: request.limit,
    featureCount: survey.featureCount,
  });
  const { region } = request;
  const { version } = survey;
  const placed =
    region === null
      ? null
      : await regions.recall({ source, version, region }, () =>
          place(source, region, { crs, geometry, operations }),
        );
  const shown = request.box ?? data;
  const read = {
    crs,
    geometry,
    operations,
    tolerance: Math.max(shown[2] - shown[0], 1e-4) / request.pixels / 2,
  };
  const features = await readFeatures(source, sample.ids, read);
  const placedFeatures = features.map((feature) =>
    placed === null
      ? feature
      : { ...feature, properties: { place: placed === 'nowhere' ? 'outside' : placed.placeOf(feature.id) } },
  ) as PreviewFeature[];
  const counts = countsOf(placed, survey.featureCount);
  return { type: 'FeatureCollection', features: placedFeatures, total: sample.total, counts };
}

const nothing: LayerPreview = { type: 'FeatureCollection', features: [], total: 0, counts: null };

function countsOf(placed: Placed | null, featureCount: number): RegionCounts | null {
  if (placed === null) return null;
  if (placed === 'nowhere') return { inside: 0, cut: 0, outside: featureCount, isExact: true };
  const { inside, cut, isExact } = placed;
  return { inside, cut, outside: Math.max(0, featureCount - inside - cut), isExact };
}

interface LayerParts {
  readonly crs: Crs;
  readonly geometry: GeometrySurvey;
  readonly operations: CoordinateOperations;
}

async function place(
  source: GeoPackageTable,
  region: Region,
  { crs, geometry, operations }: LayerParts,
): Promise<Placed> {
  const crop = await prepareCrop({ operations, regions: new PreparedRegions() }, region, {
    crs,
    survey: geometry,
    version: sourceVersion(source.path),
  });
  if (crop === null || 'problem' in crop) return 'nowhere';
  return placeFeatures(source, crop, geometry.index);
}

/** A box across the antimeridian meets data on two turns of the globe. */
async function envelopesIn(
  box: Envelope,
  parts: { crs: Crs; data: Envelope; operations: CoordinateOperations },
): Promise<Envelope[]> {
  const envelopes: Envelope[] = [];
  for (const turn of [-360, 0, 360]) {
    const envelope = await project([box[0] + turn, box[1], box[2] + turn, box[3]], parts);
    if (envelope !== null) envelopes.push(envelope);
  }
  return envelopes;
}

function sampleAll(
  index: GeometrySurvey['index'],
  envelopes: readonly Envelope[],
  { limit, featureCount }: { limit: number; featureCount: number },
): { ids: Float64Array; total: number } {
  const share = Math.max(1, Math.floor(limit / Math.max(1, envelopes.length)));
  const samples = envelopes.map((envelope) => sampleIds(index, envelope, { limit: share, featureCount }));
  const ids = new Set(samples.flatMap((sample) => [...sample.ids]));
  return { ids: Float64Array.from(ids).sort(), total: samples.reduce((sum, { total }) => sum + total, 0) };
}

/** The envelope in a layer's CRS of what a box and its data have in common; null where that is nothing. */
async function project(
  box: Envelope,
  { crs, data, operations }: { crs: Crs; data: Envelope; operations: CoordinateOperations },
): Promise<Envelope | null> {
  const common: Envelope = [
    Math.max(box[0], data[0]),
    Math.max(box[1], data[1]),
    Math.min(box[2], data[2]),
    Math.min(box[3], data[3]),
  ];
  if (common[0] > common[2] || common[1] > common[3]) return null;
  if (crs.kind === 'geographic') return common;
  const operation = await operations.choose(wgs84(), crs, data);
  const coordinates = gridOver(common, 21);
  await operation.transform({ coordinates, stride: 2, count: coordinates.length / 2 });
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let k = 0; k < coordinates.length; k += 2) {
    const [x, y] = [coordinates[k]!, coordinates[k + 1]!];
    if (Number.isNaN(x)) continue;
    [minX, maxX] = [Math.min(minX, x), Math.max(maxX, x)];
    [minY, maxY] = [Math.min(minY, y), Math.max(maxY, y)];
  }
  return minX > maxX ? null : [minX, minY, maxX, maxY];
}

async function readFeatures(
  source: GeoPackageTable,
  ids: Float64Array,
  options: LayerParts & { readonly tolerance: number },
): Promise<PreviewFeature[]> {
  const { crs, geometry, operations } = options;
  const operation = await operations.choose(crs, wgs84(), geometry.envelope);
  const meridian = crs.kind === 'geographic' ? null : crs.centralMeridian;
  for (let { tolerance } = options; ; tolerance *= 2) {
    const features: PreviewFeature[] = [];
    using reader = FeatureReader.open(source, { fields: [], hasZ: false, hasM: false });
    for (const { fids, geometry: batch, length } of reader.readSelected(ids, () => true)) {
      if (batch === null) continue;
      const { coordinates, stride, positionCount } = batch;
      await operation.transform({ coordinates, stride, count: positionCount });
      features.push(...shapesOf(batch, { fids, length, tolerance, meridian }));
    }
    const positions = features.reduce((sum, feature) => sum + positionsOf(feature.geometry), 0);
    if (positions <= Math.max(mostPositions, ids.length * 6)) return features;
  }
}

function shapesOf(
  batch: GeometryArray,
  options: PreviewDetail & { readonly fids: Float64Array; readonly length: number },
): PreviewFeature[] {
  const features: PreviewFeature[] = [];
  for (let at = 0; at < options.length; at++) {
    const shape = previewGeometry(batch, at, options);
    if (shape === null) continue;
    features.push({ type: 'Feature', id: options.fids[at]!, geometry: shape, properties: {} });
  }
  return features;
}

function positionsOf({ coordinates }: PreviewGeometry): number {
  return coordinates.flat(2).length;
}
