import { type CropMode, cropModes } from '@outcrop/contract';
import {
  findPostgres,
  type PostgresCluster,
  startPostgres,
  temporaryFolder,
  type TemporaryFolder,
  writeGeoPackage,
} from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { exportWish, checkWish, tableOf } from '../testing/export-fixture.ts';
import { type OgrFeature, readWithOgr, runGdal } from '../testing/ogr.ts';
import { oracleLayers, starRegion, writeOracleFixture } from '../testing/oracle-fixture.ts';
import { typedLayer } from '../testing/typed-layer.ts';
import { summariseTableHere } from '../source/table-survey.ts';
import { describePostgisTable } from './describe-table.ts';
import { connectPostgis } from './postgis-connection.ts';
import type { PostgisTable } from './postgis-table.ts';

let folder: TemporaryFolder;
let cluster: PostgresCluster;
let path: string;

beforeAll(async () => {
  const programs = await findPostgres();
  if (programs === null) throw new Error('this machine has no PostgreSQL');
  folder = await temporaryFolder();
  cluster = await startPostgres(programs);
  await query('CREATE EXTENSION postgis');
  path = folder.file('source.gpkg');
  writeOracleFixture(path);
  for (const name of oracleLayers) load(path, name);
});

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function query(sql: string): Promise<void> {
  await using held = await connectPostgis(cluster.url);
  await held.client.query('ROLLBACK');
  await held.client.query(sql);
}

/** Loads a layer with ogr2ogr, as its users do, and keeps the ids. */
function load(file: string, name: string): void {
  const { port } = new URL(cluster.url);
  const target = `PG:host=127.0.0.1 port=${port} user=outcrop dbname=postgres`;
  const options = ['-lco', 'LAUNDER=NO', '-lco', 'FID=gid', '-lco', 'GEOMETRY_NAME=shape', '-preserve_fid'];
  runGdal('ogr2ogr', ['-f', 'PostgreSQL', target, file, name, '-nln', name, ...options]);
}

async function postgisTable(table: string): Promise<PostgisTable> {
  return (await describePostgisTable({ connection: cluster.url, table })).table;
}

type Source = Parameters<typeof exportWish>[0]['tables'][number];

interface Exported {
  readonly features: readonly OgrFeature[];
  readonly counts: object;
}

async function exported(
  source: Source,
  { name, crs, mode }: { name: string; crs: string; mode: CropMode | null },
): Promise<Exported> {
  const extent =
    mode === null ? {} : { extent: { type: 'Polygon', coordinates: [starRegion()] }, cropMode: mode };
  const wish = { tables: [source], format: 'application/geo+json', crs, ...extent } as const;
  const { archivePath, report } = await exportWish(wish, folder.path);
  const slug = report.items[0]!.files[0]!;
  expect(slug).toBe(`${name}.geojson`);
  return { features: readWithOgr(`/vsizip/${archivePath}/${slug}`), counts: report.items[0]!.counts };
}

describe.each(oracleLayers)('%s', (name) => {
  test.each([null, ...cropModes])('crop %s is the same from PostGIS as from a GeoPackage', async (mode) => {
    const [table, crs] = [await postgisTable(name), 'EPSG:3793'];
    const fromDatabase = await exported(table, { name, crs, mode });
    const fromFile = await exported(tableOf(path, name), { name, crs, mode });
    expect(fromDatabase.counts).toEqual(fromFile.counts);
    expect(fromDatabase.features).toEqual(fromFile.features);
  });
});

/** As ogr2ogr writes numbers into PostgreSQL. */
function to15Digits(features: readonly OgrFeature[]): OgrFeature[] {
  return features.map(({ properties, geometry }) => {
    const real = properties['real'] == null ? null : Number(properties['real']).toPrecision(14);
    // A dump that holds binary values has dates with a time.
    const { day: moment } = properties;
    const day = typeof moment === 'string' ? moment.slice(0, 10) : null;
    return { geometry, properties: { ...properties, real, day } };
  });
}

