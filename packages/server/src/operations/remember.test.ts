import { expect, test } from 'vitest';

import { remember } from './remember.ts';

test('a question is asked once for all that ask within its time, and again after', async () => {
  let time = 0;
  let asked = 0;
  const ask = remember(
    async () => (asked += 1),
    5000,
    () => time,
  );
  expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
  time = 4999;
  expect(await ask()).toBe(1);
  time = 5000;
  expect(await ask()).toBe(2);
});

test('a question that failed is asked again at once', async () => {
  let asked = 0;
  const ask = remember(async () => {
    asked += 1;
    if (asked === 1) throw new Error('the database is away');
    return asked;
  }, 5000);
  await expect(ask()).rejects.toThrow('away');
  expect(await ask()).toBe(2);
});
