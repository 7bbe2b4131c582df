import type { CoordinateOperation } from '../crs/coordinate-operation.ts';
import type { Polygons } from './polygon-wkb.ts';

/** How far a projected edge may stray from the straight line it stands for, in the target's units. */
export const densifyTolerance = { projected: 0.01, geographic: 1e-7 } as const;
/** Longer edges are always halved (degrees, metres): the middle of an S-shaped one may lie where its chord's does. */
const longestEdge = { geographic: 1, projected: 100_000 } as const;
/** Halvings of one edge: 65,536 pieces. */
const maxHalvings = 16;

/** A ring being densified: positions in the source CRS, and where they land. */
interface Vertex {
  readonly x: number;
  readonly y: number;
  readonly projectedX: number;
  readonly projectedY: number;
}

/**
 * Projects polygons after adding positions to their edges, until the middle of no edge strays from where the straight
 * line of the source CRS is. Null where a position has no place in the target.
 */
export async function densify(polygons: Polygons, operation: CoordinateOperation): Promise<Polygons | null> {
  const result: [number, number][][][] = [];
  for (const polygon of polygons) {
    const rings: [number, number][][] = [];
    for (const ring of polygon) {
      const dense = await densifyRing(ring, operation);
      if (dense === null) return null;
      rings.push(dense);
    }
    result.push(rings);
  }
  return result;
}

/** All edges are halved at once, level by level, so that an operation that runs as a program runs a few times only. */
async function densifyRing(
  ring: readonly (readonly number[])[],
  operation: CoordinateOperation,
): Promise<[number, number][] | null> {
  let vertices = await project(
    ring.map(([x, y]) => [x!, y!] as const),
    operation,
  );
  if (vertices === null) return null;
  // An edge is open while its middle has not been looked at, or was found astray.
  let open = vertices.slice(1).map(() => true);
  for (let level = 0; level < maxHalvings && open.includes(true); level++) {
    const edges = open.flatMap((isOpen, edge) => (isOpen ? [edge] : []));
    const known: Vertex[] = vertices;
    const middles = await project(
      edges.map(
        (edge) =>
          [(known[edge]!.x + known[edge + 1]!.x) / 2, (known[edge]!.y + known[edge + 1]!.y) / 2] as const,
      ),
      operation,
    );
    if (middles === null) return null;
    const halved = new Map(edges.map((edge, index) => [edge, middles[index]!]));
    const next: Vertex[] = [known[0]!];
    const nextOpen: boolean[] = [];
    for (let edge = 0; edge + 1 < known.length; edge++) {
      const middle = halved.get(edge);
      if (middle !== undefined && isAstray([known[edge]!, middle, known[edge + 1]!], operation)) {
        next.push(middle);
        nextOpen.push(true, true);
      } else {
        nextOpen.push(false);
      }
      next.push(known[edge + 1]!);
    }
    vertices = next;
    open = nextOpen;
  }
  return vertices.map(({ projectedX, projectedY }) => [projectedX, projectedY]);
}

async function project(
  positions: readonly (readonly [number, number])[],
  operation: CoordinateOperation,
): Promise<Vertex[] | null> {
  const coordinates = Float64Array.from(positions.flat());
  await operation.transform({ coordinates, stride: 2, count: positions.length });
  if (coordinates.some(Number.isNaN)) return null;
  return positions.map(([x, y], k) => ({
    x,
    y,
    projectedX: coordinates[k * 2]!,
    projectedY: coordinates[k * 2 + 1]!,
  }));
}

/** Distance of the true middle from the chord's, which bounds how far the edge strays. */
function isAstray(
  [from, middle, to]: readonly [Vertex, Vertex, Vertex],
  operation: CoordinateOperation,
): boolean {
  const longest = longestEdge[operation.from.kind];
  if (Math.abs(to.x - from.x) > longest || Math.abs(to.y - from.y) > longest) return true;
  const x = (from.projectedX + to.projectedX) / 2 - middle.projectedX;
  const y = (from.projectedY + to.projectedY) / 2 - middle.projectedY;
  return Math.hypot(x, y) > densifyTolerance[operation.to.kind];
}
