import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { Worker } from 'node:worker_threads';

import type { Hasher } from '../digest/hasher.ts';
import type { WrittenBytes } from './hash-file-thread.ts';

const ownThread = new URL('hash-file-thread.js', import.meta.url);

/**
 * The SHA-256 of a file while it is written, by a thread that reads it close behind the writer, out of the system's
 * cache. Where the thread cannot be had, as in a program that was bundled without it, the file is read at the end.
 */
export class FileHasher implements Hasher {
  readonly #descriptor: number;
  readonly #thread: Worker;
  readonly #answer: Promise<unknown[]>;
  #writtenBytes = 0;

  /**
   * @param descriptor of a file that can be read, and stays open until `close` has resolved
   * @param thread the thread's program
   */
  constructor(descriptor: number, thread: URL = ownThread) {
    this.#descriptor = descriptor;
    this.#thread = new Worker(thread, { execArgv: [], workerData: descriptor });
    this.#answer = once(this.#thread, 'message');
    // Said when it is asked for.
    this.#answer.catch(() => undefined);
  }

  /** The pieces are in the file already. */
  async update(chunks: readonly Uint8Array[]): Promise<void> {
    for (const { byteLength } of chunks) this.#writtenBytes += byteLength;
    this.#tell(false);
  }

  async digest(): Promise<string> {
    this.#tell(true);
    return this.#answer.then(
      ([digest]) => String(digest),
      () => this.#readAll(),
    );
  }

  /** Ends the thread; the file can be closed after that. */
  async close(): Promise<void> {
    await this.#thread.terminate();
  }

  #tell(isLast: boolean): void {
    const written: WrittenBytes = { writtenBytes: this.#writtenBytes, isLast };
    this.#thread.postMessage(written);
  }

  async #readAll(): Promise<string> {
    const hash = createHash('sha256');
    if (this.#writtenBytes === 0) return hash.digest('hex');
    const range = { fd: this.#descriptor, autoClose: false, start: 0, end: this.#writtenBytes - 1 };
    for await (const piece of createReadStream('', range)) hash.update(piece as Buffer);
    return hash.digest('hex');
  }
}
