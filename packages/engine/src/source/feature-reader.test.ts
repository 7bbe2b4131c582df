import {
  type ColumnFixture,
  type FixtureValue,
  temporaryFolder,
  type TemporaryFolder,
  writeGeoPackage,
} from '@outcrop/testkit';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { geometryKind } from '../features/geometry-array.ts';
import { tableOf } from '../testing/export-fixture.ts';
import { FeatureReader } from './feature-reader.ts';

let folder: TemporaryFolder;
let path: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  path = folder.file('source.gpkg');
});

afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

interface ReadRow {
  readonly fid: number;
  readonly values: unknown[];
}

/** All rows of the file's first table, copied out of their blocks. */
function readRows(ids?: number[]): { rows: ReadRow[]; blocks: number[]; mistyped: Record<string, number> } {
  const source = tableOf(path);
  using reader = FeatureReader.open(source, { fields: source.fields, hasZ: false, hasM: false });
  const rows: ReadRow[] = [];
  const blocks: number[] = [];
  const batches =
    ids === undefined
      ? reader.readRange(Number.MIN_SAFE_INTEGER, null)
      : reader.readSelected(Float64Array.from(ids), () => true);
  for (const batch of batches) {
    blocks.push(batch.length);
    for (let row = 0; row < batch.length; row++) {
      const values = batch.columns.map((column) => {
        if (column.kind !== 'number') return column.values[row];
        return column.nulls[row] === 1 ? null : (column.exact?.get(row) ?? column.values[row]);
      });
      rows.push({ fid: batch.fids[row]!, values });
    }
  }
  return { rows, blocks, mistyped: Object.fromEntries(reader.mistyped) };
}

function writeTable(columns: readonly ColumnFixture[], rows: readonly Record<string, FixtureValue>[]): void {
  writeGeoPackage(path, {
    tables: [{ name: 'rows', columns, features: rows.map((attributes) => ({ attributes })) }],
  });
}

test('reads columns of any name', () => {
  const names = [
    'select',
    'a "quoted" one',
    "it's",
    'two words',
    '名前',
    ';DROP TABLE rows',
    '%s',
    'a]b',
    'a`b',
  ];
  const attributes = Object.fromEntries(names.map((name, index) => [name, `value ${index}`]));
  writeTable(
    names.map((name) => ({ name, type: 'TEXT' })),
    [attributes],
  );
  expect(readRows().rows).toEqual([{ fid: 1, values: names.map((_, index) => `value ${index}`) }]);
});

test('reads a key that is not called fid, in the order of its values', () => {
  writeGeoPackage(path, {
    tables: [
      {
        name: 'Group "by"',
        fidColumn: 'order',
        features: [{ fid: 30 }, { fid: -5 }, { fid: 7 }],
      },
    ],
  });
  expect(readRows().rows.map(({ fid }) => fid)).toEqual([-5, 7, 30]);
});

test('reads a table without an integer key by its rowid', () => {
  writeTable([], []);
  const database = new Database(path);
  database.exec(`DROP TABLE rows; CREATE TABLE rows (code TEXT PRIMARY KEY, label TEXT);
    INSERT INTO rows VALUES ('b', 'two'), ('a', 'one')`);
  database.close();
  expect(tableOf(path).fidColumn).toBe('rowid');
  expect(readRows().rows).toEqual([
    { fid: 1, values: ['b', 'two'] },
    { fid: 2, values: ['a', 'one'] },
  ]);
});

test('keeps every digit of integers beyond 2^53, of both signs', () => {
  const numbers = [
    2n ** 53n - 1n,
    2n ** 53n,
    2n ** 53n + 1n,
    -(2n ** 53n) - 1n,
    2n ** 63n - 1n,
    -(2n ** 63n),
    0n,
  ];
  writeTable(
    [{ name: 'big', type: 'INTEGER' }],
    numbers.map((big) => ({ big })),
  );
  const { rows, mistyped } = readRows();
  expect(rows.map(({ values }) => BigInt(values[0] as number | bigint))).toEqual(numbers);
  expect(mistyped).toEqual({});
});

test('values that are not of the declared type are converted or left out, and counted', () => {
  const types = ['INTEGER', 'MEDIUMINT', 'DOUBLE', 'TEXT', 'DATE', 'BOOLEAN'] as const;
  writeTable(
    types.map((type) => ({ name: type, type })),
    [],
  );
  const database = new Database(path);
  database.exec(`INSERT INTO rows VALUES (1, 'words', 2.5, 'words', 12, 20261122, 'yes');
    INSERT INTO rows VALUES (2, x'00', x'00', x'00', x'00', x'00', x'00');
    INSERT INTO rows VALUES (3, -1.5, 3, 7, 'text', '2026-11-22', 1)`);
  database.close();
  const { rows, mistyped } = readRows();
  expect(rows.map(({ values }) => values)).toEqual([
    [null, 2, null, '12', '20261122', null],
    [null, null, null, null, null, null],
    [-1, 3, 7, 'text', '2026-11-22', 1],
  ]);
  expect(mistyped).toEqual({ INTEGER: 3, MEDIUMINT: 2, DOUBLE: 2, TEXT: 1, DATE: 2, BOOLEAN: 2 });
});

