import { type GeometryArray, geometryKind } from '../features/geometry-array.ts';

/**
 * Twice the signed area of a ring: positive where it runs counter-clockwise. Computed from the first position, so that
 * large coordinates do not cost the sign of a small ring.
 */
export function signedArea(geometry: GeometryArray, ring: number): number {
  const { coordinates, stride, ringStarts } = geometry;
  const start = ringStarts[ring]! * stride;
  const end = ringStarts[ring + 1]! * stride;
  const x0 = coordinates[start]!;
  const y0 = coordinates[start + 1]!;
  let area = 0;
  for (let k = start + stride; k + stride < end; k += stride) {
    const ax = coordinates[k]! - x0;
    const ay = coordinates[k + 1]! - y0;
    const bx = coordinates[k + stride]! - x0;
    const by = coordinates[k + stride + 1]! - y0;
    area += ax * by - bx * ay;
  }
  return area;
}

/** Whether a ring of a part must be turned around for its outer ring to run counter-clockwise, or clockwise. */
export function isTurned(
  geometry: GeometryArray,
  { part, ring, outer }: { part: number; ring: number; outer: 'counter-clockwise' | 'clockwise' },
): boolean {
  if (geometry.partKinds[part] !== geometryKind.polygon) return false;
  const isOuter = ring === geometry.partRings[part];
  const wantsPositive = isOuter === (outer === 'counter-clockwise');
  const area = signedArea(geometry, ring);
  return area !== 0 && area > 0 !== wantsPositive;
}
