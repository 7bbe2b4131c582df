import { readFileSync, writeFileSync } from 'node:fs';

import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { EngineError } from '../engine-error.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import type { FeatureRows } from './feature-rows.ts';
import type { Field, GeoPackageTable } from './layer.ts';
import { SqlRows } from './sql-rows.ts';
import { findStoredTable, StoredRows } from './stored-rows.ts';

let folder: TemporaryFolder;
let path: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  path = folder.file('source.gpkg');
});

afterEach(() => folder[Symbol.asyncDispose]());

const fields: readonly Field[] = [
  { name: 'note', type: 'text' },
  { name: 'big', type: 'integer64' },
  { name: 'size', type: 'real' },
  { name: 'photo', type: 'blob' },
  { name: 'any', type: 'text' },
];

function sourceOf(changes: Partial<GeoPackageTable> = {}): GeoPackageTable {
  return {
    path,
    table: 'rows',
    kind: 'vector',
    fidColumn: 'fid',
    geometry: { name: 'geom', type: 'GEOMETRY', hasZ: false, hasM: false, crs: null },
    fields,
    identifier: null,
    description: null,
    ...changes,
  };
}

const columns = 'fid INTEGER PRIMARY KEY, geom BLOB, note TEXT, big INTEGER, size REAL, photo BLOB, "any"';

function withDatabase<T>(use: (database: Database.Database) => T): T {
  const database = new Database(path);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

function openStored(source = sourceOf()): StoredRows | null {
  const stored = withDatabase((database) => findStoredTable(database, source, source.fields));
  return stored === null ? null : StoredRows.open(path, stored);
}

function openSql(source = sourceOf()): SqlRows {
  return new SqlRows(new Database(path, { readonly: true }), source, source.fields);
}

/** The row that the rows stand at, with integers beyond 2^53 as bigint. */
function rowOf(rows: FeatureRows): unknown[] {
  const kind = rows.locateGeometry();
  const geometry =
    kind === 'blob'
      ? Buffer.from(rows.geometryBytes.subarray(rows.geometryStart, rows.geometryEnd)).toString('hex')
      : kind;
  const values = fields.map(({ type }, field) => {
    const value = rows.value(field);
    const isBig = type === 'integer64' && typeof value === 'string' && /^-?\d{16,}$/.test(value);
    if (isBig) return BigInt(value);
    return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
  });
  return [rows.fid, geometry, ...values];
}

function rowsBetween(rows: FeatureRows, from: number, before: number | null): unknown[][] {
  const all: unknown[][] = [];
  rows.seek(from, before);
  while (rows.next()) all.push(rowOf(rows));
  return all;
}

const blob = fc
  .oneof({ weight: 8, arbitrary: fc.nat(300) }, { weight: 1, arbitrary: fc.nat(40_000) })
  .map((size) => Buffer.alloc(size, size % 251));
const integer = fc.oneof(
  fc.constantFrom(
    0n,
    1n,
    -1n,
    127n,
    128n,
    -129n,
    32_768n,
    2n ** 23n,
    -(2n ** 31n),
    2n ** 47n,
    2n ** 53n,
    -(2n ** 63n),
  ),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.nat(9000).map((size) => 'ā'.repeat(size)),
);
const row = fc.tuple(
  fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: -(2 ** 40), max: 2 ** 40 })),
  fc.option(blob),
  fc.option(text),
  fc.option(integer),
  fc.option(fc.double({ noNaN: true })),
  fc.option(blob),
  fc.oneof(fc.constant(null), text, fc.integer(), fc.double({ noNaN: true }), blob),
);

