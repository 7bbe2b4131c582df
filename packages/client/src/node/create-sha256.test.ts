import { createHash, randomBytes } from 'node:crypto';

import { expect, test } from 'vitest';

import type { Hasher } from '../digest/hasher.ts';
import { createSha256 } from './create-sha256.ts';

const bytes = randomBytes(5_000_003);
const expected = createHash('sha256').update(bytes).digest('hex');

async function digest(hasher: Hasher, sizes: readonly number[]): Promise<string> {
  const chunks: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length; offset += chunks.at(-1)?.length ?? 0) {
    chunks.push(bytes.subarray(offset, offset + (sizes[chunks.length % sizes.length] ?? 1)));
  }
  const half = Math.floor(chunks.length / 2);
  await hasher.update(chunks.slice(0, half));
  await hasher.update([]);
  await hasher.update(chunks.slice(half));
  return hasher.digest();
}

test('the digest is right however the bytes are cut', async () => {
  for (const sizes of [[65_536], [1, 100_000], [1024 * 1024], [3_000_000, 1_048_577], [bytes.length]]) {
    expect(await digest(createSha256(), sizes)).toBe(expected);
  }
});
