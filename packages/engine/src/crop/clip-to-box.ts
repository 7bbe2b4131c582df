import type { Envelope } from '../features/geometry-array.ts';
import type { EdgeTree } from './edge-tree.ts';
import { type FlatPolygons, flattenPolygons } from './flat-polygons.ts';
import type { RegionShape } from './region-shape.ts';
import { segmentInBox } from './segment-in-box.ts';

type Position = readonly [number, number];

/** A part of a ring in the box: from where it comes in to where it leaves, places on the box's sides. */
interface Chain {
  positions: Position[];
  readonly polygon: number;
  entry: number;
  exit: number;
}

/** A closed ring in the box. */
interface Loop {
  readonly positions: readonly Position[];
  /** The polygon that it bounds; null for the box itself. */
  readonly polygon: number | null;
}

/**
 * What of a region lies in a box, by walking along the rings and, where one leaves, clockwise along the box's sides to
 * where the next comes in (K. Weiler and P. Atherton, 1977, for a rectangle). Null where rounding might decide: where a
 * position lies exactly on a side, or two rings meet it in one place. A box that is a little larger will do then.
 */
export function clipToBox(shape: RegionShape, tree: EdgeTree, box: Envelope): FlatPolygons | null {
  const found = chainsIn(shape, tree, box);
  if (found === null) return null;
  const { chains, outer, holes } = found;
  const [minX, minY, maxX, maxY] = box;
  const corners: readonly Position[] = [
    [minX, minY],
    [minX, maxY],
    [maxX, maxY],
    [maxX, minY],
  ];
  const isIn = corners.map(([x, y]) => tree.isInside(x, y));
  const shells = [...outer];
  if (chains.length > 0) {
    const links = linkChains(chains, isIn);
    if (links === null) return null;
    shells.push(...closeChains(chains, links, corners));
  } else if (isIn.every(Boolean)) {
    shells.push({ positions: [...corners, corners[0]!], polygon: null });
  } else if (isIn.includes(true)) {
    return null;
  }
  return withHoles(shells, holes);
}

interface Found {
  readonly chains: Chain[];
  readonly outer: Loop[];
  readonly holes: Loop[];
}

function chainsIn(shape: RegionShape, tree: EdgeTree, box: Envelope): Found | null {
  const { ringStarts, ringPolygon, polygonRings } = shape;
  const edges = tree.edgesNear(box) ?? [];
  const found: Found = { chains: [], outer: [], holes: [] };
  let next = 0;
  while (next < edges.length) {
    const ring = ringOf(ringStarts, edges[next]!);
    const polygon = ringPolygon[ring]!;
    const walk = new RingWalk(shape.coordinates, box, polygon);
    for (
      ;
      next < edges.length && edges[next]! < ringStarts[ring + 1]! && edges[next]! >= ringStarts[ring]!;
      next++
    ) {
      if (!walk.take(edges[next]!)) return null;
    }
    const loop = walk.end();
    found.chains.push(...walk.chains);
    if (loop === null) continue;
    const isOuter = ring === polygonRings[polygon];
    (isOuter ? found.outer : found.holes).push({ positions: loop, polygon });
  }
  return found;
}

/** The ring that a position belongs to. */
function ringOf(ringStarts: Uint32Array, position: number): number {
  let [low, high] = [0, ringStarts.length - 1];
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (ringStarts[middle]! <= position) low = middle;
    else high = middle;
  }
  return low;
}

/** Follows a ring by those of its edges that may meet the box, in order. */
class RingWalk {
  readonly chains: Chain[] = [];
  readonly #coordinates: Float64Array;
  readonly #box: Envelope;
  readonly #polygon: number;
  /** The chain under way. */
  #open: Chain | null = null;
  /** The one with which the ring began, inside. */
  #head: Chain | null = null;

  constructor(coordinates: Float64Array, box: Envelope, polygon: number) {
    this.#coordinates = coordinates;
    this.#box = box;
    this.#polygon = polygon;
  }