test('rows are what SQLite says they are, in any table', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(512, 1024, 4096, 65_536),
      fc.uniqueArray(row, { selector: ([fid]) => fid, maxLength: 300, size: 'max' }),
      fc.array(fc.integer({ min: -10, max: 5010 }), { minLength: 1, maxLength: 10 }),
      (pageSize, rows, ids) => {
        writeFileSync(path, '');
        withDatabase((database) => {
          database.pragma(`page_size = ${pageSize}`);
          database.exec(`CREATE TABLE other (x); CREATE TABLE rows (${columns})`);
          const insert = database.prepare('INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?)');
          database.transaction(() => {
            for (const values of rows) insert.run(...values);
            // Leaves pages that are not full, and free ones.
            database.exec('DELETE FROM rows WHERE fid % 7 = 3');
          })();
        });
        using stored = openStored()!;
        using sql = openSql();
        expect(rowsBetween(stored, Number.MIN_SAFE_INTEGER, null)).toEqual(
          rowsBetween(sql, Number.MIN_SAFE_INTEGER, null),
        );
        for (const id of [...ids, ...rows.slice(0, 5).map(([fid]) => fid)]) {
          expect(rowsBetween(stored, id, id + 900)).toEqual(rowsBetween(sql, id, id + 900));
          expect(stored.find(id)).toBe(sql.find(id));
          expect(rowsBetween(stored, id, id)).toEqual([]);
        }
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

test('a table of many pages and levels, in order and by id', () => {
  withDatabase((database) => {
    database.pragma('page_size = 512');
    database.exec(`CREATE TABLE rows (${columns});
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
      INSERT INTO rows SELECT i * 3, randomblob(20), 'row ' || i, i, i / 4.0, NULL, NULL FROM n`);
  });
  using stored = openStored()!;
  stored.seek(Number.MIN_SAFE_INTEGER, null);
  let count = 0;
  while (stored.next()) {
    count += 1;
    expect(stored.fid).toBe(count * 3);
  }
  expect(count).toBe(60_000);
  for (const id of [3, 180_000, 90_000, 4, 1, 180_001]) expect(stored.find(id)).toBe(id % 3 === 0);
});

test('columns that rows were written without are null', () => {
  withDatabase((database) => {
    database.exec(`CREATE TABLE rows (fid INTEGER PRIMARY KEY, geom BLOB, note TEXT); INSERT INTO rows VALUES (1, NULL, 'old');
      ALTER TABLE rows ADD COLUMN big INTEGER; ALTER TABLE rows ADD COLUMN size REAL;
      ALTER TABLE rows ADD COLUMN photo BLOB; ALTER TABLE rows ADD COLUMN "any"`);
  });
  using stored = openStored()!;
  expect(rowsBetween(stored, 0, null)).toEqual([[1, 'none', 'old', null, null, null, null]]);
});

describe('is left to SQLite:', () => {
  test.each([
    [
      'a view',
      'CREATE TABLE base (fid INTEGER PRIMARY KEY, geom, note, big, size, photo, "any"); CREATE VIEW rows AS SELECT * FROM base',
    ],
    ['a table without rowid', `CREATE TABLE rows (${columns}) WITHOUT ROWID`],
    ['a computed column', `CREATE TABLE rows (${columns}, twice AS (big * 2))`],
    ['a column with a default', `CREATE TABLE rows (${columns}, more DEFAULT 5)`],
    ['a key that is no rowid', `CREATE TABLE rows (${columns.replace('PRIMARY KEY', 'PRIMARY KEY DESC')})`],
    ['a key of another type', `CREATE TABLE rows (${columns.replace('INTEGER PRIMARY', 'INT PRIMARY')})`],
  ])('%s', (_, statements) => {
    withDatabase((database) => database.exec(statements));
    expect(openStored()).toBeNull();
  });

  test('a file with a log, and one in UTF-16', () => {
    const writer = new Database(path);
    writer.pragma('journal_mode = WAL');
    writer.exec(`CREATE TABLE rows (${columns}); INSERT INTO rows (fid) VALUES (1)`);
    expect(openStored()).toBeNull();
    writer.close();
    expect(openStored()).toBeNull();
    path = folder.file('utf16.gpkg');
    withDatabase((database) => {
      database.pragma("encoding = 'UTF-16'");
      database.exec(`CREATE TABLE rows (${columns})`);
    });
    expect(openStored()).toBeNull();
  });

  test('a file that is being written', () => {
    const writer = new Database(path);
    writer.exec(`CREATE TABLE rows (${columns})`);
    writer.exec('BEGIN; INSERT INTO rows (fid) VALUES (1)');
    writeFileSync(`${path}-journal`, 'not empty');
    const stored = { rootPage: 2, geometryColumn: 1, fieldColumns: [] };
    expect(StoredRows.open(path, stored)).toBeNull();
    writer.close();
  });
});

test('any damage is an error or other values, never a crash or a circle', () => {
  withDatabase((database) => {
    database.pragma('page_size = 512');
    database.exec(`CREATE TABLE rows (${columns});
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
      INSERT INTO rows SELECT i, randomblob(i % 900), 'row ' || i, i, i / 4.0, randomblob(10), NULL FROM n`);
  });
  const source = sourceOf();
  const stored = withDatabase((database) => findStoredTable(database, source, fields))!;
  const whole = readFileSync(path);
  const random = seededRandom(5);
  let damaged = 0;
  for (let round = 0; round < 150; round++) {
    const bytes = Buffer.from(whole);
    // Behind the head of the file, whose damage shows when it is opened.
    for (let flip = 0; flip < 40; flip++)
      bytes[100 + Math.floor(random() * (bytes.length - 100))] = random() * 256;
    // Pointers and types of inner pages, too.
    const page = Math.floor(random() * (bytes.length / 512 - 2)) + 2;
    for (let at = 0; at < 14; at++) if (random() < 0.3) bytes[(page - 1) * 512 + at] = random() * 256;
    writeFileSync(path, round % 5 === 0 ? bytes.subarray(0, bytes.length / 2) : bytes);
    try {
      using rows = StoredRows.open(path, stored)!;
      expect(rowsBetween(rows, 0, null).length).toBeLessThanOrEqual(100_000);
    } catch (error) {
      expect(error).toBeInstanceOf(EngineError);
      expect(error).toMatchObject({ code: 'source-corrupt' });
      damaged += 1;
    }
  }
  expect(damaged).toBeGreaterThan(20);
});
