import { randomBytes } from 'node:crypto';

import { expect, test } from 'vitest';

import { deflateBlockBytes, isWorthDeflating } from './deflate.ts';

test('what repeats is worth compressing, what is compressed or random is not', () => {
  expect(isWorthDeflating(Buffer.from('174.78,-41.29\n'.repeat(50_000)))).toBe(true);
  expect(isWorthDeflating(randomBytes(deflateBlockBytes))).toBe(false);
});

test('the directory at the head of a picture does not make it worth compressing', () => {
  const head = Buffer.alloc(100_000);
  expect(isWorthDeflating(Buffer.concat([head, randomBytes(deflateBlockBytes - head.length)]))).toBe(false);
});

test('a random head before text does not make it useless', () => {
  const text = Buffer.concat([randomBytes(200_000), Buffer.alloc(deflateBlockBytes - 200_000, 'abcdefgh')]);
  expect(isWorthDeflating(text)).toBe(true);
});

test.each([1, 100, 65_537, 98_303, 98_304, 200_000])('of %i bytes that repeat, and do not', (length) => {
  expect(isWorthDeflating(randomBytes(length))).toBe(false);
  if (length > 50) expect(isWorthDeflating(Buffer.alloc(length, 'ab'))).toBe(true);
});
