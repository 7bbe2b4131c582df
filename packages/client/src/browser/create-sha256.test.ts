import { createHash, randomBytes } from 'node:crypto';

import { expect, test } from 'vitest';

import { createSha256 } from './create-sha256.ts';

/** The digest of bytes that come in chunks of the given sizes, over and over. */
async function digest(bytes: Uint8Array, sizes: readonly number[]): Promise<string> {
  const hasher = createSha256();
  for (let offset = 0, turn = 0; offset < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    await hasher.update([bytes.subarray(offset, offset + size)]);
    offset += size;
  }
  return hasher.digest();
}

const oracle = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('the digest of nothing and of every length around the block size is that of OpenSSL', async () => {
  const bytes = randomBytes(200);
  for (let length = 0; length <= bytes.length; length += 1) {
    const part = bytes.subarray(0, length);
    expect(await digest(part, [length || 1])).toBe(oracle(part));
  }
});

test('it does not matter how the bytes are cut', async () => {
  const bytes = randomBytes(100_003);
  for (const sizes of [[1, 2, 3], [63], [64], [65], [127, 1], [40_000]]) {
    expect(await digest(bytes, sizes)).toBe(oracle(bytes));
  }
});
