import type { Envelope } from '../features/geometry-array.ts';

const pageBytes = 4096;
/** Entries of a page, whose numbers of four bytes stand before their values of eight. */
const pageEntries = 340;
const headBytes = 12;
const valuesAt = headBytes + pageEntries * 4;
/** Cells are numbered from here on both sides of the origin, and stay below twice as much. */
const middle = 2 ** 29;
/** What a key has room for: its cell and its row. */
const keyBits = 53;

/** How cells lie. */
export interface IndexCells {
  /** Side of a cell, in units of the CRS. */
  readonly side: number;
  /** Column and row of the first cell that is used. */
  readonly firstX: number;
  readonly firstY: number;
  /** Rows of cells. */
  readonly rows: number;
  /** One more than the greatest id. */
  readonly ids: number;
}

/** What decides on the size of cells. */
export interface IndexedBoxes {
  /** Rows that have a place, and the greatest id. */
  readonly count: number;
  readonly greatestId: number;
  /** Around all boxes. */
  readonly envelope: Envelope;
  /** The longest side of a box. */
  readonly longestSide: number;
  /** Mean of the longer sides of boxes. */
  readonly meanSide: number;
  /** Whether boxes are mostly points, of which a cell is to hold one. */
  readonly isOfPoints: boolean;
}

/** Esri's advice for the side of a cell: three times that of a box. */
const meanSides = 3;

/**
 * Cells three times as large as boxes are, and at least as large as the largest, so that a box lies in four at the most; of points,
 * as many as there are points. Null where all lie in one place: no index is of any use there.
 */
export function indexCells(boxes: IndexedBoxes): IndexCells | null {
  const [minX, minY, maxX, maxY] = boxes.envelope;
  const density = boxes.isOfPoints ? densityOf(boxes) : 0;
  let side = Math.max(boxes.longestSide, boxes.meanSide * meanSides, density);
  if (!(side > 0)) return null;
  const farthest = Math.max(Math.abs(minX), Math.abs(minY), Math.abs(maxX), Math.abs(maxY));
  side = Math.max(side, (farthest / middle) * 1.001);
  for (; ; side *= 2) {
    const [firstX, firstY] = [cellOf(minX, side), cellOf(minY, side)];
    const columns = cellOf(maxX, side) - firstX + 1;
    const rows = cellOf(maxY, side) - firstY + 1;
    const ids = boxes.greatestId + 1;
    if (columns * rows * ids < 2 ** keyBits) return { side, firstX, firstY, rows, ids };
  }
}

function densityOf({ count, envelope: [minX, minY, maxX, maxY] }: IndexedBoxes): number {
  const [width, height] = [maxX - minX, maxY - minY];
  const area = width * height;
  return area > 0 ? Math.sqrt(area / count) : Math.max(width, height) / count;
}

function cellOf(value: number, side: number): number {
  return Math.floor(value / side + middle);
}

/** The keys of all cells that boxes lie in: a cell and an id in one number, which sorts much faster than the two. */
export class IndexKeys {
  readonly #cells: IndexCells;
  #keys: Float64Array;
  #length = 0;

  constructor(cells: IndexCells, expected: number) {
    this.#cells = cells;
    this.#keys = new Float64Array(expected);
  }

