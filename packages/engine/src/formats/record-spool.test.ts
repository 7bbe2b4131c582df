import { temporaryFolder } from '@outcrop/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { RecordSpool } from './record-spool.ts';

test('records come back in any order that is asked for, whatever their sizes', async () => {
  await using folder = await temporaryFolder();
  let runs = 0;
  const sizes = fc.array(fc.oneof(fc.nat(40), fc.integer({ min: 5000, max: 40_000 })), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(
      sizes,
      fc.infiniteStream(fc.nat()),
      fc.integer({ min: 1, max: 20 }),
      (lengths, ranks, block) => {
        using spool = new RecordSpool(folder.file(`spool-${runs++}`));
        const records = lengths.map((length, index) => Buffer.alloc(length, index + 1));
        for (let first = 0; first < records.length; first += block) {
          const some = records.slice(first, first + block);
          let end = 0;
          spool.append(
            Buffer.concat(some),
            Uint32Array.from(some, ({ length }) => (end += length)),
          );
        }
        const keys = records.map(() => ranks.next().value);
        const order = Uint32Array.from(records.keys()).toSorted((a, b) => keys[a]! - keys[b]!);
        const windows = [...spool.windows(order)].map(({ bytes }) => Buffer.from(bytes));
        const expected = Buffer.concat([...order].map((record) => records[record]!));
        expect(Buffer.concat(windows).equals(expected)).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

test('more than a window holds comes in several, none of them longer than it', async () => {
  await using folder = await temporaryFolder();
  using spool = new RecordSpool(folder.file('spool'));
  const megabyte = 1024 ** 2;
  for (let record = 0; record < 40; record++)
    spool.append(Buffer.alloc(megabyte, record), Uint32Array.of(megabyte));
  const order = Uint32Array.from({ length: 40 }, (_, place) => (place * 17) % 40);
  const seen: number[] = [];
  for (const { first, bytes, ends } of spool.windows(order)) {
    expect(first).toBe(seen.length);
    expect(bytes.length).toBeLessThanOrEqual(16 * megabyte);
    for (const end of ends) seen.push(bytes[end - 1]!);
  }
  expect(seen).toEqual([...order]);
});