test('reads blobs as they are', () => {
  writeTable([{ name: 'data', type: 'BLOB' }], [{ data: Uint8Array.of(0, 255, 10) }, { data: null }]);
  const [first, second] = readRows().rows;
  expect(Uint8Array.from(first!.values[0] as Uint8Array)).toEqual(Uint8Array.of(0, 255, 10));
  expect(second!.values[0]).toBeNull();
});

test('tells null geometries from empty ones', () => {
  writeGeoPackage(path, {
    tables: [
      {
        name: 'shapes',
        geometry: { type: 'GEOMETRY', epsg: 4326 },
        features: [
          { geometry: null },
          { geometry: { type: 'Point', coordinates: [] } },
          { geometry: { type: 'Polygon', coordinates: [] } },
          { geometry: { type: 'GeometryCollection', geometries: [] } },
          { geometry: { type: 'Point', coordinates: [1, 2] } },
        ],
      },
    ],
  });
  const source = tableOf(path);
  using reader = FeatureReader.open(source, { fields: [], hasZ: false, hasM: false });
  const [batch] = [...reader.readRange(Number.MIN_SAFE_INTEGER, null)];
  const { geometry } = batch!;
  expect([...geometry!.kinds.subarray(0, 5)]).toEqual([
    geometryKind.none,
    geometryKind.point,
    geometryKind.polygon,
    geometryKind.collection,
    geometryKind.point,
  ]);
  expect([...geometry!.featureParts.subarray(0, 6)]).toEqual([0, 0, 0, 0, 0, 1]);
});

test('more than a block comes in several, none of whose values leak into the next', () => {
  writeTable(
    [{ name: 'big', type: 'INTEGER' }],
    Array.from({ length: 20_000 }, (_, index) => ({ big: index === 5 ? 2n ** 60n : index })),
  );
  const { rows, blocks } = readRows();
  expect(blocks).toEqual([8192, 8192, 3616]);
  expect(rows.map(({ fid }) => fid)).toEqual(Array.from({ length: 20_000 }, (_, index) => index + 1));
  expect(rows[5]!.values).toEqual([2n ** 60n]);
  expect(rows[8192 + 5]!.values).toEqual([8192 + 5]);
});

test.each([
  ['dense', (index: number) => index + 3],
  ['sparse', (index: number) => index * 17 + 1],
])('reads selected ids that lie %s', (_, idOf) => {
  writeTable(
    [{ name: 'n', type: 'INTEGER' }],
    Array.from({ length: 30_000 }, (__, index) => ({ n: index })),
  );
  const ids = Array.from({ length: 1500 }, (__, index) => idOf(index));
  const { rows } = readRows(ids);
  expect(rows.map(({ fid }) => fid)).toEqual(ids);
  expect(rows.map(({ values }) => values[0])).toEqual(ids.map((id) => id - 1));
});

test('an id that the index names but the table lacks is an error that says so', () => {
  writeGeoPackage(path, {
    tables: [{ name: 'points', geometry: { type: 'POINT', epsg: 4326 }, features: [{ geometry: null }] }],
  });
  for (const ids of [[2], [1, 2, 3]]) {
    expect(() => readRows(ids)).toThrow(expect.objectContaining({ code: 'source-changed' }));
  }
});

test('a damaged geometry is an error that names file, table and feature', () => {
  writeGeoPackage(path, {
    tables: [
      { name: 'points', geometry: { type: 'POINT', epsg: 4326 }, features: [{ fid: 9, geometry: null }] },
    ],
  });
  const database = new Database(path);
  for (const { name } of database
    .prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    .all())
    database.exec(`DROP TRIGGER "${name}"`);
  const put = database.prepare('UPDATE points SET geom = ?');
  const damaged = [
    'text',
    Buffer.from('GP'),
    Buffer.alloc(40),
    Buffer.from('4750000100000000010300000005', 'hex'),
  ];
  for (const geometry of damaged) {
    put.run(geometry);
    expect(() => readRows(), String(geometry)).toThrow(
      expect.objectContaining({
        code: 'source-corrupt',
        message: expect.stringMatching(/source\.gpkg, table points, feature 9/),
      }),
    );
  }
  database.close();
});

test('reads the ids of a range, and nothing twice where a block ends with the range', () => {
  const rows = 3 * 8192;
  writeGeoPackage(path, {
    tables: [
      { name: 'rows', columns: [], features: Array.from({ length: rows }, (_, k) => ({ fid: k + 1 })) },
    ],
  });
  using reader = FeatureReader.open(tableOf(path), { fields: [], hasZ: false, hasM: false });
  const ranges: [number, number | null][] = [
    [1, 8193],
    [8193, 16_385],
    [16_385, null],
    [rows + 1, null],
  ];
  const lengths = ranges.map(([from, before]) =>
    [...reader.readRange(from, before)].map((batch) => [batch.length, batch.fids[0]]),
  );
  expect(lengths).toEqual([[[8192, 1]], [[8192, 8193]], [[8192, 16_385]], []]);
});
