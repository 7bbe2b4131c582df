import { expect, test } from 'vitest';

import { CopyRows } from './copy-rows.ts';

function stream(rows: readonly (readonly (string | null)[])[]): Buffer {
  const int16 = (value: number): Buffer => Buffer.from([(value >> 8) & 255, value & 255]);
  const int32 = (value: number): Buffer => Buffer.from([value >> 24, value >> 16, value >> 8, value]);
  const head = Buffer.concat([
    Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'),
    int32(0),
    int32(3),
    Buffer.from('abc'),
  ]);
  const tuples = rows.map((row) =>
    Buffer.concat([
      int16(row.length),
      ...row.map((value) =>
        value === null ? int32(-1) : Buffer.concat([int32(value.length), Buffer.from(value)]),
      ),
    ]),
  );
  return Buffer.concat([head, ...tuples, int16(-1)]);
}

const rows = [
  ['one', null, ''],
  ['two', 'x'.repeat(300), 'y'],
  [null, null, null],
];

test.each([1, 2, 7, 64, 100_000])('rows are the same in pieces of %i bytes', (size) => {
  const bytes = stream(rows);
  const reader = new CopyRows();
  const read: (string | null)[][] = [];
  for (let at = 0; at < bytes.length; at += size) {
    for (const row of reader.read(bytes.subarray(at, at + size))) {
      read.push(row.map((value) => value?.toString() ?? null));
    }
  }
  reader.finish();
  expect(read).toEqual(rows);
});

test('a stream that ends early, or is none, is an error', () => {
  const reader = new CopyRows();
  expect([...reader.read(stream(rows).subarray(0, 60))].length).toBeLessThan(3);
  expect(() => reader.finish()).toThrow('ended early');
  expect(() => [...new CopyRows().read(Buffer.from('not a stream of rows at all'))]).toThrow(
    'no binary COPY stream',
  );
});