test('every type of a field comes as it is', async () => {
  const typed = folder.file('typed.gpkg');
  writeGeoPackage(typed, { tables: [typedLayer(120)] });
  load(typed, 'typed');
  const table = await postgisTable('public.typed');
  expect(table).toMatchObject({ key: 'gid', geometry: { name: 'shape', type: 'POINT', crs: 'EPSG:2193' } });
  const wish = { format: 'application/x-ogc-gpkg', crs: 'EPSG:2193' } as const;
  const read = async (source: Source): Promise<readonly OgrFeature[]> => {
    const { archivePath } = await exportWish({ ...wish, tables: [source] }, folder.path);
    return to15Digits(readWithOgr(`/vsizip/${archivePath}/typed.gpkg`));
  };
  expect(await read(table)).toEqual(await read(tableOf(typed)));
});

test('what PostgreSQL alone has becomes text or a number, and curves become lines', async () => {
  await query(`CREATE TABLE odd ("Id ""x""" int PRIMARY KEY, "select" numeric(30, 5), tags jsonb, moment timestamptz,
      forever date, u uuid, list int[], shape geometry(GeometryZ, 2193));
    INSERT INTO odd VALUES (7, 12345.5, '{"a": 1}', '2026-01-02 03:04:05.678+13', 'infinity',
      '00000000-0000-0000-0000-000000000001', '{1,2}', 'SRID=2193;CIRCULARSTRING Z (1700000 5900000 1, 1700010 5900010 2, 1700020 5900000 3)')`);
  const table = await postgisTable('odd');
  const { archivePath } = await exportWish(
    { tables: [table], format: 'application/x-ogc-gpkg', crs: 'EPSG:2193' },
    folder.path,
  );
  const [feature] = readWithOgr(`/vsizip/${archivePath}/odd.gpkg`);
  expect(feature!.properties).toMatchObject({
    select: 12345.5,
    tags: { a: 1 },
    forever: null,
    list: '{1,2}',
    u: '00000000-0000-0000-0000-000000000001',
  });
  expect(feature!.properties['moment']).toMatch(/^2026-01-01T14:04:05\.678/);
  expect(feature!.geometry).toMatch(
    /^\{"type":"LineString","coordinates":\[\[1700000(\.0)?,5900000(\.0)?,1(\.0)?\],/,
  );
});

test('a view and a table without a key or a place can be exported too', async () => {
  await query(`CREATE VIEW some_parcels AS SELECT name, shape FROM parcels WHERE gid < 100;
    CREATE TABLE codes (code text, n int8); INSERT INTO codes VALUES ('007', 9007199254740993), (NULL, 2)`);
  const view = await postgisTable('some_parcels');
  expect(view).toMatchObject({ kind: 'vector', key: null });
  const codes = await postgisTable('codes');
  expect(codes).toMatchObject({ kind: 'table', geometry: null });
  const { archivePath, report } = await exportWish(
    { tables: [view, codes], format: 'application/x-ogc-gpkg', crs: 'EPSG:2193' },
    folder.path,
  );
  expect(report.items.map(({ counts }) => counts.written)).toEqual([49, 2]);
  const rows = readWithOgr(`/vsizip/${archivePath}/codes/codes.gpkg`);
  expect(rows.map(({ properties }) => properties['code'])).toEqual(['007', null]);
});

test('a region is looked up in the spatial index, and one without data is refused', async () => {
  const table = await postgisTable('parcels');
  const square = (x: number, y: number, size: number): object => ({
    type: 'Polygon',
    coordinates: [
      [
        [x, y],
        [x + size, y],
        [x + size, y + size],
        [x, y + size],
        [x, y],
      ],
    ],
  });
  const wish = { tables: [table], format: 'application/x-ogc-gpkg', crs: 'EPSG:2193' } as const;
  const outside = await checkWish({ ...wish, extent: square(100, 10, 1) }, folder.path);
  expect(outside.items[0]!.reasons).toMatchObject([{ code: 'outside-extent' }]);
  // So small that it holds no feature whole.
  const inside = await checkWish({ ...wish, extent: square(-179.5, -43.6, 0.001) }, folder.path);
  const reasons = inside.items[0]!.reasons.map(({ code }) => code);
  const fromFile = await checkWish(
    { ...wish, tables: [tableOf(path, 'parcels')], extent: square(-179.5, -43.6, 0.001) },
    folder.path,
  );
  expect(reasons).toEqual(fromFile.items[0]!.reasons.map(({ code }) => code));
  await using held = await connectPostgis(cluster.url);
  await held.client.query('SET enable_seqscan = off');
  const { boxesQuery } = await import('./row-query.ts');
  const { rows } = await held.client.query(
    `EXPLAIN ${boxesQuery(table, [2_100_000, 5_100_000, 2_110_000, 5_110_000])}`,
  );
  expect(JSON.stringify(rows)).toContain('Index');
});

test('the version changes when the data do, and the survey with it', async () => {
  await query(
    'CREATE TABLE counted (id int PRIMARY KEY, n int); INSERT INTO counted SELECT g, g FROM generate_series(1, 10) g',
  );
  const cache = folder.file('cache-of-counted');
  const before = await describePostgisTable({ connection: cluster.url, table: 'counted' });
  expect(await summariseTableHere(before.table, cache)).toMatchObject({ featureCount: 10 });
  await query('INSERT INTO counted SELECT g, g FROM generate_series(11, 3000) g');
  await query('ANALYZE counted');
  const after = await describePostgisTable({ connection: cluster.url, table: 'counted' });
  expect(after.version).not.toBe(before.version);
  expect(await summariseTableHere(after.table, cache)).toMatchObject({ featureCount: 3000 });
});

describe('a source that cannot be read says so, and not its password', () => {
  test.each([
    ['a table that is not there', '', 'nothing', /no table "public\.nothing" that its user may read/],
    ['a hostile name', '', `x"; DROP TABLE parcels; --`, /no table/],
    [
      'a server that is not there',
      'postgres://u:secret@127.0.0.1:9/x',
      'parcels',
      /cannot be read: .*ECONNREFUSED/,
    ],
    ['a database that is not there', 'missing', 'parcels', /database "missing" does not exist/],
  ])('%s', async (_, address, table, words) => {
    const url = new URL(cluster.url);
    if (address === 'missing') url.pathname = '/missing';
    const connection = address.startsWith('postgres') ? address : url.href;
    const failure = describePostgisTable({ connection, table });
    await expect(failure).rejects.toMatchObject({ code: 'source-unavailable' });
    await expect(failure).rejects.toThrow(words);
    await expect(failure).rejects.not.toThrow('secret');
  });

  test('nothing can be changed through it', async () => {
    await using held = await connectPostgis(cluster.url);
    await expect(held.client.query('DELETE FROM parcels')).rejects.toThrow('read-only transaction');
  });
});

test('the dump that we write is taken by PostgreSQL as it is', async () => {
  const typed = folder.file('dumped.gpkg');
  writeGeoPackage(typed, { tables: [{ ...typedLayer(120), name: 'dumped' }] });
  const { archivePath } = await exportWish(
    { tables: [tableOf(typed)], format: 'application/sql' },
    folder.path,
  );
  const sql = runGdal('unzip', ['-p', archivePath, 'dumped.sql']);
  const { port } = new URL(cluster.url);
  runGdal('bash', [
    '-c',
    `unzip -p ${archivePath} dumped.sql | psql -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p ${port} -U outcrop postgres`,
  ]);
  expect(sql).toContain('COPY');
  const loaded = await postgisTable('dumped');
  const wish = { format: 'application/x-ogc-gpkg', crs: 'EPSG:2193' } as const;
  const read = async (source: Source): Promise<readonly OgrFeature[]> => {
    const { archivePath: again } = await exportWish({ ...wish, tables: [source] }, folder.path);
    return to15Digits(readWithOgr(`/vsizip/${again}/dumped.gpkg`));
  };
  expect(await read(loaded)).toEqual(await read(tableOf(typed)));
});
