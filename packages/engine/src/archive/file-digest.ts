import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

import { EngineError } from '../engine-error.ts';
import type { DigestMessage } from './digest-thread.ts';

/** A file of fewer bytes is hashed before a thread has started. */
export const worthAThread = 64 * 1024 ** 2;

/** Not more often than this is a thread told that there is more. */
const stepBytes = 4 * 1024 ** 2;

/** The SHA-256 of a file, by a thread of its own: from the front, as far as the file is known to be final. */
export class FileDigest implements Disposable {
  readonly #worker: Worker;
  readonly #digest: Promise<string>;
  #told = 0;

  constructor(path: string) {
    const entry = createRequire(import.meta.url).resolve('@outcrop/engine/digest-thread');
    this.#worker = new Worker(entry, { workerData: path, execArgv: [] });
    this.#digest = new Promise((resolve, reject) => {
      this.#worker.once('message', resolve);
      this.#worker.once('error', reject);
      this.#worker.once('exit', () =>
        reject(new EngineError('process-died', `The SHA-256 of ${path} could not be taken.`)),
      );
    });
    // Whoever asks for it hears of a failure.
    this.#digest.catch(() => undefined);
  }

  /** Says that the bytes up to here will not change any more. */
  advance(end: number): void {
    if (end < this.#told + stepBytes) return;
    this.#tell(end);
  }

  /** The digest, hex, of the file up to here. */
  finish(end: number): Promise<string> {
    this.#tell(end);
    this.#worker.postMessage(null satisfies DigestMessage);
    return this.#digest;
  }

  [Symbol.dispose](): void {
    void this.#worker.terminate();
  }

  #tell(end: number): void {
    this.#told = end;
    this.#worker.postMessage(end satisfies DigestMessage);
  }
}

/** The SHA-256 of a whole file, hex, by this thread. */
export async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: bufferBytes })) {
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

const bufferBytes = 1 << 20;
