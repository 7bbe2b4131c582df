import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync, statSync, writeSync } from 'node:fs';
import { join, sep } from 'node:path';
import { crc32 } from 'node:zlib';
import { setTimeout } from 'node:timers/promises';

import { withDiskErrors } from '../formats/block-file.ts';
import { deflateBlockBytes, deflatePiece, isWorthDeflating } from './deflate.ts';

/** How long to wait where nothing has grown. */
const lookEveryMs = 40;
/** So many pieces later a piece is looked at again. */
const secondLook = 4;
/** A file of which more than so many pieces have changed by then is one that is written all over. */
const mostChanged = 4;

/** A piece that has been compressed: what it was, and where it lies compressed. */
interface EarlyPiece {
  readonly sha256: string;
  readonly crc: number;
  readonly offset: number;
  readonly length: number;
}

/**
 * Compresses files while another program still writes them, on the core that it leaves free. Whoever packs them asks for
 * each piece with the bytes that the piece has in the end: what was written over meanwhile is not given out.
 */
export class EarlyPieces implements Disposable {
  readonly #folder: string;
  readonly #spool: number;
  readonly #files = new Map<string, EarlyPiece[]>();
  readonly #givenUp = new Set<string>();
  readonly #changed = new Map<string, number>();
  readonly #buffer = Buffer.allocUnsafeSlow(deflateBlockBytes);
  #spoolLength = 0;
  #isStopped = false;
  #isOpen = true;
  readonly #done: Promise<void>;

  /**
   * Begins to watch the files of a folder.
   *
   * @param spool a file for what is compressed; it must not exist
   */
  constructor(folder: string, spool: string) {
    this.#folder = folder;
    this.#spool = withDiskErrors(spool, () => openSync(spool, 'wx+'));
    // It saves time and nothing else: where it fails, the files are compressed when they are packed.
    this.#done = this.#compress().catch(() => undefined);
  }

  /** Compresses nothing more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#done;
  }

  /**
   * The compressed form of a piece of a file; null where there is none.
   *
   * @param name the file, below the folder, with slashes
   * @param piece the bytes as they are now
   */
  take(name: string, index: number, piece: Uint8Array): Buffer | null {
    const early = this.#files.get(name)?.[index];
    if (early === undefined || digestOf(piece) !== early.sha256) return null;
    const compressed = Buffer.allocUnsafe(early.length);
    const length = readSync(this.#spool, compressed, 0, early.length, early.offset);
    return length === early.length ? compressed : null;
  }

  [Symbol.dispose](): void {
    this.#isStopped = true;
    if (!this.#isOpen) return;
    this.#isOpen = false;
    void this.#done.then(() => closeSync(this.#spool));
  }

  async #compress(): Promise<void> {
    while (!this.#isStopped) {
      const name = this.#nextFile();
      if (name === null) await setTimeout(lookEveryMs);
      else await this.#compressNext(name);
    }
  }

  /** A file that has a whole piece more, and another behind it, as the end of a file is what is written over most. */
  #nextFile(): string | null {
    for (const entry of readdirSync(this.#folder, { recursive: true, encoding: 'utf8' })) {
      const name = entry.split(sep).join('/');
      if (this.#givenUp.has(name)) continue;
      const done = this.#files.get(name)?.length ?? 0;
      const stats = statSync(join(this.#folder, entry), { throwIfNoEntry: false });
      if (stats?.isFile() === true && stats.size >= (done + 2) * deflateBlockBytes) return name;
    }
    return null;
  }

  async #compressNext(name: string): Promise<void> {
    const pieces = this.#files.get(name) ?? [];
    this.#files.set(name, pieces);
    if (this.#hasChanged(name, pieces)) {
      this.#givenUp.add(name);
      return;
    }
    const piece = this.#read(name, pieces.length);
    if (pieces.length === 0 && !isWorthDeflating(piece)) {
      this.#givenUp.add(name);
      return;
    }
    const known = { sha256: digestOf(piece), crc: crc32(piece) };
    const compressed = await deflatePiece(piece);
    writeSync(this.#spool, compressed, 0, compressed.length, this.#spoolLength);
    pieces.push({ ...known, offset: this.#spoolLength, length: compressed.length });
    this.#spoolLength += compressed.length;
  }

  #hasChanged(name: string, pieces: readonly EarlyPiece[]): boolean {
    const earlier = pieces.length - secondLook;
    if (earlier <= 0 || crc32(this.#read(name, earlier)) === pieces[earlier]!.crc) return false;
    const changed = (this.#changed.get(name) ?? 0) + 1;
    this.#changed.set(name, changed);
    return changed > mostChanged;
  }

  #read(name: string, index: number): Buffer {
    const file = openSync(join(this.#folder, name), 'r');
    try {
      const length = readSync(file, this.#buffer, 0, deflateBlockBytes, index * deflateBlockBytes);
      return this.#buffer.subarray(0, length);
    } finally {
      closeSync(file);
    }
  }
}

/** What is compressed early in one run, until its archive is packed. */
export class EarlyFolders implements Disposable {
  readonly #folders: EarlyPieces[] = [];

  /** Begins to watch a folder, as `EarlyPieces` does. */
  watch(folder: string, spool: string): EarlyPieces {
    const pieces = new EarlyPieces(folder, spool);
    this.#folders.push(pieces);
    return pieces;
  }

  [Symbol.dispose](): void {
    for (const pieces of this.#folders) pieces[Symbol.dispose]();
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}
