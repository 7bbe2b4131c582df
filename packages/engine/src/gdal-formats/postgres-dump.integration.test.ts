import {
  findPostgres,
  type PostgresCluster,
  startPostgres,
  temporaryFolder,
  type TemporaryFolder,
  writeGeoPackage,
} from '@outcrop/testkit';
import type { Loss } from '@outcrop/contract';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { anyLayers } from '../testing/any-layers.ts';
import { exportWish, tableOf } from '../testing/export-fixture.ts';
import { runGdal } from '../testing/ogr.ts';
import { typedValues } from '../testing/typed-values.ts';

const typed = { layer: typedValues(true), table: typedValues(false) };

const days = {
  name: 'days',
  columns: [
    { name: 'day', type: 'DATE' },
    { name: 'moment', type: 'DATETIME' },
  ],
  features: [{ attributes: { day: '1582-10-15', moment: '2026-11-22T10:15:30.123Z' } }],
} as const;

let folder: TemporaryFolder;
let cluster: PostgresCluster;
let path: string;
let client: pg.Client;

beforeAll(async () => {
  const programs = await findPostgres();
  if (programs === null) throw new Error('this machine has no PostgreSQL');
  folder = await temporaryFolder();
  cluster = await startPostgres(programs);
  client = new pg.Client(cluster.url);
  await client.connect();
  await client.query('CREATE EXTENSION postgis; CREATE SCHEMA theirs');
  path = folder.file('source.gpkg');
  writeGeoPackage(path, { tables: [...Object.values(anyLayers), ...Object.values(typed), days] });
});