  /** Takes the edge that begins at a position. False where one of its ends lies on the line of a side. */
  take(position: number): boolean {
    const [minX, minY, maxX, maxY] = this.#box;
    const from = this.#positionAt(position);
    const to = this.#positionAt(position + 1);
    for (const [x, y] of [from, to]) if (x === minX || x === maxX || y === minY || y === maxY) return false;
    if (this.#isIn(from)) this.#open ??= this.#head = this.#begin(from, NaN);
    if (this.#isIn(from) && this.#isIn(to)) {
      this.#open?.positions.push(to);
      return true;
    }
    const inside = segmentInBox(from, to, this.#box);
    if (inside === null) return !this.#isIn(from) && !this.#isIn(to);
    if (!this.#isIn(from)) this.#open = this.#begin(inside.entry.position, inside.entry.place);
    if (this.#isIn(to)) this.#open?.positions.push(to);
    else this.#leave(inside.exit);
    return true;
  }

  /** The ring has no more edges here: returns it where it lies in the box as a whole. */
  end(): readonly Position[] | null {
    const [open, head] = [this.#open, this.#head];
    if (open === null) return null;
    if (open === head || head === null) return open.positions;
    // It ends where it began: what was under way goes on with what it began with.
    head.positions = [...open.positions.slice(0, -1), ...head.positions];
    head.entry = open.entry;
    return null;
  }

  #begin(position: Position, entry: number): Chain {
    return { positions: [position], polygon: this.#polygon, entry, exit: NaN };
  }

  #leave({ position, place }: { position: Position; place: number }): void {
    if (this.#open === null) return;
    this.#open.positions.push(position);
    this.#open.exit = place;
    this.chains.push(this.#open);
    this.#open = null;
  }

  #positionAt(position: number): Position {
    return [this.#coordinates[position * 2]!, this.#coordinates[position * 2 + 1]!];
  }

  #isIn([x, y]: Position): boolean {
    const [minX, minY, maxX, maxY] = this.#box;
    return x > minX && x < maxX && y > minY && y < maxY;
  }
}

/** Which chain follows each, and the corners passed on the way. */
interface Links {
  readonly next: ReadonlyMap<Chain, Chain>;
  readonly corners: ReadonlyMap<Chain, readonly number[]>;
}

/** Null where chains do not come in and leave by turns, or what is passed is not what is inside. */
function linkChains(chains: readonly Chain[], isIn: readonly boolean[]): Links | null {
  const crossings = chains
    .flatMap((chain) => [
      { place: chain.entry, chain, isExit: false },
      { place: chain.exit, chain, isExit: true },
    ])
    .sort((a, b) => a.place - b.place);
  const next = new Map<Chain, Chain>();
  const corners = new Map<Chain, readonly number[]>();
  const passed = new Set<number>();
  for (const [index, crossing] of crossings.entries()) {
    const following = crossings[(index + 1) % crossings.length]!;
    if (following.isExit === crossing.isExit || following.place === crossing.place) return null;
    if (!crossing.isExit) continue;
    const end = following.place > crossing.place ? following.place : following.place + 4;
    const between: number[] = [];
    for (let corner = Math.floor(crossing.place) + 1; corner <= end; corner++) between.push(corner % 4);
    for (const corner of between) passed.add(corner);
    next.set(crossing.chain, following.chain);
    corners.set(crossing.chain, between);
  }
  return isIn.every((inside, corner) => inside === passed.has(corner)) ? { next, corners } : null;
}

function closeChains(
  chains: readonly Chain[],
  { next, corners }: Links,
  places: readonly Position[],
): Loop[] {
  const loops: Loop[] = [];
  const done = new Set<Chain>();
  for (const first of chains) {
    if (done.has(first)) continue;
    const pieces: (readonly Position[])[] = [];
    for (let chain = first; !done.has(chain); chain = next.get(chain)!) {
      done.add(chain);
      pieces.push(
        chain.positions,
        corners.get(chain)!.map((corner) => places[corner]!),
      );
    }
    const positions = [...pieces, [first.positions[0]!]].flat();
    loops.push({ positions, polygon: first.polygon });
  }
  return loops;
}

/** A hole is in a shell of its own polygon, or in the box. */
function withHoles(shells: readonly Loop[], holes: readonly Loop[]): FlatPolygons {
  const polygons = shells.map((shell) => ({ shell, rings: [shell.positions] }));
  for (const hole of holes) {
    const own = polygons.filter(({ shell }) => shell.polygon === hole.polygon || shell.polygon === null);
    const around = own.length === 1 ? own[0] : own.find(({ shell }) => isAround(shell, hole));
    around?.rings.push(hole.positions);
  }
  return flattenPolygons(polygons.map(({ rings }) => rings));
}

/** Whether most positions of a hole are in a shell, which it may touch but not cross. */
function isAround(shell: Loop, hole: Loop): boolean {
  const inside = hole.positions.filter((position) => isInRing(shell.positions, position));
  return inside.length * 2 > hole.positions.length;
}

function isInRing(ring: readonly Position[], [x, y]: Position): boolean {
  let isOdd = false;
  for (let k = 1; k < ring.length; k++) {
    const [[ax, ay], [bx, by]] = [ring[k - 1]!, ring[k]!];
    if (ay <= y === by <= y) continue;
    if (ax + ((y - ay) / (by - ay)) * (bx - ax) < x) isOdd = !isOdd;
  }
  return isOdd;
}
