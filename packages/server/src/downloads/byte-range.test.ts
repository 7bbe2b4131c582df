import fc from 'fast-check';
import { expect, test } from 'vitest';

import { parseByteRange } from './byte-range.ts';

test('every range that is satisfiable lies inside the archive', () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.option(fc.nat(2e6)), fc.option(fc.nat(2e6)), (size, first, last) => {
      const range = parseByteRange(`bytes=${first ?? ''}-${last ?? ''}`, size);
      const inside =
        range === null ||
        range === 'unsatisfiable' ||
        (range.start >= 0 && range.start <= range.end && range.end < size);
      expect(inside).toBe(true);
    }),
  );
});

test('what begins inside is satisfiable, what begins outside is not', () => {
  expect(parseByteRange('bytes=9-', 10)).toEqual({ start: 9, end: 9 });
  expect(parseByteRange('bytes=10-', 10)).toBe('unsatisfiable');
  expect(parseByteRange('bytes=0-', 0)).toBe('unsatisfiable');
  expect(parseByteRange('bytes=-3', 0)).toBe('unsatisfiable');
});
