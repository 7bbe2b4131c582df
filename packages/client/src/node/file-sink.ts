import { constants } from 'node:fs';
import { access, type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import { DownloadError } from '../errors/download-error.ts';
import type { ArchiveSink } from '../exports/transfer-archive.ts';

/** A sink that is a file in the end. */
export interface FileSink extends ArchiveSink {
  /** Where the file will be; known once the sink is open. */
  readonly path: string;
}

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
  const written = typeof target === 'string' ? target : fileURLToPath(target);
  const isFolder = /[/\\]$/.test(written) || (await isDirectory(written));
  const folder = isFolder ? resolve(written) : dirname(resolve(written));
  await checkFolder(folder);
  return new PartFile(folder, {
    fixedPath: isFolder ? null : resolve(written),
    overwrite: options.overwrite,
  });
}

class PartFile implements FileSink {
  path = '';
  readonly #folder: string;
  readonly #options: { fixedPath: string | null; overwrite: boolean };
  #handle: FileHandle | undefined;
  #isStarted = false;
  #position = 0;

  constructor(folder: string, options: { fixedPath: string | null; overwrite: boolean }) {
    this.#folder = folder;
    this.#options = options;
  }

  async open({ fileName }: { fileName: string }): Promise<void> {
    this.path = this.#options.fixedPath ?? join(this.#folder, fileName);
    await this.#refuseExisting();
    this.#handle = await this.#guard(() => open(this.#part, 'w'));
    this.#isStarted = true;
  }

  async write(chunk: Uint8Array): Promise<void> {
    for (let offset = 0; offset < chunk.byteLength;) {
      const rest = chunk.byteLength - offset;
      const result = await this.#guard(() => this.#handle?.write(chunk, offset, rest, this.#position));
      const bytesWritten = result?.bytesWritten ?? 0;
      offset += bytesWritten;
      this.#position += bytesWritten;
    }
  }

  readonly restart = async (): Promise<void> => {
    await this.#guard(() => this.#handle?.truncate(0));
    this.#position = 0;
  };

  async finish(): Promise<void> {
    await this.#guard(() => this.#handle?.sync());
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
    await handle?.close();
  }

  async #refuseExisting(): Promise<void> {
    if (this.#options.overwrite || this.#options.fixedPath !== null) return;
    if (await exists(this.path)) {
      throw new DownloadError(
        `${this.path} is already there; remove it, name another target, or allow overwrite`,
      );
    }
  }

  async #guard<T>(work: () => Promise<T> | undefined): Promise<T | undefined> {
    try {
      return await work();
    } catch (cause) {
      throw new DownloadError(`${this.path} could not be written: ${explain(cause)}`, { cause });
    }
  }
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

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function explain(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  switch (code) {
    case 'ENOSPC':
      return 'the disk is full; free some space and try again';
    case 'EACCES':
    case 'EPERM':
      return 'no permission';
    default:
      return cause instanceof Error ? cause.message : String(cause);
  }
}
