import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';

import type { ObjectStore } from './object-store.ts';

const keyPattern = /^[a-z0-9-]+(\/[a-z0-9-]+(\.[a-z0-9-]+)*)+$/;

/** Keeps objects as files in a folder. */
export function fileObjectStore(folder: URL): ObjectStore {
  return {
    async put(key, file) {
      const target = locate(folder, key);
      await mkdir(new URL('.', target), { recursive: true, mode: 0o700 });
      await rename(file, target);
    },
    async stat(key) {
      const found = await orNull(stat(locate(folder, key)));
      return found === null ? null : { bytes: found.size };
    },
    async read(key, range) {
      // Opened here, so that a missing file is an answer and not an event of a stream that nobody listens to.
      const handle = await orNull(open(locate(folder, key)));
      if (handle === null) {
        return null;
      }
      const stream = handle.createReadStream({ ...range, highWaterMark: 256 * 1024 });
      return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
    },
    async delete(key) {
      await rm(locate(folder, key), { force: true });
    },
  };
}

function locate(folder: URL, key: string): URL {
  if (!keyPattern.test(key)) {
    throw new Error(`${JSON.stringify(key)} is not the key of an object`);
  }
  return new URL(key, folder);
}

async function orNull<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return null;
    }
    throw error;
  }
}
