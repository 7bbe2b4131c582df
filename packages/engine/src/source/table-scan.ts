import { readVarint, varint, varintEnd } from './sqlite-record.ts';
import type { PageWindow, SqlitePages } from './sqlite-pages.ts';

const interiorType = 5;
const leafType = 13;
/** No table is so deep; a damaged file could lead around in a circle. */
const mostLevels = 20;
/** Interior pages that are kept. */
const mostKeptPages = 512;

/** A place in an interior page: the child that the scan is in. */
interface Level {
  readonly page: Buffer;
  child: number;
}

/**
 * Walks the rows of a table in the order of their ids, in the B-tree of a SQLite file (file format, section 1.6). After
 * `next` the row's record lies in `bytes` from `start` to `end`, until the next call.
 */
export class TableScan {
  readonly #pages: SqlitePages;
  readonly #root: number;
  readonly #leaves: PageWindow;
  readonly #overflow: PageWindow;
  readonly #kept = new Map<number, Buffer>();
  readonly #levels: Level[] = [];
  /** The leaf's number, where it lies, and the cell that comes next. */
  #leaf = 0;
  #leafBytes: Buffer = Buffer.alloc(0);
  #leafStart = 0;
  #cell = 0;
  #cellCount = 0;
  #spill: Buffer = Buffer.alloc(0);
  rowid = 0;
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;

  constructor(pages: SqlitePages, root: number) {
    this.#pages = pages;
    this.#root = root;
    this.#leaves = pages.createWindow();
    this.#overflow = pages.createWindow();
  }

  /** Goes to before the first row whose id is at least so much. */
  seek(rowid: number): void {
    this.#levels.length = 0;
    this.rowid = -Infinity;
    this.#descend(this.#root, (page) => firstChildFrom(page, rowid));
    let [low, high] = [0, this.#cellCount];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#rowidAt(middle) < rowid) low = middle + 1;
      else high = middle;
    }
    this.#cell = low;
  }

  /** Goes to the next row; false after the last. Throws EngineError `source-corrupt`. */
  next(): boolean {
    while (this.#cell >= this.#cellCount) if (!this.#nextLeaf()) return false;
    this.#readCell(this.#cellStart(this.#cell));
    this.#cell += 1;
    return true;
  }

  #nextLeaf(): boolean {
    for (let level = this.#levels.at(-1); level !== undefined; level = this.#levels.at(-1)) {
      if (level.child < childCount(level.page) - 1) {
        level.child += 1;
        this.#descend(childAt(level.page, level.child), () => 0);
        return true;
      }
      this.#levels.pop();
    }
    return false;
  }

  /** Goes down to a leaf, at each interior page to the child that is chosen. */
  #descend(from: number, choose: (page: Buffer) => number): void {
    for (let number = from; ;) {
      const interior = this.#kept.get(number) ?? this.#interior(number);
      if (interior === null) return;
      if (this.#levels.length > mostLevels) throw this.#pages.corrupt('a table leads around in a circle');
      const level = { page: interior, child: choose(interior) };
      this.#levels.push(level);
      number = childAt(interior, level.child);
    }
  }

  /** An interior page, kept, or null where it is a leaf, which is then the one that the scan is in. */
  #interior(number: number): Buffer | null {
    const { bytes, start } = this.#leaves.page(number);
    const type = bytes[start];
    const size = this.#pages.usableSize;
    const count = bytes.readUInt16BE(start + 3);
    if (type === interiorType && 12 + 2 * count <= size) {
      if (this.#kept.size >= mostKeptPages) this.#kept.clear();
      const page = Buffer.from(bytes.subarray(start, start + this.#pages.pageSize));
      this.#kept.set(number, page);
      return page;
    }
    if (type !== leafType || 8 + 2 * count > size) {
      throw this.#pages.corrupt(`its page ${number} is not one of a table`);
    }
    this.#leaf = number;
    this.#leafBytes = bytes;
    this.#leafStart = start;
    this.#cell = 0;
    this.#cellCount = count;
    return null;
  }

  #cellStart(cell: number): number {
    const offset = this.#leafBytes.readUInt16BE(this.#leafStart + 8 + 2 * cell);
    if (offset > this.#pages.usableSize - 4) throw this.#damaged();
    return this.#leafStart + offset;
  }

  #rowidAt(cell: number): number {
    readVarint(this.#leafBytes, this.#cellStart(cell));
    readVarint(this.#leafBytes, varintEnd);
    return varint;
  }

  #readCell(at: number): void {
    const bytes = this.#leafBytes;
    readVarint(bytes, at);
    const size = varint;
    readVarint(bytes, varintEnd);
    // Ascending ids also mean that a damaged tree comes to an end.
    if (!(varint > this.rowid)) throw this.#damaged();
    this.rowid = varint;
    const start = varintEnd;
    const local = this.#localSize(size);
    // Written so that what is not a number is refused too.
    if (!(start + local <= this.#leafStart + this.#pages.usableSize)) throw this.#damaged();
    if (local === size) {
      this.bytes = bytes;
      this.start = start;
      this.end = start + size;
    } else this.#gather(start, local, size);
  }

  /** Bytes of a record of some size that are in the leaf itself (section 1.6). */
  #localSize(size: number): number {
    const usable = this.#pages.usableSize;
    if (size <= usable - 35) return size;
    const least = Math.floor(((usable - 12) * 32) / 255) - 23;
    const local = least + ((size - least) % (usable - 4));
    return local <= usable - 35 ? local : least;
  }

  /** Puts a record together whose rest is on overflow pages. */
  #gather(start: number, local: number, size: number): void {
    if (this.#spill.length < size) this.#spill = this.#roomFor(size);
    const leaf = this.#leafBytes;
    leaf.copy(this.#spill, 0, start, start + local);
    let filled = local;
    let number = leaf.readUInt32BE(start + local);
    const share = this.#pages.usableSize - 4;
    while (filled < size) {
      const page = this.#overflow.page(number);
      const count = Math.min(share, size - filled);
      page.bytes.copy(this.#spill, filled, page.start + 4, page.start + 4 + count);
      filled += count;
      number = page.bytes.readUInt32BE(page.start);
    }
    this.bytes = this.#spill;
    this.start = 0;
    this.end = size;
  }

  #roomFor(size: number): Buffer {
    // SQLite's own limit; a damaged length must not ask for all the memory.
    if (size > 2 ** 31 - 1) throw this.#damaged();
    return Buffer.allocUnsafe(Math.max(size, this.#spill.length * 2));
  }

  #damaged(): Error {
    return this.#pages.corrupt(`its page ${this.#leaf} is damaged`);
  }
}

/** Children of an interior page: one for each cell, and the last. */
function childCount(page: Buffer): number {
  return page.readUInt16BE(3) + 1;
}

function childAt(page: Buffer, child: number): number {
  if (child === childCount(page) - 1) return page.readUInt32BE(8);
  return page.readUInt32BE(Math.min(page.readUInt16BE(12 + 2 * child), page.length - 4));
}

/** The child that holds the first row whose id is at least so much. */
function firstChildFrom(page: Buffer, rowid: number): number {
  let [low, high] = [0, childCount(page) - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    readVarint(page, page.readUInt16BE(12 + 2 * middle) + 4);
    if (varint < rowid) low = middle + 1;
    else high = middle;
  }
  return low;
}
