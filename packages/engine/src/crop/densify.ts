import type { CoordinateOperation } from '../crs/coordinate-operation.ts';
import type { FlatPolygons } from './flat-polygons.ts';

/** How far a projected edge may stray from the straight line it stands for, in the target's units. */
export const densifyTolerance = { projected: 0.01, geographic: 1e-7 } as const;
/** Longer edges are always halved (degrees, metres): the middle of an S-shaped one may lie where its chord's does. */
const longestEdge = { geographic: 1, projected: 100_000 } as const;
/** Halvings of one edge: 65,536 pieces. */
const maxHalvings = 16;

/** Rings being densified: x and y of their positions in the source CRS, and where those land. */
interface Outline {
  readonly source: Float64Array;
  readonly placed: Float64Array;
  readonly ringStarts: Uint32Array;
}

/**
 * Projects polygons after adding positions to their edges, until the middle of no edge strays from where the straight
 * line of the source CRS is. Null where a position has no place in the target.
 *
 * All edges are halved at once, level by level, so that an operation that runs as a program runs a few times only.
 */
export async function densify(
  { coordinates, ringStarts, polygonRings }: FlatPolygons,
  operation: CoordinateOperation,
): Promise<FlatPolygons | null> {
  const placed = await project(coordinates, operation);
  if (placed === null) return null;
  let outline: Outline = { source: coordinates, placed, ringStarts };
  // Edges, by their first positions, whose middles were not looked at yet.
  let open = allEdges(outline);
  for (let level = 0; level < maxHalvings && open.length > 0; level++) {
    const source = middlesOf(outline.source, open);
    const middles = await project(source, operation);
    if (middles === null) return null;
    const isAstray = straying(outline, { open, middles }, operation);
    ({ outline, open } = halve(outline, { open, source, middles, isAstray }));
  }
  return { coordinates: outline.placed, ringStarts: outline.ringStarts, polygonRings };
}

function allEdges({ source, ringStarts }: Outline): Uint32Array {
  const edges = new Uint32Array(source.length / 2);
  let count = 0;
  for (let ring = 0; ring + 1 < ringStarts.length; ring++) {
    for (let k = ringStarts[ring]!; k + 1 < ringStarts[ring + 1]!; k++) edges[count++] = k;
  }
  return edges.subarray(0, count);
}

async function project(source: Float64Array, operation: CoordinateOperation): Promise<Float64Array | null> {
  const coordinates = source.slice();
  await operation.transform({ coordinates, stride: 2, count: coordinates.length / 2 });
  return coordinates.some(Number.isNaN) ? null : coordinates;
}

function middlesOf(source: Float64Array, edges: Uint32Array): Float64Array {
  const middles = new Float64Array(edges.length * 2);
  for (let index = 0; index < edges.length; index++) {
    const k = edges[index]! * 2;
    middles[index * 2] = (source[k]! + source[k + 2]!) / 2;
    middles[index * 2 + 1] = (source[k + 1]! + source[k + 3]!) / 2;
  }
  return middles;
}

/** Which edges are too long, or have their true middle far from their chord's, which bounds how far an edge strays. */
function straying(
  { source, placed }: Outline,
  { open, middles }: { open: Uint32Array; middles: Float64Array },
  operation: CoordinateOperation,
): Uint8Array {
  const longest = longestEdge[operation.from.kind];
  const tolerance = densifyTolerance[operation.to.kind];
  const isAstray = new Uint8Array(open.length);
  for (let index = 0; index < open.length; index++) {
    const k = open[index]! * 2;
    const x = (placed[k]! + placed[k + 2]!) / 2 - middles[index * 2]!;
    const y = (placed[k + 1]! + placed[k + 3]!) / 2 - middles[index * 2 + 1]!;
    const isLong =
      Math.abs(source[k + 2]! - source[k]!) > longest || Math.abs(source[k + 3]! - source[k + 1]!) > longest;
    if (isLong || x * x + y * y > tolerance * tolerance) isAstray[index] = 1;
  }
  return isAstray;
}

interface Halving {
  readonly open: Uint32Array;
  readonly source: Float64Array;
  readonly middles: Float64Array;
  readonly isAstray: Uint8Array;
}

/** Puts the middles of stray edges in; both halves of each are open then. */
function halve(
  outline: Outline,
  { open, source, middles, isAstray }: Halving,
): { outline: Outline; open: Uint32Array } {
  const added = isAstray.reduce((sum, astray) => sum + astray, 0);
  if (added === 0) return { outline, open: new Uint32Array(0) };
  const next = {
    source: new Float64Array(outline.source.length + added * 2),
    placed: new Float64Array(outline.placed.length + added * 2),
    ringStarts: outline.ringStarts.slice(),
  };
  const nextOpen = new Uint32Array(added * 2);
  let [from, to, ring, opened] = [0, 0, 1, 0];
  const copyUpTo = (end: number): void => {
    next.source.set(outline.source.subarray(from * 2, end * 2), to * 2);
    next.placed.set(outline.placed.subarray(from * 2, end * 2), to * 2);
    for (; ring < next.ringStarts.length && outline.ringStarts[ring]! <= end; ring++)
      next.ringStarts[ring] = outline.ringStarts[ring]! + to - from;
    to += end - from;
    from = end;
  };
  for (let index = 0; index < open.length; index++) {
    if (isAstray[index] === 0) continue;
    copyUpTo(open[index]! + 1);
    next.source.set(source.subarray(index * 2, index * 2 + 2), to * 2);
    next.placed.set(middles.subarray(index * 2, index * 2 + 2), to * 2);
    nextOpen.set([to - 1, to], opened);
    opened += 2;
    to += 1;
  }
  copyUpTo(outline.source.length / 2);
  return { outline: next, open: nextOpen };
}
