import { createHash } from 'node:crypto';
import { readSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

import type { ManifestMember } from '@outcrop/contract';

import { diskError, withDiskErrors } from '../formats/block-file.ts';
import { deflateBlockBytes, deflateEnd, deflatePiece, isUseless } from './deflate.ts';
import type { EarlyPieces } from './early-pieces.ts';
import { centralHeader, endRecords, localHeader, type ZipMember, zipMethod } from './zip-records.ts';

/** Pieces that are compressed at once: two for each thread of the pool, so that none waits for the disk. */
const piecesInFlight = 8;
/** With room for what deflate may add to what cannot be compressed. */
const zip64From = 0xf000_0000;

/**
 * Members in the order in which they are added. Files are read and written in this thread: a read on zlib's thread pool
 * would wait behind the pieces that are being compressed there, and leave it without work when its turn comes.
 */
export class ArchiveWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #signal: AbortSignal | undefined;
  readonly #onBytes: (bytes: number) => void;
  readonly #members: ZipMember[] = [];
  readonly #manifest: ManifestMember[] = [];
  /** What pieces of files are read into, in turn: as many as are in use at once. */
  readonly #buffers: Buffer[] = [];
  #length = 0;

  private constructor(path: string, file: FileHandle, options: ArchiveOptions) {
    this.#path = path;
    this.#file = file;
    this.#signal = options.signal;
    this.#onBytes = options.onBytes ?? (() => undefined);
  }

  /** Creates the file, which must not exist. */
  static async create(path: string, options: ArchiveOptions = {}): Promise<ArchiveWriter> {
    return new ArchiveWriter(path, await open(path, 'wx'), options);
  }

  /** Digest and size of each member so far. */
  get manifest(): readonly ManifestMember[] {
    return this.#manifest;
  }

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /**
   * Adds a file under a path inside the archive.
   *
   * @param early what of it has been compressed before, and what it is called there
   */
  async addFile(path: string, source: string, early: EarlyFile | null = null): Promise<void> {
    const file = await open(source, 'r');
    try {
      const { size } = await file.stat();
      await this.#add(path, { expectedSize: size, pieces: piecesOfFile(file, this.#buffers), early });
    } finally {
      await file.close();
    }
  }

  /** Adds a text, as UTF-8. */
  async addText(path: string, text: string): Promise<void> {
    const bytes = Buffer.from(text);
    await this.#add(path, { expectedSize: bytes.length, pieces: piecesOfBytes(bytes), early: null });
  }

  /** Writes the central directory. Returns the archive's bytes. */
  finish(): number {
    const offset = this.#length;
    for (const member of this.#members) this.#append(centralHeader(member));
    this.#append(endRecords(this.#members.length, { offset, size: this.#length - offset }));
    return this.#length;
  }

  /** Waits until the disk has everything. */
  async sync(): Promise<void> {
    await this.#file.sync().catch((error: unknown) => {
      throw diskError(error, this.#path);
    });
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #add(path: string, { expectedSize, pieces, early }: Addition): Promise<void> {
    const offset = this.#length;
    const roomForZip64 = expectedSize >= zip64From;
    const unknown = { path, method: zipMethod.deflated, crc: 0, size: 0, compressedSize: 0, offset };
    this.#append(localHeader(unknown, roomForZip64));
    const start = this.#length;
    const { method, crc, size, sha256 } = await this.#writePieces(pieces, early);
    const member: ZipMember = { path, method, crc, size, compressedSize: this.#length - start, offset };
    this.#write(localHeader(member, roomForZip64), offset);
    this.#members.push(member);
    this.#manifest.push({ path, bytes: size, sha256 });
  }

  async #writePieces(
    pieces: Iterable<Buffer>,
    early: EarlyFile | null,
  ): Promise<Pick<ZipMember, 'method' | 'crc' | 'size'> & { sha256: string }> {
    const hash = createHash('sha256');
    const inFlight: Promise<Buffer>[] = [];
    const deflate = async (piece: Buffer, index: number): Promise<Buffer> =>
      early?.pieces.take(early.name, index, piece) ?? deflatePiece(piece);
    let [crc, size, isStored, index] = [0, 0, false, 0];
    try {
      for (const piece of pieces) {
        this.#signal?.throwIfAborted();
        crc = crc32(piece, crc);
        hash.update(piece);
        if (size === 0) {
          const first = await deflate(piece, 0);
          isStored = isUseless(first, piece);
          this.#append(isStored ? piece : first);
        } else {
          inFlight.push(isStored ? Promise.resolve(piece) : deflate(piece, index));
        }
        size += piece.length;
        index += 1;
        this.#onBytes(piece.length);
        if (inFlight.length === piecesInFlight) this.#append(await inFlight.shift()!);
      }
      while (inFlight.length > 0) this.#append(await inFlight.shift()!);
    } finally {
      await Promise.allSettled(inFlight);
    }
    if (size === 0) isStored = true;
    if (!isStored) this.#append(deflateEnd);
    return {
      method: isStored ? zipMethod.stored : zipMethod.deflated,
      crc,
      size,
      sha256: hash.digest('hex'),
    };
  }

  #append(bytes: Uint8Array): void {
    this.#write(bytes, this.#length);
    this.#length += bytes.length;
  }

  #write(bytes: Uint8Array, position: number): void {
    withDiskErrors(this.#path, () => {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(this.#file.fd, bytes, done, bytes.length - done, position + done);
      }
    });
  }
}

/** A file of which pieces may have been compressed before. */
export interface EarlyFile {
  readonly pieces: EarlyPieces;
  /** The file, as they know it. */
  readonly name: string;
}

interface Addition {
  readonly expectedSize: number;
  readonly pieces: Iterable<Buffer>;
  readonly early: EarlyFile | null;
}

/** How the writing of an archive is stopped and watched. */
export interface ArchiveOptions {
  readonly signal?: AbortSignal;
  /** Told of uncompressed bytes as they are taken. */
  readonly onBytes?: (bytes: number) => void;
}

/** Pieces of a fixed size. Each holds while those in flight after it do; then its memory has another. */
function* piecesOfFile(file: FileHandle, buffers: Buffer[]): Generator<Buffer> {
  for (let [position, turn] = [0, 0]; ; turn = (turn + 1) % (piecesInFlight + 2)) {
    const piece = (buffers[turn] ??= Buffer.allocUnsafeSlow(deflateBlockBytes));
    let filled = 0;
    while (filled < piece.length) {
      const bytesRead = readSync(file.fd, piece, filled, piece.length - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    if (filled > 0) yield piece.subarray(0, filled);
    if (filled < piece.length) return;
    position += filled;
  }
}

function* piecesOfBytes(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += deflateBlockBytes)
    yield bytes.subarray(at, at + deflateBlockBytes);
}
