import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import type { Hasher } from '../digest/hasher.ts';

/** As text, because a file beside this one would get lost where a program is bundled into one file. */
const program = `
  const { createHash } = require('node:crypto');
  const { parentPort } = require('node:worker_threads');
  const hash = createHash('sha256');
  parentPort.on('message', (bytes) => {
    if (bytes === null) parentPort.postMessage(hash.digest('hex'));
    else parentPort.postMessage(hash.update(bytes) && null);
  });
`;

/** A SHA-256 in a thread of its own; null where the runtime allows none. */
export function startSha256Thread(): Hasher | null {
  let thread: Worker;
  try {
    thread = new Worker(program, { eval: true });
  } catch {
    return null;
  }
  // It never keeps a program from ending.
  thread.unref();
  const ask = async (message: Uint8Array<ArrayBuffer> | null): Promise<unknown> => {
    const answer = once(thread, 'message');
    thread.postMessage(message, message === null ? [] : [message.buffer]);
    return ((await answer) as [unknown])[0];
  };
  return {
    update: async (chunks) => {
      await ask(joined(chunks));
    },
    digest: async () => String(await ask(null)),
    close: () => void thread.terminate(),
  };
}

/** One piece of memory that can be given away. */
function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