  /** Adds the cells of a box, whose four sides are at a place of `boxes`, with the id of its row. */
  add(boxes: Float64Array, at: number, id: number): void {
    const { side, firstX, firstY, rows, ids } = this.#cells;
    const [startX, endX] = [cellOf(boxes[at]!, side), cellOf(boxes[at + 2]!, side)];
    const [startY, endY] = [cellOf(boxes[at + 1]!, side), cellOf(boxes[at + 3]!, side)];
    for (let x = startX; x <= endX; x++) {
      for (let y = startY; y <= endY; y++) {
        if (this.#length === this.#keys.length) this.#grow();
        this.#keys[this.#length++] = ((x - firstX) * rows + (y - firstY)) * ids + id;
      }
    }
  }

  /** All, sorted by cell and then by id. */
  sorted(): Float64Array {
    return this.#keys.subarray(0, this.#length).sort();
  }

  #grow(): void {
    const larger = new Float64Array(Math.ceil(this.#length * 1.3) + 16);
    larger.set(this.#keys);
    this.#keys = larger;
  }
}

/**
 * The pages of a `.spx` and what stands behind them: a tree whose leaves have ids by their cells, in the order of the cells, and whose
 * levels above have the last cell of each page below but the last. A page above shares its last page below with the next.
 */
export function* spatialIndexPages(keys: Float64Array, cells: IndexCells): Generator<Uint8Array> {
  const levels = levelsOf(keys.length);
  let firstPage = 1;
  for (const [level, pages] of levels.entries()) {
    const below = levels[level + 1];
    for (let page = 0; page < pages; page++) {
      const next = page + 1 < pages ? firstPage + page + 1 : 0;
      yield below === undefined
        ? leafPage(keys, cells, { page, next })
        : pageAbove(keys, cells, {
            page,
            next,
            firstBelow: firstPage + pages,
            below,
            step: pageEntries ** (levels.length - 1 - level),
          });
    }
    firstPage += pages;
  }
  yield trailer(keys.length, levels.length);
}

/** Pages of each level, the one of the root first. */
function levelsOf(entries: number): number[] {
  const levels = [Math.max(Math.ceil(entries / pageEntries), 1)];
  while (levels[0]! > 1) levels.unshift(Math.ceil((levels[0]! - 1) / pageEntries));
  return levels;
}

function leafPage(
  keys: Float64Array,
  cells: IndexCells,
  { page, next }: { page: number; next: number },
): Uint8Array {
  const view = new DataView(new ArrayBuffer(pageBytes));
  const first = page * pageEntries;
  const count = Math.min(keys.length - first, pageEntries);
  view.setUint32(0, next, true);
  view.setUint32(4, count, true);
  for (let k = 0; k < count; k++) {
    view.setUint32(headBytes + k * 4, keys[first + k]! % cells.ids, true);
    setCell(view, k, { key: keys[first + k]!, cells });
  }
  return new Uint8Array(view.buffer);
}

interface PageAbove {
  readonly page: number;
  readonly next: number;
  /** Number of the first page below, and how many there are. */
  readonly firstBelow: number;
  readonly below: number;
  /** Keys under one page below. */
  readonly step: number;
}

function pageAbove(
  keys: Float64Array,
  cells: IndexCells,
  { page, next, firstBelow, below, step }: PageAbove,
): Uint8Array {
  const view = new DataView(new ArrayBuffer(pageBytes));
  const first = page * pageEntries;
  const count = Math.min(below - first - 1, pageEntries);
  view.setUint32(0, next, true);
  view.setUint32(4, count, true);
  for (let k = 0; k <= count; k++) view.setUint32(8 + k * 4, firstBelow + first + k, true);
  for (let k = 0; k < count; k++) {
    setCell(view, k, { key: keys[(first + k + 1) * step - 1]!, cells });
  }
  return new Uint8Array(view.buffer);
}

/** The number of a cell: 31 bits for its column, 31 for its row. */
function setCell(view: DataView, entry: number, { key, cells }: { key: number; cells: IndexCells }): void {
  const cell = Math.floor(key / cells.ids);
  const x = cells.firstX + Math.floor(cell / cells.rows);
  const y = cells.firstY + (cell % cells.rows);
  const at = valuesAt + entry * 8;
  view.setUint32(at, (y + (x % 2) * 2 ** 31) >>> 0, true);
  view.setUint32(at + 4, Math.floor(x / 2), true);
}

/** What readers take the tree by; the constants are those that GDAL writes. */
function trailer(entries: number, depth: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(22));
  view.setUint8(0, 8);
  view.setUint8(1, 0x40);
  view.setUint32(2, 1, true);
  view.setUint32(6, depth, true);
  view.setUint32(10, entries, true);
  view.setUint32(18, 1, true);
  return new Uint8Array(view.buffer);
}
