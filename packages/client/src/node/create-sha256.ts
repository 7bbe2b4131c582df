import { createHash } from 'node:crypto';

import type { Hasher } from '../digest/hasher.ts';

/** A SHA-256 that is fed chunk by chunk. */
export function createSha256(): Hasher {
  const hash = createHash('sha256');
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest('hex') };
}
