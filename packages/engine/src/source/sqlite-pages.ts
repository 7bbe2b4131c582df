import { closeSync, existsSync, openSync, readSync } from 'node:fs';

import { EngineError } from '../engine-error.ts';

/** Pages that are read at once when they are asked for one after the other. */
const mostPagesAhead = 64;

/** A page in memory: it begins at `start` of `bytes`, and stays there until the next page is asked for. */
export interface SqlitePage {
  readonly bytes: Buffer;
  readonly start: number;
}

/**
 * Reads pages of a SQLite database file from the disk, past SQLite (its file format, https://sqlite.org/fileformat2.html,
 * is fixed). Only for files that nobody is writing: whoever reads must find out afterwards whether the file has changed.
 */
export class SqlitePages {
  readonly #path: string;
  readonly #descriptor: number;
  readonly pageSize: number;
  /** Bytes of a page that hold content. */
  readonly usableSize: number;

  private constructor(path: string, descriptor: number, { pageSize, reserved }: PageLayout) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.pageSize = pageSize;
    this.usableSize = pageSize - reserved;
  }

  /** Null where the file is not plainly readable: it has a journal or a log, or its texts are not in UTF-8. */
  static open(path: string): SqlitePages | null {
    if (existsSync(`${path}-journal`) || existsSync(`${path}-wal`)) return null;
    const descriptor = openSync(path, 'r');
    const head = Buffer.alloc(100);
    const layout = readSync(descriptor, head, 0, head.length, 0) === head.length ? layoutOf(head) : null;
    if (layout !== null) return new SqlitePages(path, descriptor, layout);
    closeSync(descriptor);
    return null;
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }

  /** A way to read pages, with a memory of its own for the last ones. */
  createWindow(): PageWindow {
    return new PageWindow(this);
  }

  /** Reads pages from a number on (1 is the first) as far as there are any. Returns how many are whole. */
  read(first: number, into: Buffer): number {
    let filled = 0;
    while (filled < into.length) {
      const position = (first - 1) * this.pageSize + filled;
      const count = readSync(this.#descriptor, into, filled, into.length - filled, position);
      if (count === 0) break;
      filled += count;
    }
    return Math.floor(filled / this.pageSize);
  }

  /** What is wrong with the file. */
  corrupt(what: string): EngineError {
    return new EngineError(
      'source-corrupt',
      `${this.#path} cannot be read: ${what}. Check it with ogrinfo or restore it from a copy.`,
    );
  }
}

/** The pages last read; more of them at a time the longer they are asked for in order. */
export class PageWindow {
  readonly #pages: SqlitePages;
  readonly #buffer: Buffer;
  #first = 0;
  #count = 0;
  #ahead = 1;

  constructor(pages: SqlitePages) {
    this.#pages = pages;
    this.#buffer = Buffer.allocUnsafe(pages.pageSize * mostPagesAhead);
  }

  /** @throws EngineError `source-corrupt` where the file has no such page. */
  page(number: number): SqlitePage {
    if (number < this.#first || number >= this.#first + this.#count) this.#load(number);
    return { bytes: this.#buffer, start: (number - this.#first) * this.#pages.pageSize };
  }

  #load(number: number): void {
    // Pages of another kind may lie in between.
    const gap = number - (this.#first + this.#count);
    const isNext = this.#count > 0 && gap >= 0 && gap < this.#ahead;
    this.#ahead = isNext ? Math.min(this.#ahead * 2, mostPagesAhead) : 1;
    const { pageSize } = this.#pages;
    this.#count = number < 1 ? 0 : this.#pages.read(number, this.#buffer.subarray(0, this.#ahead * pageSize));
    this.#first = number;
    if (this.#count === 0) throw this.#pages.corrupt(`it has no page ${number}`);
  }
}

interface PageLayout {
  readonly pageSize: number;
  readonly reserved: number;
}

/** From the head of the file (section 1.3 of the format); null where it is of a kind that is not read here. */
function layoutOf(head: Buffer): PageLayout | null {
  const isSqlite = head.toString('latin1', 0, 16) === 'SQLite format 3\0';
  // Versions 1: a rollback journal. Encoding 1: UTF-8.
  const isPlain = head[18] === 1 && head[19] === 1 && head.readUInt32BE(56) === 1;
  const stored = head.readUInt16BE(16);
  const pageSize = stored === 1 ? 65_536 : stored;
  const reserved = head[20]!;
  const isSized = pageSize >= 512 && (pageSize & (pageSize - 1)) === 0 && pageSize - reserved >= 480;
  return isSqlite && isPlain && isSized ? { pageSize, reserved } : null;
}
