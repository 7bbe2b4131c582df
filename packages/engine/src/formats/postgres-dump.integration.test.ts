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
import { exportPlan, exportWish, planOf, tableOf } from '../testing/export-fixture.ts';
import { runGdal } from '../testing/ogr.ts';
import { typedLayer } from '../testing/typed-layer.ts';
import { typedValues } from '../testing/typed-values.ts';

const awkwardShapes = [
  { type: 'LineString' as const, coordinates: [[1_756_000, 5_920_000]] },
  {
    type: 'Polygon' as const,
    coordinates: [
      [
        [0, 0],
        [0, 1],
        [1, 1],
      ],
    ],
  },
  null,
];
const sameStart = 'длинное_имя_которое_не_помещается_в_';
const awkwardNames = {
  xmin: 'xmin_1',
  XMAX: 'XMAX',
  'a "name"': 'a "name"',
  "it's": "it's",
  'back\\slash': 'back\\slash',
  'two\nlines': 'two\nlines',
  $1: '$1',
  [`${sameStart}один`]: 'длинное_имя_которое_не_помещается_',
  [`${sameStart}два`]: 'длинное_имя_которое_не_помещаетс_1',
  fid: 'fid',
  geom: 'geom',
} as const;
const awkwardTexts = ['\\N', '\\.', 'a\\tb\\', 'tab\tfeed\nreturn\r\n', '', ' ', '"\'', 'NULL', '\u2028𝄞'];

/** What has tripped up dumps: names, texts, numbers that are none, and shapes that PostGIS does not take. */
const awkward = {
  name: 'awkward',
  fidColumn: 'id; --',
  geometry: { column: 'geom"', type: 'GEOMETRY' as const, epsg: 2193 },
  columns: [
    ...Object.keys(awkwardNames).map((name) => ({ name, type: 'TEXT' as const })),
    { name: 'real', type: 'DOUBLE' as const },
    { name: 'short', type: 'TEXT(3)' as const },
    { name: 'exact', type: 'TEXT(3)' as const },
    { name: 'day', type: 'DATE' as const },
    { name: 'moment', type: 'DATETIME' as const },
  ],
  features: awkwardTexts.map((text, index) => ({
    fid: index === 0 ? 2 ** 40 : index,
    geometry: awkwardShapes[index % 3]!,
    attributes: {
      ...Object.fromEntries(Object.keys(awkwardNames).map((name) => [name, text])),
      real: [Infinity, -Infinity, 0.1 + 0.2][index % 3]!,
      short: index === 4 ? 'four' : '東京都',
      exact: '東京都',
      day: ['2024-02-29', '2023-02-29', '0000-00-00'][index % 3]!,
      moment: ['2024-02-29', '2024-02-29 12:30', '2024-02-29T12:30:15.123456+13:00', 'noon'][index % 4]!,
    },
  })),
};

const typed = { layer: typedValues(true), table: typedValues(false) };

const days = {
  name: 'days',
  columns: [
    { name: 'day', type: 'DATE' },
    { name: 'moment', type: 'DATETIME' },
  ],
  features: [{ attributes: { day: '1582-10-15', moment: '2026-11-22T10:15:30.123Z' } }],
} as const;

const many = { ...typedLayer(20_000), name: 'many' };

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
  writeGeoPackage(path, {
    tables: [...Object.values(anyLayers), ...Object.values(typed), days, awkward, many],
  });
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
  // Whatever charset the terminal of a user has.
  const server = `host=127.0.0.1 port=${port} user=outcrop dbname=postgres client_encoding=LATIN1`;
  runGdal('psql', ['-q', '-v', 'ON_ERROR_STOP=1', '-f', folder.file(file), '-d', server]);
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

/** Layers with geometries that are not written as they are, or that compare with nothing, are told of below. */
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

test('collections in collections are one, as the report says', async () => {
  const flat = await loadDump(nested.name);
  loadTheirs(nested.name);
  const [compared] = await rowsOf(
    `SELECT ST_Equals(ST_Collect(a.geom), ST_Collect(b.geom)) AS equal
     FROM (SELECT (ST_Dump(geom)).geom FROM ${flat.table}) a, (SELECT (ST_Dump("their shape")).geom FROM theirs.layer) b`,
  );
  expect(compared).toEqual({ equal: true });
  expect(flat.losses).toContainEqual(expect.objectContaining({ code: 'geometry-flattened', count: 1 }));
});

test('empty geometries stay empty, of the kind that they are', async () => {
  const { table } = await loadDump(hollow.name);
  const rows = await rowsOf(`SELECT ST_AsText(geom) AS wkt FROM ${table} ORDER BY nr`);
  expect(rows.map(({ wkt }) => wkt)).toEqual([
    'POINT EMPTY',
    'LINESTRING EMPTY',
    'POLYGON EMPTY',
    'MULTIPOINT EMPTY',
    'MULTILINESTRING EMPTY',
    'MULTIPOLYGON EMPTY',
    'GEOMETRYCOLLECTION EMPTY',
    null,
    'POINT(1756000 5920000)',
  ]);
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
    expect(losses).toEqual([]);
    for (const [index, { attributes = {} }] of fixture.features.entries()) {
      for (const { name, type } of columns) {
        expect(plain(rows[index]![name], type), `${name} of row ${index}`).toBe(
          plain(attributes[name] ?? null, type),
        );
      }
    }
  });

  test('has the types that PostgreSQL has for them', async () => {
    const types = Object.fromEntries(await typesOf(table));
    for (const { name, type } of columns) expect(types[name], name).toBe(sqlTypes[type]);
  });
});

