import { expect, test } from 'vitest';

import { parseSpan } from './parse-span.ts';

test.each([
  ['12h', 12 * 3_600_000],
  ['30d', 30 * 24 * 3_600_000],
  ['4w', 4 * 7 * 24 * 3_600_000],
  ['0h', 0],
])('%s is %d milliseconds', (written, ms) => {
  expect(parseSpan(written)).toBe(ms);
});

test.each(['', '12', 'h', '12m', '-1d', '1.5d', '123456d', ' 1d', '1d ', '1D'])(
  '%o is no span',
  (written) => {
    expect(parseSpan(written)).toBeNull();
  },
);
