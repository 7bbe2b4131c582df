import Database from 'better-sqlite3';

import { FeatureCropper } from '../crop/feature-cropper.ts';
import { Geos } from '../crop/geos.ts';
import { RegionIndex } from '../crop/region-index.ts';
import type { Envelope } from '../features/geometry-array.ts';
import type { LayerCrop } from '../run/item-pipeline.ts';
import { FeatureReader } from '../source/feature-reader.ts';
import { quoteIdentifier, sourceError } from '../source/geopackage-file.ts';
import type { GeoPackageTable } from '../source/layer.ts';
import type { SpatialIndex } from '../source/spatial-index.ts';

/** What a region does to a feature. */
export type FeaturePlace = 'inside' | 'cut' | 'outside';

/** Where the features of a layer are with regard to a region. */
export interface PlacedFeatures {
  readonly inside: number;
  readonly cut: number;
  /** False where so many features lie on the edge that only some were looked at. */
  readonly isExact: boolean;
  /** The place of a feature: exact for those that were looked at. */
  placeOf(featureId: number): FeaturePlace;
}

/** Features on the edge that are compared with the region itself; where there are more, evenly chosen ones. */
const mostCompared = 20_000;

/** Counts what is inside, cut and outside, by the same index and the same cropper that an export uses. */
export async function placeFeatures(
  source: GeoPackageTable,
  crop: LayerCrop,
  index: SpatialIndex,
): Promise<PlacedFeatures> {
  const { inside, edge } = byBox(index, crop);
  const step = Math.max(1, Math.ceil(edge.length / mostCompared));
  const compared = edge.filter((_, at) => at % step === 0);
  const places = await compare(source, crop, compared);
  const found = [...places.values()];
  const share = compared.length === 0 ? 1 : edge.length / compared.length;
  return {
    inside: inside.size + Math.round(count(found, 'inside') * share),
    cut: Math.round(count(found, 'cut') * share),
    isExact: step === 1,
    placeOf: (featureId) => (inside.has(featureId) ? 'inside' : (places.get(featureId) ?? 'outside')),
  };
}

function byBox(index: SpatialIndex, crop: LayerCrop): { inside: Set<number>; edge: Float64Array } {
  const database = new Database(index.path, { readonly: true });
  try {
    const [minX, minY, maxX, maxY] = crop.index.envelope;
    const rows = database
      .prepare(
        `SELECT id, minx, miny, maxx, maxy FROM ${quoteIdentifier(index.table)}
         WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?`,
      )
      .raw()
      .iterate(minX, maxX, minY, maxY) as IterableIterator<[number, ...number[]]>;
    const inside = new Set<number>();
    const edge: number[] = [];
    for (const [id, ...box] of rows) {
      const place = crop.index.place(box as unknown as Envelope);
      if (place === 'in') inside.add(id);
      else if (place === 'edge') edge.push(id);
    }
    return { inside, edge: Float64Array.from(edge).sort() };
  } catch (error) {
    throw sourceError(error, index.path);
  } finally {
    database.close();
  }
}

async function compare(
  source: GeoPackageTable,
  crop: LayerCrop,
  ids: Float64Array,
): Promise<Map<number, FeaturePlace>> {
  const places = new Map<number, FeaturePlace>();
  using reader = FeatureReader.open(source, { fields: [], hasZ: false, hasM: false });
  const { builder } = reader;
  if (builder === null) return places;
  const geos = await Geos.load();
  using index = new RegionIndex(geos, crop.projected.shape);
  const cropper = new FeatureCropper(geos, index, { mode: 'clip', target: builder });
  let at = 0;
  const filter = (mark: Parameters<FeatureCropper['crop']>[0]): boolean => {
    const { whole } = cropper.counts;
    const isKept = cropper.crop(mark);
    const kept = cropper.counts.whole > whole ? 'inside' : 'cut';
    places.set(ids[at++]!, isKept ? kept : 'outside');
    if (isKept) builder.rollback(mark);
    return false;
  };
  for (const _ of reader.readSelected(ids, filter)) continue;
  return places;
}

function count(places: readonly FeaturePlace[], wanted: FeaturePlace): number {
  return places.filter((place) => place === wanted).length;
}
