import type { CellIds, IndexCells } from './filegdb-index-cells.ts';

/** Pages and their parts, in words of four bytes. */
const pageWords = 1024;
/** Entries of a page, whose ids of a word stand before their cells of two. */
const pageEntries = 340;
const idsAt = 3;
const childrenAt = 2;
const cellsAt = idsAt + pageEntries;
/** Pages that are made at a time. */
const pagesTogether = 256;

/**
 * The pages of a `.spx` and what stands behind them: a tree whose leaves have ids in the order of their cells, and whose levels above
 * have the last cell of each page below but the last. A page above shares its last page below with the next. Little-endian, as
 * typed arrays are wherever this runs.
 */
export function* spatialIndexPages(entries: CellIds, cells: IndexCells): Generator<Uint8Array> {
  const count = entries.ids.length;
  const levels = levelsOf(count);
  const lastCells = lastCellsOf(entries, levels.at(-1)!);
  let firstPage = 1;
  for (const [level, pages] of levels.slice(0, -1).entries()) {
    const below = { first: firstPage + pages, count: levels[level + 1]! };
    const leavesEach = pageEntries ** (levels.length - 2 - level);
    for (let page = 0; page < pages; page++) {
      const next = page + 1 < pages ? firstPage + page + 1 : 0;
      yield pageAbove({ page, next, below, leavesEach, lastCells }, cells);
    }
    firstPage += pages;
  }
  yield* leafPages(entries, cells, firstPage);
  yield trailer(count, levels.length);
}

/** Pages of each level, the one of the root first. */
function levelsOf(entries: number): number[] {
  const levels = [Math.max(Math.ceil(entries / pageEntries), 1)];
  while (levels[0]! > 1) levels.unshift(Math.ceil((levels[0]! - 1) / pageEntries));
  return levels;
}

/** The cell of the last entry of each leaf. */
function lastCellsOf({ starts, ids }: CellIds, leaves: number): Uint32Array {
  const lastCells = new Uint32Array(leaves);
  let cell = 0;
  for (let leaf = 0; leaf < leaves; leaf++) {
    cell = cellOfEntry(starts, Math.min((leaf + 1) * pageEntries, ids.length) - 1, cell);
    lastCells[leaf] = cell;
  }
  return lastCells;
}

/** The cell of an entry, not before one that is known. */
function cellOfEntry(starts: Uint32Array, entry: number, from: number): number {
  let cell = from;
  while (starts[cell + 1]! <= entry) cell += 1;
  return cell;
}

interface PageAbove {
  readonly page: number;
  readonly next: number;
  /** Number of the first page below, and how many there are. */
  readonly below: { readonly first: number; readonly count: number };
  /** Leaves under one page below. */
  readonly leavesEach: number;
  readonly lastCells: Uint32Array;
}

function pageAbove({ page, next, below, leavesEach, lastCells }: PageAbove, cells: IndexCells): Uint8Array {
  const words = new Uint32Array(pageWords);
  const first = page * pageEntries;
  const count = Math.min(below.count - first - 1, pageEntries);
  words[0] = next;
  words[1] = count;
  for (let k = 0; k <= count; k++) words[childrenAt + k] = below.first + first + k;
  for (let k = 0; k < count; k++) {
    setCell(words, cellsAt + k * 2, cellNumber(lastCells[(first + k + 1) * leavesEach - 1]!, cells));
  }
  return new Uint8Array(words.buffer);
}

function* leafPages(entries: CellIds, cells: IndexCells, firstPage: number): Generator<Uint8Array> {
  const pages = Math.ceil(entries.ids.length / pageEntries);
  let cell = 0;
  for (let first = 0; first < pages; first += pagesTogether) {
    const words = new Uint32Array(Math.min(pagesTogether, pages - first) * pageWords);
    for (let at = 0; at < words.length; at += pageWords) {
      const page = first + at / pageWords;
      words[at] = page + 1 < pages ? firstPage + page + 1 : 0;
      cell = fillLeaf(words.subarray(at, at + pageWords), entries, { page, cell, cells });
    }
    yield new Uint8Array(words.buffer);
  }
}

/** Writes the entries of a leaf, of which the first is in a cell or behind it; returns the cell of the last. */
function fillLeaf(
  words: Uint32Array,
  { starts, ids }: CellIds,
  { page, cell: before, cells }: { page: number; cell: number; cells: IndexCells },
): number {
  const first = page * pageEntries;
  const count = Math.min(ids.length - first, pageEntries);
  words[1] = count;
  let cell = before;
  let number = cellNumber(cell, cells);
  for (let k = 0; k < count; k++) {
    const own = cellOfEntry(starts, first + k, cell);
    if (own !== cell) number = cellNumber(own, cells);
    cell = own;
    words[idsAt + k] = ids[first + k]!;
    setCell(words, cellsAt + k * 2, number);
  }
  return cell;
}

interface CellNumber {
  readonly low: number;
  readonly high: number;
}

/** The number of a cell in two words: 31 bits for its column, above 31 for its row. */
function cellNumber(cell: number, { firstX, firstY, rows }: IndexCells): CellNumber {
  const x = firstX + Math.floor(cell / rows);
  const y = firstY + (cell % rows);
  return { low: y + (x % 2) * 2 ** 31, high: Math.floor(x / 2) };
}

function setCell(words: Uint32Array, at: number, { low, high }: CellNumber): void {
  words[at] = low;
  words[at + 1] = high;
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
