import type { Envelope } from '../features/geometry-array.ts';
import { hilbertIndex } from '../formats/hilbert.ts';
import { flatEnvelope, type FlatPolygons } from './flat-polygons.ts';

/** Edges in a run. */
const runEdges = 16;
/** Nodes of one level of the tree that a node of the next has below it. */
export const fanout = 4;
const hilbertBits = 16;

/**
 * A valid region with a tree over its edges, made once and used by every thread: plain data in shared memory. The
 * interior is to the right of each ring, as it runs: outer rings run clockwise. Rings are divided into runs of
 * consecutive edges, which are the leaves of the tree. The runs of a ring follow each other, and rings lie along a Hilbert
 * curve, so that nodes are compact.
 */
export interface RegionShape extends FlatPolygons {
  readonly envelope: Envelope;
  /** First and last position of each run; an edge begins with every position but the last. */
  readonly runFirst: Uint32Array;
  readonly runLast: Uint32Array;
  readonly runRing: Uint32Array;
  /** The polygon of each ring. */
  readonly ringPolygon: Uint32Array;
  /** minX minY maxX maxY of every node: those of the runs, then level by level up to the root. */
  readonly boxes: Float64Array;
  /** The node with which each level begins, and at last one past the root. */
  readonly levelStarts: Uint32Array;
}

/** Makes the shape of valid polygons; their coordinates are copied. */
export function shapeOf(polygons: FlatPolygons): RegionShape {
  const envelope = flatEnvelope(polygons);
  const oriented = orient(polygons);
  const runs = dividedIntoRuns(oriented, ringsAlongCurve(oriented, envelope));
  return { ...oriented, envelope, ...runs, ...treeOver(oriented.coordinates, runs) };
}

/** A copy in shared memory with the interior to the right of every ring. */
function orient({
  coordinates,
  ringStarts,
  polygonRings,
}: FlatPolygons): FlatPolygons & Pick<RegionShape, 'ringPolygon'> {
  const shared = sharedDoubles(coordinates.length);
  shared.set(coordinates);
  const ringPolygon = sharedIntegers(ringStarts.length - 1);
  for (let polygon = 0; polygon + 1 < polygonRings.length; polygon++) {
    for (let ring = polygonRings[polygon]!; ring < polygonRings[polygon + 1]!; ring++) {
      ringPolygon[ring] = polygon;
      const positions = shared.subarray(ringStarts[ring]! * 2, ringStarts[ring + 1]! * 2);
      const isOuter = ring === polygonRings[polygon];
      if (isClockwise(positions) !== isOuter) reverse(positions);
    }
  }
  return {
    coordinates: shared,
    ringStarts: sharedCopy(ringStarts),
    polygonRings: sharedCopy(polygonRings),
    ringPolygon,
  };
}

function isClockwise(positions: Float64Array): boolean {
  const [x, y] = [positions[0]!, positions[1]!];
  let doubled = 0;
  for (let k = 2; k + 3 < positions.length; k += 2) {
    doubled +=
      (positions[k]! - x) * (positions[k + 3]! - y) - (positions[k + 2]! - x) * (positions[k + 1]! - y);
  }
  return doubled < 0;
}

/** The whole array backwards has y before x; each pair is then put right. */
function reverse(positions: Float64Array): void {
  positions.reverse();
  for (let k = 0; k < positions.length; k += 2) {
    const y = positions[k]!;
    positions[k] = positions[k + 1]!;
    positions[k + 1] = y;
  }
}

function ringsAlongCurve(
  { coordinates, ringStarts }: FlatPolygons,
  [minX, minY, maxX, maxY]: Envelope,
): Uint32Array {
  const count = ringStarts.length - 1;
  const side = 2 ** hilbertBits - 1;
  const place = (value: number, least: number, most: number): number =>
    Math.floor(((value - least) / Math.max(most - least, Number.MIN_VALUE)) * side);
  const keys = Float64Array.from({ length: count }, (_, ring) => {
    const at = ringStarts[ring]! * 2;
    const [x, y] = [coordinates[at]!, coordinates[at + 1]!];
    return hilbertIndex(place(x, minX, maxX), place(y, minY, maxY), hilbertBits);
  });
  return Uint32Array.from({ length: count }, (_, ring) => ring).sort((a, b) => keys[a]! - keys[b]!);
}

type Runs = Pick<RegionShape, 'runFirst' | 'runLast' | 'runRing'>;

function dividedIntoRuns({ ringStarts }: FlatPolygons, rings: Uint32Array): Runs {
  const edgesOf = (ring: number): number => ringStarts[ring + 1]! - ringStarts[ring]! - 1;
  const count = rings.reduce((sum, ring) => sum + Math.ceil(edgesOf(ring) / runEdges), 0);
  const runs = {
    runFirst: sharedIntegers(count),
    runLast: sharedIntegers(count),
    runRing: sharedIntegers(count),
  };
  let run = 0;
  for (const ring of rings) {
    const last = ringStarts[ring + 1]! - 1;
    for (let first = ringStarts[ring]!; first < last; first += runEdges) {
      runs.runFirst[run] = first;
      runs.runLast[run] = Math.min(first + runEdges, last);
      runs.runRing[run] = ring;
      run += 1;
    }
  }
  return runs;
}

function treeOver(
  coordinates: Float64Array,
  { runFirst, runLast }: Runs,
): Pick<RegionShape, 'boxes' | 'levelStarts'> {
  const levelStarts = [0];
  let nodes = 0;
  for (let size = runFirst.length; ; size = Math.ceil(size / fanout)) {
    nodes += size;
    levelStarts.push(nodes);
    if (size <= 1) break;
  }
  const boxes = sharedDoubles(nodes * 4);
  for (let run = 0; run < runFirst.length; run++) {
    const positions = coordinates.subarray(runFirst[run]! * 2, (runLast[run]! + 1) * 2);
    boxes.set(flatEnvelope({ coordinates: positions }), run * 4);
  }
  for (let level = 1; level + 1 < levelStarts.length; level++) {
    const [below, start] = [levelStarts[level - 1]!, levelStarts[level]!];
    for (let node = start; node < levelStarts[level + 1]!; node++) {
      const first = below + (node - start) * fanout;
      boxes.set(boxAround(boxes, first, Math.min(first + fanout, start)), node * 4);
    }
  }
  return { boxes, levelStarts: sharedCopy(Uint32Array.from(levelStarts)) };
}

function boxAround(boxes: Float64Array, first: number, end: number): Envelope {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let k = first * 4; k < end * 4; k += 4) {
    minX = Math.min(minX, boxes[k]!);
    minY = Math.min(minY, boxes[k + 1]!);
    maxX = Math.max(maxX, boxes[k + 2]!);
    maxY = Math.max(maxY, boxes[k + 3]!);
  }
  return [minX, minY, maxX, maxY];
}

function sharedDoubles(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * 8));
}

function sharedIntegers(length: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(length * 4));
}

function sharedCopy(values: Uint32Array): Uint32Array {
  const copy = sharedIntegers(values.length);
  copy.set(values);
  return copy;
}
