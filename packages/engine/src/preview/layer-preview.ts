import { CoordinateOperations } from '../crs/coordinate-operation.ts';
import type { Crs } from '../crs/crs.ts';
import { lonLatEnvelope, wgs84 } from '../crs/lon-lat-extent.ts';
import type { Envelope } from '../features/geometry-array.ts';
import { PreparedRegions } from '../crop/prepared-regions.ts';
import { crsOf } from '../run/item-pipeline.ts';
import { prepareCrop } from '../run/prepare-crop.ts';
import type { Region } from '../plan/request.ts';
import type { PostgisTable } from '../postgis/postgis-table.ts';
import { FeatureReader } from '../source/feature-reader.ts';
import { sourceVersion } from '../source/geopackage-file.ts';
import type { GeoPackageTable } from '../source/layer.ts';
import { type GeometrySurvey, surveyTableHere } from '../source/survey.ts';
import { placeFeatures } from './place-features.ts';
import { envelopesIn } from './preview-envelopes.ts';
import { isLight, type PreviewFeature, shapesOf } from './preview-shapes.ts';
import { type Placed, type RegionMemory } from './region-memory.ts';
import { chooseShown } from './choose-shown.ts';

/** What to preview of a layer. Plain data. */
export interface PreviewRequest<Source = GeoPackageTable | PostgisTable> {
  readonly source: Source;
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

/** Previews a layer from its spatial index: the cost is that of the sample, not of the layer. */
export async function previewLayerHere(
  request: PreviewRequest<GeoPackageTable>,
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
      : await regions.recall(JSON.stringify([source.path, source.table, version, region.geometry]), () =>
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
  // Boxes of the index meet the map where their features do not, or are too small to be seen: those are no sample.
  const isWhole = sample.ids.length === sample.total;
  const total = isWhole ? placedFeatures.length : sample.total;
  return { type: 'FeatureCollection', features: placedFeatures, total, counts };
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

function sampleAll(
  index: GeometrySurvey['index'],
  envelopes: readonly Envelope[],
  { limit, featureCount }: { limit: number; featureCount: number },
): { ids: Float64Array; total: number } {
  const share = Math.max(1, Math.floor(limit / Math.max(1, envelopes.length)));
  const samples = envelopes.map((envelope) => chooseShown(index, envelope, { limit: share, featureCount }));
  const ids = new Set(samples.flatMap((sample) => [...sample.ids]));
  const isWhole = samples.every((sample) => sample.ids.length === sample.total);
  // A feature whose box is as wide as the earth is found on each turn of it.
  const total = isWhole ? ids.size : samples.reduce((sum, one) => sum + one.total, 0);
  return { ids: Float64Array.from(ids).sort(), total };
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
      features.push(...shapesOf({ geometry: batch, fids, length }, { tolerance, meridian }));
    }
    if (isLight(features, ids.length)) return features;
  }
}
