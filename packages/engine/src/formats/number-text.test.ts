import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { mostShortBytes, writeShortNumber } from './number-text.ts';

function short(value: number): string | null {
  const bytes = new Uint8Array(mostShortBytes);
  const end = writeShortNumber(bytes, 0, value);
  return end < 0 ? null : Buffer.from(bytes.subarray(0, end)).toString('latin1');
}

describe('writeShortNumber', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [7, '7'],
    [-1234.5, '-1234.5'],
    [0.0001, '0.0001'],
    [1.05, '1.05'],
    [2 ** 31 - 0.5, '2147483647.5'],
    [-(2 ** 31 - 1), '-2147483647'],
  ])('writes %d as %s', (value, text) => {
    expect(short(value)).toBe(text);
  });

  it.each([NaN, Infinity, 2 ** 31, -(2 ** 40), 0.000_01, 1 / 3, 1234.567_89])('leaves %d alone', (value) => {
    expect(short(value)).toBeNull();
  });

  it('writes what JavaScript writes, wherever it writes', () => {
    const values = fc.oneof(
      fc.double(),
      fc.integer().map((whole) => whole / 10_000),
      fc.integer(),
      fc.tuple(fc.integer(), fc.integer({ min: 0, max: 4 })).map(([whole, power]) => whole / 10 ** power),
      fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }).map((whole) => whole + 0.0001),
    );
    fc.assert(
      fc.property(values, (value) => {
        expect([null, String(value)]).toContain(short(value));
      }),
      { numRuns: 3000 },
    );
  });
});
