import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/** What the thread is told: that the file is there up to so many bytes; null that this is all. */
export type DigestMessage = number | null;

const bufferBytes = 1 << 20;
const file = openSync(workerData as string, 'r');
const hash = createHash('sha256');
const buffer = Buffer.allocUnsafeSlow(bufferBytes);
let done = 0;

parentPort!.on('message', (end: DigestMessage) => {
  if (end === null) {
    closeSync(file);
    parentPort!.postMessage(hash.digest('hex'));
    parentPort!.close();
    return;
  }
  while (done < end) {
    const read = readSync(file, buffer, 0, Math.min(bufferBytes, end - done), done);
    if (read === 0) throw new Error(`${workerData as string} has ${done} bytes and not ${end}`);
    hash.update(buffer.subarray(0, read));
    done += read;
  }
});
