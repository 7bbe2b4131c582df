import { createHash } from 'node:crypto';
import { readSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';

import type { ManifestMember } from '@outcrop/contract';

import { diskError, withDiskErrors } from '../formats/block-file.ts';
import { deflateBlockBytes, deflateEnd, deflatePiece, isWorthDeflating } from './deflate.ts';
import type { EarlyPieces } from './early-pieces.ts';
import { digestOfFile, FileDigest, worthAThread } from './file-digest.ts';
import { centralHeader, endRecords, localHeader, type ZipMember, zipMethod } from './zip-records.ts';

/** Pieces that are compressed at once: two for each thread of the pool, so that none waits for the disk. */
const piecesInFlight = 8;
/** With room for what deflate may add to what cannot be compressed. */
const zip64From = 0xf000_0000;

/**
 * Members in the order in which they are added. Files are read and written in this thread: a read on zlib's thread pool
 * would wait behind the pieces that are being compressed there, and leave it without work when its turn comes. For the same
 * reason the pieces of one member are read while those of the one before are still being compressed.
 */
export class ArchiveWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #signal: AbortSignal | undefined;
  readonly #onBytes: (bytes: number) => void;
  readonly #members: ZipMember[] = [];
  readonly #manifest: ManifestMember[] = [];
  /** What has been read and not been written yet. */
  readonly #queue: QueuedPiece[] = [];
  readonly #buffers = new PieceBuffers();
  #length = 0;
  /** Of an archive that is large. */
  #digest: FileDigest | null = null;

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

  /** Bytes written so far; the last pieces of a member may still be on their way. */
  get length(): number {
    return this.#length;
  }

  /** SHA-256 of the whole, hex; after `finish`. */
  async digest(): Promise<string> {
    return this.#digest?.finish(this.#length) ?? digestOfFile(this.#path);
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
      if (size >= worthAThread && !isWorthDeflating(firstPiece(file))) {
        await this.#store(path, { file, size, source });
      } else {
        await this.#add(path, { expectedSize: size, pieces: piecesOfFile(file, this.#buffers), early });
      }
    } finally {
      await file.close();
    }
  }

  /** Adds a text of less than 4 GB, as UTF-8. */
  async addText(path: string, text: string | Iterable<string>): Promise<void> {
    const pieces = piecesOfText(typeof text === 'string' ? [text] : text);
    await this.#add(path, { expectedSize: 0, pieces, early: null });
  }

  /** Writes what is on its way and the central directory. Returns the archive's bytes. */
  async finish(): Promise<number> {
    while (this.#queue.length > 0) await this.#writeNext();
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
    this.#digest?.[Symbol.dispose]();
    await Promise.allSettled(this.#queue.flatMap(({ packed }) => packed ?? []));
    await this.#file.close();
  }

  async #add(path: string, { expectedSize, pieces, early }: Addition): Promise<void> {
    const member = new OpenMember(path, expectedSize >= zip64From);
    const hash = createHash('sha256');
    let index = 0;
    for (const piece of pieces) {
      this.#signal?.throwIfAborted();
      member.crc = crc32(piece, member.crc);
      member.size += piece.length;
      hash.update(piece);
      if (index === 0) member.isStored = !isWorthDeflating(piece);
      const packed = member.isStored ? null : pack(piece, early, index);
      await this.#enqueue({ member, piece, packed });
      index += 1;
      this.#onBytes(piece.length);
    }
    await this.#enqueue({ member, piece: null, packed: null });
    this.#manifest.push({ path, bytes: member.size, sha256: hash.digest('hex') });
  }

  /** Adds a large file as it is, with its checksum first: so what is written is final, and both digests are taken beside it. */
  async #store(path: string, { file, size, source }: StoredFile): Promise<void> {
    while (this.#queue.length > 0) await this.#writeNext();
    using digest = new FileDigest(source);
    const sha256 = digest.finish(size);
    const member = new OpenMember(path, size >= zip64From);
    for (const piece of piecesOfFile(file, this.#buffers)) {
      this.#signal?.throwIfAborted();
      member.crc = crc32(piece, member.crc);
      member.size += piece.length;
      // Whoever stops it is heard.
      await setImmediate();
    }
    const record = { ...member.record(size), offset: this.#length };
    this.#append(localHeader(record, member.hasRoomForZip64));
    for (const piece of piecesOfFile(file, this.#buffers)) {
      this.#signal?.throwIfAborted();
      this.#append(piece);
      this.#advance();
      this.#onBytes(piece.length);
      await setImmediate();
    }
    this.#members.push(record);
    this.#manifest.push({ path, bytes: size, sha256: await sha256 });
  }

  /** All that has been written is final. */
  #advance(): void {
    if (this.#length >= worthAThread) this.#digest ??= new FileDigest(this.#path);
    this.#digest?.advance(this.#length);
  }

  async #enqueue(queued: QueuedPiece): Promise<void> {
    // Whoever comes to it hears of its failure; until then it is nobody's.
    queued.packed?.catch(() => undefined);
    this.#queue.push(queued);
    if (this.#queue.length > piecesInFlight) await this.#writeNext();
  }

  async #writeNext(): Promise<void> {
    const { member, piece, packed } = this.#queue[0]!;
    const deflated = await packed;
    this.#queue.shift();
    if (member.offset === null) {
      member.offset = this.#length;
      this.#append(localHeader(member.record(0), member.hasRoomForZip64));
      member.start = this.#length;
    }
    if (piece === null) this.#endMember(member);
    else this.#append(deflated ?? piece);
  }

  #endMember(member: OpenMember): void {
    if (!member.isStored) this.#append(deflateEnd);
    const record = member.record(this.#length - member.start);
    this.#write(localHeader(record, member.hasRoomForZip64), record.offset);
    this.#members.push(record);
    this.#advance();
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

/** A piece on its way into the archive, or the end of its member (null). */
interface QueuedPiece {
  readonly member: OpenMember;
  readonly piece: Buffer | null;
  /** Null where it is stored, and for the end. */
  readonly packed: Promise<Buffer> | null;
}

/** A member whose sizes are not known yet. */
class OpenMember {
  readonly path: string;
  readonly hasRoomForZip64: boolean;
  crc = 0;
  size = 0;
  /** What its first piece is worth decides; one without bytes is stored. */
  isStored = true;
  /** Null until its first piece is written. */
  offset: number | null = null;
  /** Where its data begin. */
  start = 0;

  constructor(path: string, hasRoomForZip64: boolean) {
    this.path = path;
    this.hasRoomForZip64 = hasRoomForZip64;
  }

  record(compressedSize: number): ZipMember {
    const { path, crc, size, offset } = this;
    const method = this.isStored ? zipMethod.stored : zipMethod.deflated;
    return { path, method, crc, size, compressedSize, offset: offset ?? 0 };
  }
}

/** A file of which pieces may have been compressed before. */
export interface EarlyFile {
  readonly pieces: EarlyPieces;
  /** The file, as they know it. */
  readonly name: string;
}

interface StoredFile {
  readonly file: FileHandle;
  readonly size: number;
  /** Its path. */
  readonly source: string;
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

/** Memory of pieces, in turn: as many as are in use at once. */
class PieceBuffers {
  readonly #buffers: Buffer[] = [];
  #turn = 0;

  next(): Buffer {
    this.#turn = (this.#turn + 1) % (piecesInFlight + 2);
    return (this.#buffers[this.#turn] ??= Buffer.allocUnsafeSlow(deflateBlockBytes));
  }
}

/** Pieces of a fixed size. Each holds while those in flight after it do; then its memory has another. */
function* piecesOfFile(file: FileHandle, buffers: PieceBuffers): Generator<Buffer> {
  for (let position = 0; ;) {
    const piece = buffers.next();
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

function firstPiece(file: FileHandle): Buffer {
  const piece = Buffer.allocUnsafe(deflateBlockBytes);
  return piece.subarray(0, readSync(file.fd, piece, 0, piece.length, 0));
}

function* piecesOfText(texts: Iterable<string>): Generator<Buffer> {
  let kept: Buffer[] = [];
  let size = 0;
  for (const text of texts) {
    const bytes = Buffer.from(text);
    kept.push(bytes);
    size += bytes.length;
    if (size < deflateBlockBytes) continue;
    const whole = Buffer.concat(kept);
    const end = size - (size % deflateBlockBytes);
    for (let at = 0; at < end; at += deflateBlockBytes) yield whole.subarray(at, at + deflateBlockBytes);
    kept = [whole.subarray(end)];
    size -= end;
  }
  if (size > 0) yield Buffer.concat(kept);
}

/** A piece as deflate makes it; the same bytes, whether that was done before or not. */
async function pack(piece: Buffer, early: EarlyFile | null, index: number): Promise<Buffer> {
  return early?.pieces.take(early.name, index, piece) ?? deflatePiece(piece);
}
