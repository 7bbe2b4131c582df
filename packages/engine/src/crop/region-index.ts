import type { Envelope } from '../features/geometry-array.ts';
import type { Geos, GeometryPointer, PreparedPointer } from './geos.ts';

/** Where a box lies: wholly outside the region, wholly inside, or where only the geometry can tell. */
export type Place = 'out' | 'in' | 'edge';

/** A cell is not split further once its piece of the region has no more positions than this. */
const enoughPositions = 64;
/** Cells on the edge are at most a 256th of the region wide, so that few features lie in one: a cell costs less than those. */
const leastDepth = 8;
/** A 2^16th of the region's width: splitting must end even where a hundred rings meet in one point. */
const maxDepth = 16;
/** A piece with more positions is cut to the box asked for, rather than handed out as it is. */
const localPositions = 256;

interface Cell {
  readonly box: Envelope;
  readonly place: Place;
  /** What of the region lies in the cell; null for `in` and `out`. */
  readonly piece: GeometryPointer | null;
  readonly positions: number;
  readonly depth: number;
  /** Four, or none in a leaf; null until somebody asks. */
  children: readonly Cell[] | null;
  prepared: PreparedPointer | null;
}

/** The region around one feature: as good as the whole region for anything inside the box it was asked for. */
export interface LocalRegion {
  readonly geometry: GeometryPointer;
  readonly prepared: PreparedPointer;
}

/**
 * A region cut into a quadtree of cells, so that the cost of a feature does not grow with the region's vertices: cells
 * wholly inside or outside decide by the feature's box alone, and those on the edge hold only their own small piece,
 * each clipped from its parent's. Cells are split when a feature first comes to them.
 */
export class RegionIndex {
  readonly envelope: Envelope;
  readonly #geos: Geos;
  readonly #root: Cell;
  readonly #temporary: GeometryPointer[] = [];

  /** Takes the region over: a valid polygon or multipolygon, destroyed with the index. */
  constructor(geos: Geos, region: GeometryPointer, envelope: Envelope) {
    this.#geos = geos;
    this.envelope = envelope;
    // Grown, so that the region's own boundary is nowhere on the edge of the root cell.
    const margin = Math.max(envelope[2] - envelope[0], envelope[3] - envelope[1]) * 0.01;
    this.#root = this.#cell(region, grow(envelope, margin), 0);
  }

