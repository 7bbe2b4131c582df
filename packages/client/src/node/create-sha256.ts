import { createHash } from 'node:crypto';

import type { Hasher } from '../digest/hasher.ts';

/** A SHA-256 by OpenSSL, 1.5 GB/s with the instructions for it. A thread of its own costs more than it saves (ADR 0018). */
export function createSha256(): Hasher {
  const hash = createHash('sha256');
  return {
    update: async (chunks) => {
      for (const chunk of chunks) hash.update(chunk);
    },
    digest: async () => hash.digest('hex'),
  };
}
