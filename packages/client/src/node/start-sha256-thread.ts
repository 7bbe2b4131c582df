import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import type { Hasher } from '../digest/hasher.ts';

/** As text, because a file beside this one would get lost where a program is bundled into one file. */
const program = `
  const { createHash } = require('node:crypto');
  const { parentPort, workerData } = require('node:worker_threads');
  const hash = createHash('sha256');
  parentPort.on('message', (length) => {
    if (length === null) parentPort.postMessage(hash.digest('hex'));
    else parentPort.postMessage(hash.update(workerData.subarray(0, length)) && null);
  });
`;

/** Bytes that are handed over at once; the memory is shared, as giving away and allocating costs more than copying. */
const sharedBytes = 1024 * 1024;

/** A SHA-256 in a thread of its own; null where the runtime allows none. */
export function startSha256Thread(): Hasher | null {
  const shared = new Uint8Array(new SharedArrayBuffer(sharedBytes));
  const thread = startThread(shared);
  if (thread === null) return null;
  const ask = async (length: number | null): Promise<unknown> => {
    const answer = once(thread, 'message');
    thread.postMessage(length);
    return ((await answer) as [unknown])[0];
  };
  return {
    update: async (chunks) => {
      let filled = 0;
      for (let chunk of chunks) {
        while (chunk.byteLength > sharedBytes - filled) {
          shared.set(chunk.subarray(0, sharedBytes - filled), filled);
          chunk = chunk.subarray(sharedBytes - filled);
          await ask(sharedBytes);
          filled = 0;
        }
        shared.set(chunk, filled);
        filled += chunk.byteLength;
      }
      await ask(filled);
    },
    digest: async () => String(await ask(null)),
    close: () => void thread.terminate(),
  };
}

/** It never keeps a program from ending. */
function startThread(workerData: Uint8Array): Worker | null {
  try {
    const thread = new Worker(program, { eval: true, workerData });
    thread.unref();
    return thread;
  } catch {
    return null;
  }
}
