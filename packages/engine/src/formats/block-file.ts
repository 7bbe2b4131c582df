import { closeSync, openSync, writeSync } from 'node:fs';

import { EngineError } from '../engine-error.ts';

/**
 * A file that is written in blocks, whose head may be written again at the end.
 *
 * @throws EngineError `disk-full` from its methods where there is no more space
 */
export class BlockFile {
  readonly path: string;
  readonly #descriptor: number;
  #isOpen = true;
  length = 0;

  constructor(path: string) {
    this.path = path;
    this.#descriptor = withDiskErrors(path, () => openSync(path, 'wx'));
  }

  append(bytes: Uint8Array): void {
    this.#write(bytes, this.length);
    this.length += bytes.length;
  }

  /** Writes over what is at the beginning. */
  writeHead(bytes: Uint8Array): void {
    this.#write(bytes, 0);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#descriptor);
  }

  #write(bytes: Uint8Array, position: number): void {
    withDiskErrors(this.path, () => {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(this.#descriptor, bytes, done, bytes.length - done, position + done);
      }
    });
  }
}

/** Runs file work; a full disk becomes an EngineError that says what to do. */
export function withDiskErrors<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw diskError(error, path);
  }
}

/** A full disk as an EngineError; any other error as it is. */
export function diskError(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const isFull =
    code === 'ENOSPC' ||
    code === 'EDQUOT' ||
    code === 'EFBIG' ||
    code === 'SQLITE_FULL' ||
    String(code).startsWith('SQLITE_IOERR_WRITE');
  if (!isFull) return error;
  return new EngineError(
    'disk-full',
    `The disk is full: ${path} could not be written. Free some space, or export less at a time.`,
    {
      retryable: true,
      cause: error,
    },
  );
}
