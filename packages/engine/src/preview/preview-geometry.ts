import { onTurnAround } from '../crs/lon-lat-extent.ts';
import { type GeometryArray, geometryKind } from '../features/geometry-array.ts';
import { simplifyLine } from './simplify-line.ts';

/** Positions in degrees, by what they make. A feature of a preview is one kind of geometry, whatever it was. */
export type PreviewGeometry =
  | { readonly type: 'MultiPoint'; readonly coordinates: readonly Position[] }
  | { readonly type: 'MultiLineString'; readonly coordinates: readonly (readonly Position[])[] }
  | { readonly type: 'MultiPolygon'; readonly coordinates: readonly (readonly (readonly Position[])[])[] };

type Position = [number, number];

/** How positions of a preview are written. */
export interface PreviewDetail {
  /** Degrees that a line may be moved. */
  readonly tolerance: number;
  /** The meridian that longitudes stay within 180 degrees of; null where they stay as they are. */
  readonly meridian: number | null;
}

/** One feature of an array, whose coordinates are degrees, simplified. Null where it has no place. */
export function previewGeometry(
  source: GeometryArray,
  feature: number,
  detail: PreviewDetail,
): PreviewGeometry | null {
  const points: Position[] = [];
  const lines: Position[][] = [];
  const polygons: Position[][][] = [];
  for (let part = source.featureParts[feature]!; part < source.featureParts[feature + 1]!; part++) {
    const rings: Position[][] = [];
    for (let ring = source.partRings[part]!; ring < source.partRings[part + 1]!; ring++) {
      rings.push(readRing(source, ring, detail));
    }
    const kind = source.partKinds[part];
    if (kind === geometryKind.polygon) polygons.push(rings.filter((ring) => ring.length > 3));
    else if (kind === geometryKind.line) lines.push(...rings.filter((ring) => ring.length > 1));
    else points.push(...rings.flat());
  }
  const areas = withoutSpecks(
    polygons.filter((polygon) => polygon.length > 0),
    detail.tolerance,
  );
  if (areas.length > 0) return { type: 'MultiPolygon', coordinates: areas };
  if (lines.length > 0) return { type: 'MultiLineString', coordinates: lines };
  return points.length > 0 ? { type: 'MultiPoint', coordinates: points } : null;
}

/** Leaves out polygons that would be less than a pixel, but for the largest. */
function withoutSpecks(polygons: Position[][][], tolerance: number): Position[][][] {
  if (polygons.length < 2) return polygons;
  const sizes = polygons.map(([outer]) => sizeOf(outer ?? []));
  const largest = Math.max(...sizes);
  return polygons.filter((_, at) => sizes[at]! >= Math.min(largest, tolerance * 2));
}

function sizeOf(ring: readonly Position[]): number {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of ring) {
    [west, east] = [Math.min(west, x), Math.max(east, x)];
    [south, north] = [Math.min(south, y), Math.max(north, y)];
  }
  return Math.max(east - west, north - south);
}

function readRing(source: GeometryArray, ring: number, detail: PreviewDetail): Position[] {
  const { coordinates, stride } = source;
  const positions: Position[] = [];
  for (let k = source.ringStarts[ring]! * stride; k < source.ringStarts[ring + 1]! * stride; k += stride) {
    const [x, y] = [coordinates[k]!, coordinates[k + 1]!];
    if (Number.isFinite(x) && Number.isFinite(y)) {
      positions.push([detail.meridian === null ? x : onTurnAround(x, detail.meridian), y]);
    }
  }
  const decimals = Math.min(7, Math.max(1, Math.ceil(-Math.log10(detail.tolerance / 2))));
  const kept = positions.length > 2 ? simplifyLine(positions, detail.tolerance) : positions;
  return kept.map(([x, y]) => [round(x, decimals), round(y, decimals)]);
}

function round(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale;
}
