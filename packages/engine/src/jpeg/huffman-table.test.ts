import fc from 'fast-check';
import { expect, test } from 'vitest';

import { bestHuffmanTable, huffmanCodes, huffmanLookup } from './huffman-table.ts';

function frequenciesOf(entries: readonly (readonly [number, number])[]): Float64Array {
  const frequencies = new Float64Array(256);
  for (const [symbol, count] of entries) frequencies[symbol] = count;
  return frequencies;
}

test('frequent symbols have short codes, and none is of ones alone', () => {
  const table = bestHuffmanTable(
    frequenciesOf([
      [0, 100],
      [1, 50],
      [5, 20],
      [240, 3],
    ]),
  );
  const { codes, lengths } = huffmanCodes(table);
  expect([0, 1, 5, 240].map((symbol) => lengths[symbol])).toEqual([1, 2, 3, 4]);
  expect([0, 1, 5, 240].map((symbol) => codes[symbol])).toEqual([0, 0b10, 0b110, 0b1110]);
});

test('codes have at most 16 bits, whatever the frequencies are: each is read as its symbol, and no other begins with it', () => {
  const counts = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 2 ** 40 }));
  const symbols = fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { minLength: 1 });
  const entries = symbols.chain((all) =>
    fc.tuple(...all.map((symbol) => fc.tuple(fc.constant(symbol), counts))),
  );
  fc.assert(
    fc.property(entries, (some) => {
      const table = bestHuffmanTable(frequenciesOf(some));
      const { codes, lengths } = huffmanCodes(table);
      const lookup = huffmanLookup(table);
      expect(lookup.at(-1)).toBe(0);
      for (const [symbol] of some) {
        const length = lengths[symbol]!;
        expect(length).toBeGreaterThan(0);
        expect(length).toBeLessThanOrEqual(16);
        const first = codes[symbol]! << (16 - length);
        for (const bits of [first, first + (1 << (16 - length)) - 1])
          expect(lookup[bits]).toBe((length << 8) | symbol);
      }
    }),
  );
});

test('frequencies that double from symbol to symbol are cut off at 16 bits', () => {
  const table = bestHuffmanTable(
    frequenciesOf(Array.from({ length: 40 }, (_, index) => [index, 2 ** index] as const)),
  );
  expect(table.counts.reduce((sum, count) => sum + count, 0)).toBe(40);
  expect(table.counts.at(-1)).toBeGreaterThan(0);
  expect(huffmanCodes(table).lengths[39]).toBe(1);
});
