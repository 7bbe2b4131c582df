import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { TextBuffer } from './text-buffer.ts';

function fixed(value: number, decimals: number): string {
  const text = new TextBuffer();
  text.fixed(value, decimals);
  return Buffer.from(text.take()).toString('latin1');
}

describe('fixed', () => {
  test.each([
    [0, 3, '0'],
    [-0, 3, '0'],
    [-0.0004, 3, '0'],
    [1.5, 0, '2'],
    [174.7762, 7, '174.7762'],
    [-41.28650001, 7, '-41.2865'],
    [0.000_000_1, 7, '0.0000001'],
    [100, 2, '100'],
    [1_756_000.25, 12, '1756000.25'],
    [5_920_000.5, 15, '5920000.5'],
    [174.5, 15, '174.5'],
    [-174.5, 15, '-174.5'],
    [1e21, 3, '1000000000000000000000'],
    [2 ** 60, 2, '1152921504606846976'],
    [NaN, 3, 'nan'],
    [Infinity, 3, 'nan'],
  ])('writes %s to %s decimals as %s', (value, decimals, text) => {
    expect(fixed(value, decimals)).toBe(text);
  });

  test('is within half a unit of the last decimal, and as short as can be', () => {
    const value = fc.oneof(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.double({ min: -360, max: 360, noNaN: true }),
    );
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: 15 }), (number, decimals) => {
        const text = fixed(number, decimals);
        expect(text).toMatch(/^-?\d+(\.\d*[1-9])?$/);
        expect(text).not.toBe('-0');
        expect(text.split('.')[1]?.length ?? 0).toBeLessThanOrEqual(decimals);
        const unit = 10 ** -decimals;
        const rounding = Math.abs(number) * 2 ** -51;
        expect(Math.abs(Number(text) - number)).toBeLessThanOrEqual(unit / 2 + rounding);
      }),
      { numRuns: 2000 },
    );
  });
});

test('grows with what is written, and keeps it', () => {
  const text = new TextBuffer();
  const line = 'Ōwenga 東京 🗺\n';
  for (let count = 0; count < 100_000; count++) text.text(line);
  expect(Buffer.from(text.take()).toString()).toBe(line.repeat(100_000));
  expect(text.length).toBe(0);
});

describe('texts', () => {
  const written = (write: (text: TextBuffer) => void): string => {
    const buffer = new TextBuffer();
    write(buffer);
    return Buffer.from(buffer.take()).toString('utf8');
  };

  test('are what Node would write, short or long, ASCII or not', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (value) => {
        expect(written((text) => text.text(value))).toBe(Buffer.from(value, 'utf8').toString('utf8'));
      }),
    );
  });

  test('are what JSON would write', () => {
    const values = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
      fc.constantFrom('', '"', '\\', 'a\nb', '\u2028', '\ud800', '\u007f'),
    );
    fc.assert(
      fc.property(values, (value) => {
        expect(written((text) => text.json(value))).toBe(JSON.stringify(value));
      }),
    );
  });
});

describe('coordinate', () => {
  const coordinate = (value: number): string => {
    const text = new TextBuffer();
    text.coordinate(value, null);
    return Buffer.from(text.take()).toString('latin1');
  };

  test.each([
    [0, '0'],
    [-0, '0'],
    [1_744_252.8309, '1744252.8309'],
    [174.616_240_608_902_7, '174.616240608903'],
    [-41.286_5, '-41.2865'],
    [0.1 + 0.2, '0.3'],
    [1 / 3, '0.333333333333333'],
    [1e-7, '0.0000001'],
    [1e-20, '0'],
    [-1e-20, '0'],
    [9.999_999_999_999_998, '10'],
    [99.999_999_999_999_99, '100'],
    [100.000_000_100_000_1, '100.0000001'],
    [2 ** 31 + 0.123_456, '2147483648.12346'],
    [1e12 + 0.5, '1000000000000.5'],
    [2 ** 60, '1152921504606850048'],
    [1e21, '1000000000000000000000'],
    [NaN, 'nan'],
  ])('writes %s with fifteen digits as %s', (value, text) => {
    expect(coordinate(value)).toBe(text);
  });

  test('is the number to fifteen digits, and never an exponent', () => {
    const value = fc.oneof(
      fc.double({ min: -3e9, max: 3e9, noNaN: true }),
      fc.double({ min: -360, max: 360, noNaN: true }),
      fc.integer({ min: -2e9, max: 2e9 }).map((whole) => whole / 1e7),
    );
    fc.assert(
      fc.property(value, (number) => {
        const text = coordinate(number);
        expect(text).toMatch(/^-?\d+(\.\d*[1-9])?$/);
        const error = Math.abs(Number(text) - number);
        expect(error).toBeLessThanOrEqual(Math.max(Math.abs(number) * 6e-15, 0.6e-15));
      }),
      { numRuns: 5000 },
    );
  });
});
