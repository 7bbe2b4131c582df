// The thread of `FileHasher`: hashes a file as far as it is said to be written.
import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/** What the thread is told after each write. */
export interface WrittenBytes {
  /** Bytes from the start of the file. */
  readonly writtenBytes: number;
  /** Whether the file is whole; the thread answers with the digest in hex, and ends. */
  readonly isLast: boolean;
}

const descriptor = Number(workerData);
const hash = createHash('sha256');
const block = Buffer.allocUnsafeSlow(256 * 1024);
let position = 0;

parentPort?.on('message', ({ writtenBytes, isLast }: WrittenBytes) => {
  while (position < writtenBytes) {
    const length = Math.min(block.byteLength, writtenBytes - position);
    const count = readSync(descriptor, block, 0, length, position);
    if (count === 0) throw new Error(`The file ends at ${position}, and ${writtenBytes} bytes were written`);
    hash.update(block.subarray(0, count));
    position += count;
  }
  if (!isLast) return;
  parentPort?.postMessage(hash.digest('hex'));
  parentPort?.close();
});
