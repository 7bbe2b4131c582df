import { fanout, type RegionShape } from './region-shape.ts';
import { areOnOneSide, sideOf, surelyGoesOn } from './sure-sides.ts';

/**
 * Whether polygons are valid beyond doubt: no two of their edges come near each other but where they follow one another, and
 * each ring lies where it belongs. False for what is invalid and for what rounding might decide, of which GEOS is asked: it
 * takes ten times as long for a million positions, and memory that it never gives back.
 */
export function isSurelyValid(shape: RegionShape): boolean {
  return hasSoundRings(shape) && new EdgePairs(shape).areApart() && areRingsInPlace(shape);
}

function hasSoundRings({ ringStarts, coordinates }: RegionShape): boolean {
  for (let ring = 0; ring + 1 < ringStarts.length; ring++) {
    if (ringStarts[ring + 1]! - ringStarts[ring]! < 4) return false;
  }
  return coordinates.every(Number.isFinite);
}

/** Looks at all edges whose boxes meet, by walking down the tree over them in pairs of nodes. */
class EdgePairs {
  readonly #shape: RegionShape;

  constructor(shape: RegionShape) {
    this.#shape = shape;
  }

  areApart(): boolean {
    return this.#isApartWithin(this.#shape.levelStarts.length - 2, 0);
  }

  #isApartWithin(level: number, index: number): boolean {
    if (level === 0) return this.#areRunsApart(index, index);
    const [first, end] = this.#children(level, index);
    for (let child = first; child < end; child++) {
      if (!this.#isApartWithin(level - 1, child)) return false;
      for (let other = child + 1; other < end; other++) {
        if (!this.#areNodesApart(level - 1, child, other)) return false;
      }
    }
    return true;
  }

  #areNodesApart(level: number, node: number, other: number): boolean {
    if (!this.#doBoxesMeet(level, node, other)) return true;
    if (level === 0) return this.#areRunsApart(node, other);
    const [first, end] = this.#children(level, node);
    const [firstOther, endOther] = this.#children(level, other);
    for (let child = first; child < end; child++) {
      for (let second = firstOther; second < endOther; second++) {
        if (!this.#areNodesApart(level - 1, child, second)) return false;
      }
    }
    return true;
  }

  #doBoxesMeet(level: number, node: number, other: number): boolean {
    const { boxes, levelStarts } = this.#shape;
    const a = (levelStarts[level]! + node) * 4;
    const b = (levelStarts[level]! + other) * 4;
    return (
      boxes[a]! <= boxes[b + 2]! &&
      boxes[a + 2]! >= boxes[b]! &&
      boxes[a + 1]! <= boxes[b + 3]! &&
      boxes[a + 3]! >= boxes[b + 1]!
    );
  }

  #children(level: number, index: number): [number, number] {
    const { levelStarts } = this.#shape;
    const count = levelStarts[level]! - levelStarts[level - 1]!;
    return [index * fanout, Math.min((index + 1) * fanout, count)];
  }

  #areRunsApart(run: number, other: number): boolean {
    const { coordinates, runFirst, runLast, boxes } = this.#shape;
    const box = other * 4;
    for (let k = runFirst[run]! * 2; k < runLast[run]! * 2; k += 2) {
      const [ax, ay, bx, by] = [
        coordinates[k]!,
        coordinates[k + 1]!,
        coordinates[k + 2]!,
        coordinates[k + 3]!,
      ];
      if (areSpansApart(ax, bx, boxes[box]!, boxes[box + 2]!)) continue;
      if (areSpansApart(ay, by, boxes[box + 1]!, boxes[box + 3]!)) continue;
      const first = run === other ? k + 2 : runFirst[other]! * 2;
      for (let m = first; m < runLast[other]! * 2; m += 2) {
        if (!this.#areEdgesApart(k, m, this.#shape.runRing[run]!)) return false;
      }
    }
    return true;
  }

