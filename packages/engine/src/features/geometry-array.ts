/**
 * The kind of one geometry, with the codes of WKB (OGC 06-103r4, 8.2.8); 0 is no geometry at all (null).
 * An empty geometry has a kind and no parts.
 */
export const geometryKind = {
  none: 0,
  point: 1,
  line: 2,
  polygon: 3,
  multiPoint: 4,
  multiLine: 5,
  multiPolygon: 6,
  collection: 7,
} as const;

/** A value of `geometryKind`. */
export type GeometryKind = (typeof geometryKind)[keyof typeof geometryKind];

/**
 * The geometries of a block of features in columns, after GeoArrow: one array of interleaved coordinates and three
 * levels of offsets over it. Feature i has parts `featureParts[i] .. featureParts[i+1]`, part p has rings
 * `partRings[p] .. partRings[p+1]`, ring r has positions `ringStarts[r] .. ringStarts[r+1]`, position k has its
 * values at `coordinates[k * stride ...]`. A point is one part of one ring of one position; a line one part of one
 * ring; a polygon one part, its outer ring first.
 *
 * Arrays may be longer than what is used: `length`, `partCount`, `ringCount` and `positionCount` say how much.
 */
export interface GeometryArray {
  readonly length: number;
  readonly partCount: number;
  readonly ringCount: number;
  readonly positionCount: number;
  /** Values in a position: x y [z] [m]. */
  readonly stride: number;
  readonly hasZ: boolean;
  readonly hasM: boolean;
  readonly kinds: Uint8Array;
  readonly featureParts: Uint32Array;
  /** The kind of each part (point, line or polygon): only in a collection do they differ. */
  readonly partKinds: Uint8Array;
  readonly partRings: Uint32Array;
  readonly ringStarts: Uint32Array;
  readonly coordinates: Float64Array;
}

/** First position of feature i; with `i + 1` one past its last. */
function positionOf(geometry: GeometryArray, feature: number): number {
  return geometry.ringStarts[geometry.partRings[geometry.featureParts[feature]!]!]!;
}

/** `[minX, minY, maxX, maxY]`. */
export type Envelope = readonly [number, number, number, number];

/** Widens an envelope by a box `minX minY maxX maxY` that stands at a place of an array. */
export function widenEnvelope(envelope: [number, number, number, number], boxes: Float64Array, at = 0): void {
  envelope[0] = Math.min(envelope[0], boxes[at]!);
  envelope[1] = Math.min(envelope[1], boxes[at + 1]!);
  envelope[2] = Math.max(envelope[2], boxes[at + 2]!);
  envelope[3] = Math.max(envelope[3], boxes[at + 3]!);
}

/** What two envelopes have in common; where that is nothing, a point or line between them. */
export function commonEnvelope(a: Envelope, b: Envelope): Envelope {
  const [minX, minY] = [Math.max(a[0], b[0]), Math.max(a[1], b[1])];
  return [minX, minY, Math.max(minX, Math.min(a[2], b[2])), Math.max(minY, Math.min(a[3], b[3]))];
}

/** The same, but null where they have nothing in common, not even a point. */
export function meetingEnvelope(a: Envelope, b: Envelope): Envelope | null {
  const isApart = a[0] > b[2] || a[2] < b[0] || a[1] > b[3] || a[3] < b[1];
  return isApart ? null : commonEnvelope(a, b);
}

/** Writes the envelope of feature i to `target`: minX minY maxX maxY, or NaN where it has no position. */
export function envelopeInto(geometry: GeometryArray, feature: number, target: Float64Array): void {
  envelopeOfPositions(
    geometry,
    { first: positionOf(geometry, feature), end: positionOf(geometry, feature + 1) },
    target,
  );
}

/** The same for positions from one on to before another. */
export function envelopeOfPositions(
  { coordinates, stride }: GeometryArray,
  { first, end }: { readonly first: number; readonly end: number },
  target: Float64Array,
): void {
  let minX = Infinity;
  let minY = Infinity;
  let maxX = -Infinity;
  let maxY = -Infinity;
  for (let k = first * stride; k < end * stride; k += stride) {
    const x = coordinates[k]!;
    const y = coordinates[k + 1]!;
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
  }
  const isEmpty = minX > maxX;
  target[0] = isEmpty ? NaN : minX;
  target[1] = isEmpty ? NaN : minY;
  target[2] = isEmpty ? NaN : maxX;
  target[3] = isEmpty ? NaN : maxY;
}

/** Whether a position of feature i has no place: x is NaN, as transformations leave it. */
export function isMisplaced(geometry: GeometryArray, feature: number): boolean {
  const { coordinates, stride } = geometry;
  const end = positionOf(geometry, feature + 1) * stride;
  for (let k = positionOf(geometry, feature) * stride; k < end; k += stride) {
    if (Number.isNaN(coordinates[k])) return true;
  }
  return false;
}