  /** Where a box lies. */
  place(box: Envelope): Place {
    if (!overlaps(this.#root.box, box)) return 'out';
    const place = this.#placeIn(this.#root, box);
    return place === 'in' && !contains(this.#root.box, box) ? 'edge' : place;
  }

  /**
   * The region around a box that lies on its edge: some of the region that holds all of it within the box and a margin
   * around, so that no artificial edge comes near. Valid until the next call.
   */
  around(box: Envelope): LocalRegion {
    this.#dropTemporary();
    const margin = Math.max(box[2] - box[0], box[3] - box[1]) * 0.01 + this.#smallestMargin(box);
    const wanted = grow(box, margin);
    const cell = this.#smallestCell(this.#root, wanted);
    if (cell.piece === null) throw new Error('only a box on the edge of the region has a local region');
    if (cell.positions <= localPositions) {
      cell.prepared ??= this.#geos.prepare(cell.piece);
      return { geometry: cell.piece, prepared: cell.prepared };
    }
    const cut = this.#cut(cell.piece, wanted);
    this.#temporary.push(cut);
    const prepared = this.#geos.prepare(cut);
    this.#preparedTemporary = prepared;
    return { geometry: cut, prepared };
  }

  #preparedTemporary: PreparedPointer | null = null;

  #dropTemporary(): void {
    if (this.#preparedTemporary !== null) this.#geos.destroyPrepared(this.#preparedTemporary);
    this.#preparedTemporary = null;
    for (const geometry of this.#temporary.splice(0)) this.#geos.destroy(geometry);
  }

  [Symbol.dispose](): void {
    this.#dropTemporary();
    this.#destroy(this.#root);
  }

  /** Many floating point steps at the coordinates' size: a point has a box without a width. */
  #smallestMargin(box: Envelope): number {
    return Math.max(Math.abs(box[0]), Math.abs(box[1]), Math.abs(box[2]), Math.abs(box[3]), 1) * 1e-9;
  }

  #cell(piece: GeometryPointer, box: Envelope, depth: number): Cell {
    const positions = this.#geos.positionCount(piece);
    const isWhole = positions === 5 && Math.abs(this.#geos.area(piece) / area(box) - 1) < 1e-12;
    if (positions > 0 && !isWhole)
      return { box, place: 'edge', piece, positions, depth, children: null, prepared: null };
    this.#geos.destroy(piece);
    return {
      box,
      place: isWhole ? 'in' : 'out',
      piece: null,
      positions: 0,
      depth,
      children: [],
      prepared: null,
    };
  }

  #childrenOf(cell: Cell): readonly Cell[] {
    if (cell.children !== null) return cell.children;
    const isLeaf = (cell.positions <= enoughPositions && cell.depth >= leastDepth) || cell.depth === maxDepth;
    const { piece } = cell;
    cell.children =
      isLeaf || piece === null
        ? []
        : quarters(cell.box).map((quarter) => this.#cell(this.#cut(piece, quarter), quarter, cell.depth + 1));
    return cell.children;
  }

  /** Boxes are closed: what touches a cell's edge concerns the cells on both sides. */
  #placeIn(cell: Cell, box: Envelope): Place {
    // A cell on the edge has some of the region and some of what is outside, and then so has a box around it.
    if (cell.place !== 'edge' || contains(box, cell.box)) return cell.place;
    const children = this.#childrenOf(cell);
    if (children.length === 0) return cell.place;
    let found: Place | null = null;
    for (const child of children) {
      if (!overlaps(child.box, box)) continue;
      const place = this.#placeIn(child, box);
      if (place === 'edge' || (found !== null && found !== place)) return 'edge';
      found = place;
    }
    return found ?? 'out';
  }

  #smallestCell(cell: Cell, box: Envelope): Cell {
    const child = this.#childrenOf(cell).find(
      (candidate) => candidate.piece !== null && contains(candidate.box, box),
    );
    return child === undefined ? cell : this.#smallestCell(child, box);
  }

  /** Clipping by a rectangle may leave rings that touch along its edge; those are repaired, which loses no area. */
  #cut(piece: GeometryPointer, box: Envelope): GeometryPointer {
    const cut = this.#geos.clipByRectangle(piece, box);
    if (cut !== null && this.#geos.isValid(cut)) return cut;
    if (cut === null) throw this.#geos.failure('cannot be cut into cells');
    const repaired = this.#geos.makeValid(cut);
    this.#geos.destroy(cut);
    return repaired;
  }

  #destroy(cell: Cell): void {
    if (cell.prepared !== null) this.#geos.destroyPrepared(cell.prepared);
    this.#geos.destroy(cell.piece);
    for (const child of cell.children ?? []) this.#destroy(child);
  }
}

function quarters([minX, minY, maxX, maxY]: Envelope): Envelope[] {
  const x = (minX + maxX) / 2;
  const y = (minY + maxY) / 2;
  return [
    [minX, minY, x, y],
    [x, minY, maxX, y],
    [minX, y, x, maxY],
    [x, y, maxX, maxY],
  ];
}

function grow([minX, minY, maxX, maxY]: Envelope, margin: number): Envelope {
  return [minX - margin, minY - margin, maxX + margin, maxY + margin];
}

function area([minX, minY, maxX, maxY]: Envelope): number {
  return (maxX - minX) * (maxY - minY);
}

function overlaps(a: Envelope, b: Envelope): boolean {
  return a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1];
}

function contains(outer: Envelope, inner: Envelope): boolean {
  return outer[0] < inner[0] && outer[1] < inner[1] && outer[2] > inner[2] && outer[3] > inner[3];
}
