import { constants, writeSync } from 'node:fs';
import { access, type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Hasher } from '../digest/hasher.ts';
import { DownloadError } from '../errors/download-error.ts';
import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import type { FileSink } from '../exports/archive-sink.ts';
import { createSha256 } from './create-sha256.ts';
import { FileHasher } from './file-hasher.ts';
import { recycleBlocks } from './read-in-blocks.ts';

/**
 * A sink that writes `name.part` and renames it when everything is right. A failed download leaves nothing, and a
 * corrupt one `name.corrupt`.
 *
 * @throws DownloadError where the folder is not there or cannot be written to; on `open`, where the file exists.
 */
export async function createFileSink(
  target: string | URL,
  options: { overwrite: boolean },
): Promise<FileSink> {
  const written = typeof target === 'string' ? target : pathOf(target);
  if (written === '') {
    throw new InvalidArgumentError('The target of the download is empty; name a folder or a file');
  }
  const isFolder = /[/\\]$/.test(written) || (await isDirectory(written));
  const folder = isFolder ? resolve(written) : dirname(resolve(written));
  await checkFolder(folder);
  return new PartFile(folder, {
    fixedPath: isFolder ? null : resolve(written),
    overwrite: options.overwrite,
  });
}

/**
 * Bytes of a write at most. Linux gives a file memory in pieces as large as the write, and large ones are hard to come
 * by: a write of 1 MiB takes up to five times as long as 32 writes of this size.
 */
const largestWrite = 32 * 1024;
/** Bytes from which on an archive is hashed in a thread. */
const largeBytes = 64 * 1024 * 1024;

class PartFile implements FileSink {
  path = '';
  readonly #folder: string;
  readonly #options: { fixedPath: string | null; overwrite: boolean };
  #handle: FileHandle | undefined;
  #hasher: FileHasher | undefined;
  #isStarted = false;
  #isLarge = false;
  #position = 0;

  constructor(folder: string, options: { fixedPath: string | null; overwrite: boolean }) {
    this.#folder = folder;
    this.#options = options;
  }

  async open({ fileName, totalBytes }: { fileName: string; totalBytes: number | null }): Promise<void> {
    this.#isLarge = (totalBytes ?? 0) >= largeBytes;
    this.path = this.#options.fixedPath ?? join(this.#folder, fileName);
    await this.#refuseExisting();
    // A file of its own, whatever lies there: what an ended process left, or a link to somewhere else.
    this.#handle = await this.#guard(async () => {
      await rm(this.#part, { force: true });
      return open(this.#part, 'wx+');
    });
    this.#isStarted = true;
  }

  /** Beside the writing where there is a core for it, and where the file is worth a thread. */
  createSha256(): Hasher {
    if (this.#handle === undefined || !this.#isLarge || availableParallelism() < 2) return createSha256();
    return (this.#hasher = new FileHasher(this.#handle.fd));
  }

  /**
   * Writes at once: the system takes a chunk into its memory in less time than handing it to a thread needs. Where the
   * disk is slower than the network, the program waits for it here.
   */
  async write(chunks: readonly Uint8Array[]): Promise<void> {
    await this.#guard(async () => {
      for (const chunk of chunks) this.#writeChunk(chunk);
    });
  }

  #writeChunk(chunk: Uint8Array): void {
    for (let offset = 0; offset < chunk.byteLength && this.#handle !== undefined;) {
      const length = Math.min(largestWrite, chunk.byteLength - offset);
      const written = writeSync(this.#handle.fd, chunk, offset, length, this.#position);
      this.#position += written;
      offset += written;
    }
  }

  release(chunks: readonly Uint8Array[]): void {
    recycleBlocks(chunks);
  }

  readonly restart = async (): Promise<void> => {
    await this.#hasher?.close();
    await this.#guard(() => this.#handle?.truncate(0));
    this.#position = 0;
  };

  async finish(): Promise<void> {
    await this.#checkOwn();
    await this.#close();
    await this.#refuseExisting();
    await this.#guard(() => rename(this.#part, this.path));
  }

  async discard(why: 'failed' | 'corrupt'): Promise<string | void> {
    if (!this.#isStarted) return undefined;
    await this.#close();
    if (why === 'corrupt') {
      const kept = `${this.path}.corrupt`;
      await this.#guard(() => rename(this.#part, kept));
      return kept;
    }
    await rm(this.#part, { force: true });
    return undefined;
  }

  get #part(): string {
    return `${this.path}.part`;
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await this.#hasher?.close();
    await handle?.close();
  }

  /** Another download to the same path has put its own part there: the name must not get a half of that one. */
  async #checkOwn(): Promise<void> {
    const own = await this.#handle?.stat();
    const there = await stat(this.#part).catch(() => null);
    if (own !== undefined && own.ino === there?.ino) return;
    this.#isStarted = false;
    await this.#close();
    throw new DownloadError(
      `${this.#part} was taken by another download to the same file; give each download a file of its own`,
    );
  }

  async #refuseExisting(): Promise<void> {
    const there = await stat(this.path).catch(() => null);
    if (there === null) return;
    if (!there.isFile()) {
      throw new DownloadError(`${this.path} is there and is not a file; name another target`);
    }
    if (this.#options.overwrite || this.#options.fixedPath !== null) return;
    throw new DownloadError(
      `${this.path} is already there; remove it, name another target, or allow overwrite`,
    );
  }

  async #guard<T>(work: () => Promise<T> | undefined): Promise<T | undefined> {
    try {
      return await work();
    } catch (cause) {
      throw new DownloadError(`${this.path} could not be written: ${explain(cause)}`, { cause });
    }
  }
}

function pathOf(target: URL): string {
  if (target.protocol === 'file:') return fileURLToPath(target);
  throw new InvalidArgumentError(
    `${target.protocol}// is not where a download can go; name a folder or a file, or give a file: URL`,
  );
}

async function checkFolder(folder: string): Promise<void> {
  if (!(await isDirectory(folder))) {
    throw new DownloadError(`The folder ${folder}${sep} does not exist; create it, or name another target`);
  }
  try {
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new DownloadError(`The folder ${folder}${sep} cannot be written to; name another target`, {
      cause,
    });
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

function explain(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full; free some space and try again';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'no permission; name another target';
    default:
      return cause instanceof Error ? cause.message : String(cause);
  }
}
