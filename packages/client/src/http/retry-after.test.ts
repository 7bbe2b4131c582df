import { expect, test } from 'vitest';

import { retryAfter } from './retry-after.ts';

const now = Date.UTC(1994, 10, 6, 8, 49, 0);

test.each([
  ['120', 120_000],
  ['0', 0],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 37_000],
  ['Sunday, 06-Nov-94 08:49:37 GMT', 37_000],
  ['Sun Nov  6 08:49:37 1994', 37_000],
  ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
  ['Wednesday, 09-Nov-44 08:49:00 GMT', Date.UTC(2044, 10, 9, 8, 49, 0) - now],
  ['Thursday, 09-Nov-45 08:49:00 GMT', 0],
  ['Sun, 06 Foo 1994 08:49:37 GMT', null],
  ['Sun, 06 Nov 1994 99:49:37 GMT', null],
  ['1994-11-06', null],
  ['soon', null],
  ['-5', null],
])('Retry-After: %s is %s ms', (value, ms) => {
  expect(retryAfter(new Headers({ 'retry-after': value }), now)).toBe(ms);
});

test('no header is no wish', () => {
  expect(retryAfter(new Headers(), now)).toBeNull();
});