test('a day of long ago is that day', async () => {
  const { table } = await loadDump(days.name);
  const types = Object.fromEntries(await typesOf(table));
  expect(types).toMatchObject({ day: 'date', moment: 'timestamp with time zone' });
  expect(await rowsOf(`SELECT day::text FROM ${table}`)).toEqual([{ day: '1582-10-15' }]);
});

describe('what trips up dumps', () => {
  /** The first feature has the greatest id. */
  const inOrder = 'FROM awkward ORDER BY "id; --" % (1::bigint << 40)';
  let losses: readonly Loss[];
  let rows: Record<string, unknown>[];

  beforeAll(async () => {
    ({ losses } = await loadDump(awkward.name));
    rows = await rowsOf(`SELECT *, ST_AsText(${quoted('geom"')}) AS wkt ${inOrder}`);
  });

  const lost = (code: string): (readonly [string | undefined, number])[] =>
    losses.filter((loss) => loss.code === code).map(({ field, count }) => [field, count] as const);

  test('names are kept but for those that PostgreSQL cannot have', () => {
    expect(Object.keys(rows[0]!)).toEqual(expect.arrayContaining(Object.values(awkwardNames)));
    const renamed = Object.entries(awkwardNames).filter(([name, kept]) => name !== kept);
    expect(lost('field-renamed')).toEqual(renamed.map(([name]) => [name, 1]));
  });

  test('texts come back character by character', () => {
    for (const [index, text] of awkwardTexts.entries()) {
      for (const name of Object.values(awkwardNames)) expect(rows[index]![name], name).toBe(text);
    }
  });

  test('numbers that are infinite stay so, and others have all digits', () => {
    expect(rows.slice(0, 3).map(({ real }) => real)).toEqual([Infinity, -Infinity, 0.1 + 0.2]);
  });

  test('a limit that the texts do not keep is left out, as the report says', async () => {
    const limits = await rowsOf(
      `SELECT column_name AS name, character_maximum_length AS most FROM information_schema.columns
       WHERE table_name = 'awkward' AND column_name IN ('short', 'exact') ORDER BY name`,
    );
    expect(limits).toEqual([
      { name: 'exact', most: 3 },
      { name: 'short', most: null },
    ]);
    expect(rows[4]!['short']).toBe('four');
    expect(lost('field-retyped')).toEqual([['short', 0]]);
  });

  test('what is no date is left out and counted, a time without a zone is in UTC', async () => {
    expect(rows.map(({ day }) => day === null)).toEqual(awkwardTexts.map((_, index) => index % 3 !== 0));
    const moments = await rowsOf(`SELECT (moment AT TIME ZONE 'UTC')::text AS moment ${inOrder} LIMIT 4`);
    expect(moments.map(({ moment }) => moment)).toEqual([
      '2024-02-29 00:00:00',
      '2024-02-29 12:30:00',
      '2024-02-28 23:30:15.123456',
      null,
    ]);
    expect(lost('value-dropped')).toEqual([
      ['day', 6],
      ['moment', 2],
    ]);
  });

  test('shapes that PostGIS would not take are completed, and counted', () => {
    expect(rows.slice(0, 3).map(({ wkt }) => wkt)).toEqual([
      'LINESTRING(1756000 5920000,1756000 5920000)',
      'POLYGON((0 0,0 1,1 1,0 0))',
      null,
    ]);
    expect(lost('geometry-completed')).toEqual([[undefined, 6]]);
  });

  test('ids beyond 32 bits are kept, and the next one is free', async () => {
    const sql = `INSERT INTO awkward (exact) VALUES ('x') RETURNING "id; --" - (1::bigint << 40) AS past`;
    expect(await rowsOf(sql)).toEqual([{ past: '1' }]);
  });
});

test('it loads where PostGIS does not know the CRS', async () => {
  await client.query(
    'CREATE TABLE known AS TABLE spatial_ref_sys; DELETE FROM spatial_ref_sys; DROP TABLE mixed',
  );
  try {
    const { table } = await loadDump('mixed');
    const srids = await rowsOf(`SELECT DISTINCT ST_SRID(geom) AS srid FROM ${table} WHERE geom IS NOT NULL`);
    expect(srids).toEqual([{ srid: 2193 }]);
  } finally {
    await client.query('INSERT INTO spatial_ref_sys TABLE known');
  }
});

test('the bytes do not depend on how many work on them', async () => {
  const plan = await planOf({ tables: [tableOf(path, 'many')], format: 'application/sql' }, folder.path);
  const dumps: string[] = [];
  for (const workers of [1, 3]) {
    const { archivePath } = await exportPlan(plan, folder.path, { workers });
    dumps.push(runGdal('unzip', ['-p', archivePath, '*.sql']));
  }
  expect(dumps[0]!.length).toBeGreaterThan(2_000_000);
  expect(dumps[0] === dumps[1]).toBe(true);
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
  return String(value as string | number | bigint);
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