afterAll(async () => {
  await client.end();
  await cluster[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** Exports a table as a dump and lets psql load it, which stops at the first error; returns the table's name. */
async function loadDump(table: string): Promise<{ table: string; losses: readonly Loss[] }> {
  const { archivePath, report } = await exportWish(
    { tables: [tableOf(path, table)], format: 'application/sql' },
    folder.path,
  );
  const file = report.items[0]!.files.find((name) => name.endsWith('.sql'))!;
  runGdal('unzip', ['-q', '-o', archivePath, file, '-d', folder.path]);
  const { port } = new URL(cluster.url);
  const server = ['-h', '127.0.0.1', '-p', port, '-U', 'outcrop', 'postgres'];
  runGdal('psql', ['-q', '-v', 'ON_ERROR_STOP=1', '-f', folder.file(file), ...server]);
  const name = file.replace(/\.sql$/, '').replaceAll('-', '_');
  return { table: name.replace(/^(?=\d)/, '_'), losses: report.items[0]!.losses };
}

/** Loads the same as its users would without us. */
function loadTheirs(table: string): void {
  const { port } = new URL(cluster.url);
  const target = `PG:host=127.0.0.1 port=${port} user=outcrop dbname=postgres active_schema=theirs`;
  const options = ['-lco', 'LAUNDER=NO', '-lco', 'FID=their id', '-lco', 'GEOMETRY_NAME=their shape'];
  runGdal('ogr2ogr', ['-f', 'PostgreSQL', target, path, table, '-nln', 'layer', '-overwrite', ...options]);
}

async function rowsOf(sql: string): Promise<Record<string, unknown>[]> {
  const { rows } = await client.query<Record<string, unknown>>(sql);
  return rows;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Layers with geometries that are not written as they are are told of below. */
const { hollow, nested, ...plainLayers } = anyLayers;

describe.each(Object.values(plainLayers))('$name', ({ name, features, geometry }) => {
  test('has every geometry, byte by byte, that ogr2ogr loads, its dimensions and its CRS', async () => {
    const { table } = await loadDump(name);
    const mine = quoted(table);
    loadTheirs(name);
    const [columns] = await rowsOf(
      `SELECT string_agg(f_geometry_column, ',') AS shape, max(srid) AS srid, max(coord_dimension) AS dimension
       FROM geometry_columns WHERE f_table_schema = 'public' AND f_table_name = ${literal(table)}`,
    );
    expect(columns).toMatchObject({ srid: geometry.epsg });
    const shape = quoted(String(columns!['shape']));
    const [compared] = await rowsOf(
      `SELECT count(*)::int AS rows,
         count(*) FILTER (WHERE ST_AsBinary(a.${shape}) IS NOT DISTINCT FROM ST_AsBinary(ST_Multi(b."their shape"))
           OR ST_AsBinary(a.${shape}) IS NOT DISTINCT FROM ST_AsBinary(b."their shape"))::int AS same_bytes,
         count(*) FILTER (WHERE ST_IsEmpty(b."their shape") OR ST_IsValid(b."their shape") IS NOT TRUE
           OR ST_GeometryType(b."their shape") = 'ST_GeometryCollection'
           OR ST_Equals(a.${shape}, b."their shape"))::int AS equal,
         count(*) FILTER (WHERE ST_Zmflag(a.${shape}) = ST_Zmflag(b."their shape"))::int AS same_dimensions,
         count(b."their shape")::int AS shapes
       FROM ${mine} a JOIN theirs.layer b USING (nr)`,
    );
    const shapes = compared!['shapes'];
    expect(compared).toEqual({
      rows: features.length,
      same_bytes: features.length,
      equal: features.length,
      same_dimensions: shapes,
      shapes,
    });
    const [{ count }] = (await rowsOf(`SELECT count(*)::int FROM ${mine}`)) as [{ count: number }];
    expect(count).toBe(features.length);
  });
});

test('empty geometries are none, and collections in collections are one, as the report says', async () => {
  const empty = await loadDump(hollow.name);
  const [counted] = await rowsOf(
    `SELECT count(*)::int AS rows, count(geom)::int AS shapes FROM ${empty.table}`,
  );
  expect(counted).toEqual({ rows: hollow.features.length, shapes: 1 });
  expect(empty.losses).toContainEqual(expect.objectContaining({ code: 'geometry-dropped', count: 7 }));
  const flat = await loadDump(nested.name);
  loadTheirs(nested.name);
  const [compared] = await rowsOf(
    `SELECT ST_Equals(ST_Collect(a.geom), ST_Collect(b.geom)) AS equal
     FROM (SELECT (ST_Dump(geom)).geom FROM ${flat.table}) a, (SELECT (ST_Dump("their shape")).geom FROM theirs.layer) b`,
  );
  expect(compared).toEqual({ equal: true });
  expect(flat.losses).toContainEqual(expect.objectContaining({ code: 'geometry-flattened', count: 1 }));
});

describe.each(Object.entries(typed))('a %s of every type', (_, fixture) => {
  let table: string;
  let losses: readonly Loss[];

  beforeAll(async () => {
    ({ table, losses } = await loadDump(fixture.name));
  });

  const { columns = [] } = fixture;

  test('has its values, and its names, words of SQL among them', async () => {
    const rows = await rowsOf(`SELECT * FROM ${quoted(table)} ORDER BY nr`);
    expect(table).toBe(fixture.name);
    expect(rows).toHaveLength(fixture.features.length);
    for (const [index, { attributes = {} }] of fixture.features.entries()) {
      for (const { name, type } of columns) {
        expect(plain(rows[index]![name], type), `${name} of row ${index}`).toBe(
          plain(attributes[name] ?? null, type),
        );
      }
    }
  });

  test('has the types that PostgreSQL has for them, but for a date beside times and binary values', async () => {
    const { date: retyped, ...others } = Object.fromEntries(await typesOf(table));
    for (const { name, type } of columns.filter((column) => column.name !== 'date')) {
      expect(others[name], name).toBe(sqlTypes[type]);
    }
    expect(retyped).toBe('timestamp with time zone');
    expect(losses).toContainEqual(expect.objectContaining({ code: 'field-retyped', field: 'date' }));
  });
});

test('a date without binary values beside it is a date', async () => {
  const { table } = await loadDump(days.name);
  const types = Object.fromEntries(await typesOf(table));
  expect(types).toMatchObject({ day: 'date', moment: 'timestamp with time zone' });
  expect(await rowsOf(`SELECT day::text FROM ${table}`)).toEqual([{ day: '1582-10-15' }]);
});

async function typesOf(table: string): Promise<[string, string][]> {
  const columns = await rowsOf(
    `SELECT column_name AS name, data_type AS type FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = ${literal(table)}`,
  );
  return columns.map(({ name, type }) => [String(name), String(type)]);
}

const sqlTypes: Readonly<Record<string, string>> = {
  BOOLEAN: 'boolean',
  TINYINT: 'integer',
  SMALLINT: 'integer',
  MEDIUMINT: 'integer',
  INT: 'bigint',
  INTEGER: 'bigint',
  FLOAT: 'double precision',
  DOUBLE: 'double precision',
  REAL: 'double precision',
  TEXT: 'character varying',
  'TEXT(12)': 'character varying',
  DATE: 'date',
  DATETIME: 'timestamp with time zone',
  BLOB: 'bytea',
};

/** A value as a text that does not depend on how PostgreSQL or the fixture spells it. */
function plain(value: unknown, type: string): string | null {
  if (value === null) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (type === 'BOOLEAN') return String(value === true || value === 1);
  if (type === 'DATE') return new Date(value as string | Date).toISOString().slice(0, 10);
  if (type === 'DATETIME') return new Date(value as string | Date).toISOString();
  // GDAL writes 15 digits.
  if (['FLOAT', 'DOUBLE', 'REAL'].includes(type)) return Number(value).toPrecision(type === 'FLOAT' ? 6 : 14);
  return String(value as string | number | bigint);
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
