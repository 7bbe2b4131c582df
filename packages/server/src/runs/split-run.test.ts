import fc from 'fast-check';
import { expect, test } from 'vitest';

import { splitRun as split } from './split-run.ts';

const mega = 1024 ** 2;

function splitRun(sizes: readonly number[]): ReturnType<typeof split> {
  return split(sizes.map((bytes) => ({ bytes, seconds: bytes / mega })));
}

test('a small export is one task', () => {
  expect(splitRun([mega, 2 * mega, mega])).toEqual([
    { items: [0, 1, 2], packs: true, share: 1, cost: 5 * mega, seconds: 4 },
  ]);
});

test('an export without items, or with one however large, is one task', () => {
  expect(splitRun([])).toMatchObject([{ items: [], packs: true, share: 1 }]);
  expect(splitRun([9000 * mega])).toMatchObject([{ items: [0], packs: true, share: 1 }]);
});

test('large items are tasks of their own, small ones beside them stay together', () => {
  const tasks = splitRun([100 * mega, mega, mega, 200 * mega]);
  expect(tasks.map(({ items }) => items)).toEqual([[0], [1, 2], [3], []]);
  expect(tasks.map(({ packs }) => packs)).toEqual([false, false, false, true]);
});

test('however an export is split, each item is made once, in order, and one task packs', () => {
  const sizes = fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { maxLength: 100 });
  fc.assert(
    fc.property(sizes, (itemBytes) => {
      const tasks = splitRun(itemBytes);
      expect(tasks.flatMap(({ items }) => items)).toEqual(itemBytes.map((_, index) => index));
      expect(tasks.map(({ packs }) => packs)).toEqual(tasks.map((_, index) => index === tasks.length - 1));
      expect(tasks.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
      for (const { cost } of tasks) expect(cost).toBeGreaterThan(0);
    }),
  );
});
