import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { inflateRawSync } from 'node:zlib';

import { temporaryFolder } from '@outcrop/testkit';
import { expect, test, vi } from 'vitest';

import { deflateBlockBytes, deflateEnd, deflatePiece } from './deflate.ts';
import { EarlyPieces } from './early-pieces.ts';

/** Bytes that deflate has some work with, and that tell their place. */
function someBytes(pieces: number): Buffer {
  const bytes = Buffer.alloc(pieces * deflateBlockBytes);
  for (let index = 0; index < bytes.length; index++) bytes[index] = (index >> 8) ^ (index % 7);
  return bytes;
}

function piece(bytes: Buffer, index: number): Buffer {
  return bytes.subarray(index * deflateBlockBytes, (index + 1) * deflateBlockBytes);
}

/** Waits until a piece has been compressed. */
function compressed(early: EarlyPieces, name: string, [bytes, index]: [Buffer, number]): Promise<Buffer> {
  return vi.waitFor(() => {
    const found = early.take(name, index, piece(bytes, index));
    if (found === null) throw new Error('not yet');
    return found;
  });
}

test('pieces of a file that grows are there compressed, as whoever packs it would compress them', async () => {
  await using folder = await temporaryFolder();
  mkdirSync(folder.file('product/sub'), { recursive: true });
  const path = folder.file('product/sub/grows.bin');
  const bytes = someBytes(4);
  using early = new EarlyPieces(folder.file('product'), folder.file('spool'));
  writeFileSync(path, bytes.subarray(0, 2 * deflateBlockBytes));
  await compressed(early, 'sub/grows.bin', [bytes, 0]);
  appendFileSync(path, bytes.subarray(2 * deflateBlockBytes));
  const second = await compressed(early, 'sub/grows.bin', [bytes, 1]);
  expect(second.equals(await deflatePiece(piece(bytes, 1)))).toBe(true);
  expect(inflateRawSync(Buffer.concat([second, deflateEnd])).equals(piece(bytes, 1))).toBe(true);
  await early.stop();
});

test('a piece that was written over meanwhile is not given out', async () => {
  await using folder = await temporaryFolder();
  mkdirSync(folder.file('product'));
  const path = folder.file('product/changes.bin');
  const bytes = someBytes(3);
  writeFileSync(path, bytes);
  using early = new EarlyPieces(folder.file('product'), folder.file('spool'));
  await compressed(early, 'changes.bin', [bytes, 1]);
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.from('new'), 0, 3, 5);
  closeSync(file);
  const now = readFileSync(path);
  expect(early.take('changes.bin', 0, piece(now, 0))).toBeNull();
  expect(early.take('changes.bin', 1, piece(now, 1))).not.toBeNull();
  expect(early.take('changes.bin', 0, piece(now, 0).subarray(1))).toBeNull();
  await early.stop();
});

test('the end of a file is left to whoever packs it, and so is a file that it does not know', async () => {
  await using folder = await temporaryFolder();
  mkdirSync(folder.file('product'));
  const bytes = someBytes(3);
  writeFileSync(folder.file('product/whole.bin'), bytes);
  using early = new EarlyPieces(folder.file('product'), folder.file('spool'));
  await compressed(early, 'whole.bin', [bytes, 1]);
  await early.stop();
  expect(early.take('whole.bin', 2, piece(bytes, 2))).toBeNull();
  expect(early.take('other.bin', 0, piece(bytes, 0))).toBeNull();
});

/** Writes over the beginning of some pieces of a file, and makes it longer. */
function change(path: string, changed: readonly number[], more: Buffer): Buffer {
  const file = openSync(path, 'r+');
  for (const index of changed) writeSync(file, Buffer.from('new'), 0, 3, index * deflateBlockBytes + 5);
  closeSync(file);
  appendFileSync(path, more);
  return readFileSync(path);
}

test('a file of which one piece was written over is compressed on', async () => {
  await using folder = await temporaryFolder();
  mkdirSync(folder.file('product'));
  const path = folder.file('product/patched.bin');
  const bytes = someBytes(8);
  writeFileSync(path, bytes.subarray(0, 4 * deflateBlockBytes));
  using early = new EarlyPieces(folder.file('product'), folder.file('spool'));
  await compressed(early, 'patched.bin', [bytes, 2]);
  const now = change(path, [1], bytes.subarray(4 * deflateBlockBytes));
  await compressed(early, 'patched.bin', [now, 6]);
  expect(early.take('patched.bin', 1, piece(now, 1))).toBeNull();
  await early.stop();
});

test('a file that is written all over is given up', async () => {
  await using folder = await temporaryFolder();
  mkdirSync(folder.file('product'));
  const path = folder.file('product/all-over.bin');
  const bytes = someBytes(16);
  const upTo = (from: number, end: number): Buffer =>
    bytes.subarray(from * deflateBlockBytes, end * deflateBlockBytes);
  writeFileSync(path, upTo(0, 8));
  using early = new EarlyPieces(folder.file('product'), folder.file('spool'));
  await compressed(early, 'all-over.bin', [bytes, 6]);
  const now = change(path, [3, 4, 5, 6], upTo(8, 10));
  await compressed(early, 'all-over.bin', [now, 8]);
  // The third, fourth and fifth that have changed, as they are looked at again.
  const again = change(path, [5, 6, 7, 8], upTo(10, 16));
  await compressed(early, 'all-over.bin', [again, 10]);
  writeFileSync(folder.file('product/other.bin'), upTo(0, 3));
  await compressed(early, 'other.bin', [bytes, 1]);
  await early.stop();
  expect(early.take('all-over.bin', 11, piece(again, 11))).toBeNull();
  expect(early.take('all-over.bin', 14, piece(again, 14))).toBeNull();
});