  /** Two edges, by where their first positions are; `ring` is that of the first. */
  #areEdgesApart(k: number, m: number, ring: number): boolean {
    const { coordinates } = this.#shape;
    const [ax, ay, bx, by] = [coordinates[k]!, coordinates[k + 1]!, coordinates[k + 2]!, coordinates[k + 3]!];
    const [cx, cy, dx, dy] = [coordinates[m]!, coordinates[m + 1]!, coordinates[m + 2]!, coordinates[m + 3]!];
    if (areSpansApart(ax, bx, cx, dx) || areSpansApart(ay, by, cy, dy)) return true;
    if (this.#follows(k, m, ring)) return surelyGoesOn(ax, ay, bx, by, dx, dy);
    if (this.#follows(m, k, ring)) return surelyGoesOn(cx, cy, dx, dy, bx, by);
    return areOnOneSide(ax, ay, bx, by, cx, cy, dx, dy) || areOnOneSide(cx, cy, dx, dy, ax, ay, bx, by);
  }

  /** Whether the second edge begins where the first, of a ring, ends. */
  #follows(k: number, m: number, ring: number): boolean {
    const { ringStarts } = this.#shape;
    const isLast = k / 2 + 2 === ringStarts[ring + 1]!;
    return m === (isLast ? ringStarts[ring]! * 2 : k + 2);
  }
}

function areSpansApart(...[a, b, c, d]: [number, number, number, number]): boolean {
  return (c < a && c < b && d < a && d < b) || (c > a && c > b && d > a && d > b);
}

/**
 * Whether rings that do not touch make polygons: a hole is in its own outer ring and in what that is in, and nothing else; an
 * outer ring is in as many holes as outer rings.
 */
function areRingsInPlace(shape: RegionShape): boolean {
  const { ringStarts, polygonRings, ringPolygon } = shape;
  if (ringStarts.length === 2) return true;
  const around = new Map<number, ReadonlySet<number>>();
  for (let ring = 0; ring + 1 < ringStarts.length; ring++) {
    const found = ringsAround(shape, ring);
    if (found === null) return false;
    const outer = polygonRings[ringPolygon[ring]!]!;
    if (ring === outer) {
      if (found.size % 2 !== 0) return false;
      around.set(ring, found);
      continue;
    }
    const expected = around.get(outer);
    if (expected === undefined || found.size !== expected.size + 1 || !found.has(outer)) return false;
    for (const one of expected) if (!found.has(one)) return false;
  }
  return true;
}

/** The other rings that a ring is in; null where rounding might decide. */
function ringsAround(shape: RegionShape, ring: number): ReadonlySet<number> | null {
  const { coordinates, ringStarts, levelStarts } = shape;
  const at = ringStarts[ring]! * 2;
  const crossings: Crossings = { ring, x: coordinates[at]!, y: coordinates[at + 1]!, odd: new Set() };
  return cross(shape, { level: levelStarts.length - 2, index: 0 }, crossings) ? crossings.odd : null;
}

interface Crossings {
  readonly ring: number;
  readonly x: number;
  readonly y: number;
  /** Rings with an odd number of edges to the left so far. */
  readonly odd: Set<number>;
}

/** False where it is not sure on which side of an edge the position is. */
function cross(
  shape: RegionShape,
  { level, index }: { level: number; index: number },
  crossings: Crossings,
): boolean {
  const { boxes, levelStarts, runRing } = shape;
  const box = (levelStarts[level]! + index) * 4;
  const { x, y } = crossings;
  if (y < boxes[box + 1]! || y >= boxes[box + 3]! || boxes[box]! > x) return true;
  if (level === 0) return runRing[index] === crossings.ring || crossRun(shape, index, crossings);
  const end = Math.min((index + 1) * fanout, levelStarts[level]! - levelStarts[level - 1]!);
  for (let child = index * fanout; child < end; child++) {
    if (!cross(shape, { level: level - 1, index: child }, crossings)) return false;
  }
  return true;
}

function crossRun(
  { coordinates, runFirst, runLast, runRing }: RegionShape,
  run: number,
  { x, y, odd }: Crossings,
): boolean {
  const ring = runRing[run]!;
  for (let k = runFirst[run]! * 2; k < runLast[run]! * 2; k += 2) {
    const [ax, ay, bx, by] = [coordinates[k]!, coordinates[k + 1]!, coordinates[k + 2]!, coordinates[k + 3]!];
    if (ay <= y === by <= y) continue;
    const side = sideOf(ax, ay, bx, by, x, y);
    if (side === 0) return false;
    // Left of an edge that runs up, or right of one that runs down: the edge is not to the left.
    if (side === (by > ay ? 1 : -1)) continue;
    if (!odd.delete(ring)) odd.add(ring);
  }
  return true;
}
