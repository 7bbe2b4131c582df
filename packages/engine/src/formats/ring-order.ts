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

/**
 * Turns rings of some parts for outer rings to run clockwise and holes the other way: in place, as nothing reads a block after
 * its writer.
 */
export function turnClockwise(geometry: GeometryArray, parts: { first: number; end: number }): void {
  const { partRings } = geometry;
  for (let part = parts.first; part < parts.end; part++) {
    for (let ring = partRings[part]!; ring < partRings[part + 1]!; ring++) {
      if (isTurned(geometry, { part, ring, outer: 'clockwise' })) reverseRing(geometry, ring);
    }
  }
}

function reverseRing({ coordinates, stride, ringStarts }: GeometryArray, ring: number): void {
  let low = ringStarts[ring]! * stride;
  let high = (ringStarts[ring + 1]! - 1) * stride;
  for (; low < high; low += stride, high -= stride) {
    for (let value = 0; value < stride; value++) {
      const kept = coordinates[low + value]!;
      coordinates[low + value] = coordinates[high + value]!;
      coordinates[high + value] = kept;
    }
  }
}
