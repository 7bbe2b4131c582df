import { createHash } from 'node:crypto';

import type { Hasher } from '../digest/hasher.ts';
import { startSha256Thread } from './start-sha256-thread.ts';

/** Bytes from which on a thread of its own is worth its start. */
const threadedFromBytes = 64 * 1024 * 1024;

/** A SHA-256 of so many bytes, if that is known. Hashing large archives beside the network nearly doubles the speed. */
export function createSha256(totalBytes: number | null): Hasher {
  const isLarge = totalBytes !== null && totalBytes >= threadedFromBytes;
  return (isLarge ? startSha256Thread() : null) ?? createSha256Here();
}

function createSha256Here(): Hasher {
  const hash = createHash('sha256');
  return {
    update: async (chunks) => {
      for (const chunk of chunks) hash.update(chunk);
    },
    digest: async () => hash.digest('hex'),
    close: () => undefined,
  };
}
