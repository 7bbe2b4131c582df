import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { FileHasher } from './file-hasher.ts';

const threads = {
  'the thread that is built': new URL('../../dist/node/hash-file-thread.js', import.meta.url),
  'no thread to be had': new URL('no-such-thread.js', import.meta.url),
};
const bytes = randomBytes(3_000_001);
const sha256 = (of: Uint8Array): string => createHash('sha256').update(of).digest('hex');

let folder: string;
let handle: FileHandle;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outcrop-hasher-'));
  handle = await open(join(folder, 'x.part'), 'wx+');
});

afterEach(async () => {
  await handle.close();
  await rm(folder, { recursive: true });
});

describe.each(Object.entries(threads))('with %s', (_, thread) => {
  test('the digest is that of the file, however it was written', async () => {
    const hasher = new FileHasher(handle.fd, thread);
    for (let offset = 0; offset < bytes.length; offset += 700_000) {
      const pieces = [bytes.subarray(offset, offset + 5), bytes.subarray(offset + 5, offset + 700_000)];
      for (const piece of pieces) await handle.write(piece);
      await hasher.update(pieces);
    }
    expect(await hasher.digest()).toBe(sha256(bytes));
    await hasher.close();
  });

  test('an empty file has a digest, too', async () => {
    const hasher = new FileHasher(handle.fd, thread);
    await hasher.update([]);
    expect(await hasher.digest()).toBe(sha256(new Uint8Array()));
    await hasher.close();
  });

  test('one that is not wanted any more ends at once', async () => {
    const hasher = new FileHasher(handle.fd, thread);
    await handle.write(bytes);
    await hasher.update([bytes]);
    await hasher.close();
    await handle.truncate(0);
    const next = new FileHasher(handle.fd, thread);
    await handle.write(bytes.subarray(0, 10), 0, 10, 0);
    await next.update([bytes.subarray(0, 10)]);
    expect(await next.digest()).toBe(sha256(bytes.subarray(0, 10)));
    await next.close();
  });
});
