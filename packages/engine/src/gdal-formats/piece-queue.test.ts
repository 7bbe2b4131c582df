import { expect, test } from 'vitest';

import { PieceQueue } from './piece-queue.ts';

const megabytes = (count: number): Uint8Array => new Uint8Array(count * 1024 * 1024);

async function sizes(queue: PieceQueue): Promise<number[]> {
  const taken: number[] = [];
  for await (const { length } of queue) taken.push(length);
  return taken;
}

test('pieces come out uncopied, in the order in which they were put in', async () => {
  const queue = new PieceQueue();
  const pieces = [Uint8Array.of(1), Uint8Array.of(2, 3)];
  for (const piece of pieces) await queue.put(piece);
  queue.end();
  const taken: Uint8Array[] = [];
  for await (const piece of queue) taken.push(piece);
  expect(taken[0]).toBe(pieces[0]);
  expect(taken[1]).toBe(pieces[1]);
  expect(taken).toHaveLength(2);
});

test('whoever takes waits for what is yet to be put in', async () => {
  const queue = new PieceQueue();
  const taken = sizes(queue);
  await queue.put(Uint8Array.of(1));
  await queue.put(Uint8Array.of(1, 2));
  queue.end();
  expect(await taken).toEqual([1, 2]);
});

test('whoever puts in waits while too much is not taken', async () => {
  const queue = new PieceQueue();
  let isThrough = false;
  const put = queue.put(megabytes(33)).then(() => (isThrough = true));
  await Promise.resolve();
  expect(isThrough).toBe(false);
  queue.end();
  await sizes(queue);
  await put;
  expect(isThrough).toBe(true);
});

test('whoever puts in does not wait for one that takes nothing any more', async () => {
  const queue = new PieceQueue();
  const put = queue.put(megabytes(33));
  queue.close();
  await put;
  await queue.put(megabytes(33));
  expect(await sizes(queue)).toEqual([]);
});
