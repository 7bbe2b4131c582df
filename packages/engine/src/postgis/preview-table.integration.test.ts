import { findPostgres, type PostgresCluster, startPostgres } from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { parseRegion } from '../crop/parse-region.ts';
import { extentPolygon } from '../crs/lon-lat-extent.ts';
import type { Envelope } from '../features/geometry-array.ts';
import type { PreviewRequest, RegionCounts } from '../preview/layer-preview.ts';
import { RegionMemory } from '../preview/region-memory.ts';
import { describePostgisTable } from './describe-table.ts';
import { connectPostgis } from './postgis-connection.ts';
import type { PostgisTable } from './postgis-table.ts';
import { previewPostgisHere } from './preview-table.ts';

let cluster: PostgresCluster;
/** Points on a grid of a tenth of a degree over 0..40 east, 0..30 north, in rows from the south. */
const [columns, rows] = [400, 300];

beforeAll(async () => {
  const programs = await findPostgres();
  if (programs === null) throw new Error('this machine has no PostgreSQL');
  cluster = await startPostgres(programs);
  await query('CREATE EXTENSION postgis');
  await query(`CREATE TABLE points (id integer PRIMARY KEY, place geometry(Point, 4326), note text);
    INSERT INTO points SELECT y * ${columns} + x + 1, ST_SetSRID(ST_MakePoint(x / 10.0, y / 10.0), 4326), repeat('x', 60)
      FROM generate_series(0, ${rows - 1}) y, generate_series(0, ${columns - 1}) x;
    CREATE INDEX ON points USING gist (place);
    CREATE VIEW as_view AS SELECT id, place FROM points WHERE id % 2 = 0;
    CREATE VIEW slow AS SELECT id, place FROM points WHERE (SELECT pg_sleep(0.01) IS NOT NULL OR id > 0);
    CREATE TABLE areas (id integer PRIMARY KEY, shape geometry(Polygon, 2193));
    INSERT INTO areas SELECT x + 1, ST_MakeEnvelope(1700000 + x * 10000, 5400000, 1710000 + x * 10000, 5410000, 2193)
      FROM generate_series(0, 49) x;
    CREATE INDEX ON areas USING gist (shape);
    CREATE TABLE fresh (id integer PRIMARY KEY, place geometry(Point, 4326));
    INSERT INTO fresh SELECT id, place FROM points WHERE id <= 30;
    CREATE TABLE vacant (id integer PRIMARY KEY, place geometry(Point, 4326));
    ANALYZE points; ANALYZE areas`);
});

afterAll(() => cluster[Symbol.asyncDispose]());

async function query(sql: string): Promise<void> {
  await using held = await connectPostgis(cluster.url);
  await held.client.query('ROLLBACK');
  await held.client.query(sql);
}

async function preview(
  table: string,
  options: Partial<PreviewRequest<PostgisTable>> = {},
): ReturnType<typeof previewPostgisHere> {
  const source = (await describePostgisTable({ connection: cluster.url, table })).table;
  const plain = { source, cacheFolder: '', box: null, limit: 1000, pixels: 500, region: null };
  return previewPostgisHere({ ...plain, ...options }, new RegionMemory<RegionCounts>());
}

const region = (sides: Envelope) => parseRegion(extentPolygon(sides)).region;

describe('the preview of a PostGIS table', () => {
  test('is a sample that is spread over all of it, and the same each time', async () => {
    const first = await preview('points');
    expect(first.features.length).toBeGreaterThan(600);
    expect(first.features.length).toBeLessThanOrEqual(1000);
    expect(first.total).toBeGreaterThan(columns * rows * 0.9);
    const cells = new Set(
      first.features.map(({ geometry }) => {
        const [x, y] = geometry.coordinates[0] as [number, number];
        return `${Math.floor(x / 10)} ${Math.floor(y / 10)}`;
      }),
    );
    expect(cells.size).toBe(12);
    expect(await preview('points')).toEqual(first);
  });

  test('is all there is in a box that holds little, by its index', async () => {
    const { features, total } = await preview('points', { box: [10.05, 5.05, 11.05, 6.05] });
    expect([features.length, total]).toEqual([100, 100]);
    expect(features[0]).toMatchObject({ geometry: { type: 'MultiPoint' }, properties: {} });
  });

  test('is nothing in a box beside it, and where there are no rows', async () => {
    expect(await preview('points', { box: [100, 50, 110, 60] })).toMatchObject({ features: [], total: 0 });
    expect(await preview('vacant')).toMatchObject({ features: [], total: 0 });
  });

  test('says of each feature what a region does to it, and about how many that are', async () => {
    const { features, counts } = await preview('areas', { region: region([174.55, -41.8, 175.55, -41.3]) });
    expect(features).toHaveLength(50);
    const places = (place: string): number =>
      features.filter(({ properties }) => properties.place === place).length;
    // Areas of 10 km side by side along a parallel; a degree is 83 km there.
    expect(places('inside')).toBeGreaterThan(6);
    expect(places('cut')).toBe(2);
    expect(counts).toEqual({
      inside: places('inside'),
      cut: places('cut'),
      outside: places('outside'),
      isExact: false,
    });
    const off = await preview('areas', { region: region([0, 0, 1, 1]) });
    expect(off.counts).toMatchObject({ inside: 0, cut: 0, outside: 50 });
    expect(off.features.every(({ properties }) => properties.place === 'outside')).toBe(true);
  });

  test('counts what is in a large region by a sample', async () => {
    const { counts } = await preview('points', { region: region([-1, -1, 19.95, 31]) });
    expect(counts!.inside / ((columns * rows) / 2)).toBeCloseTo(1, 0);
    expect(counts!.cut).toBe(0);
  });

  test('is made of views, and of tables without statistics', async () => {
    const { features, total } = await preview('as_view', { limit: 500 });
    expect(features.length).toBeGreaterThan(100);
    expect(total).toBeGreaterThanOrEqual(features.length);
    const fresh = await preview('fresh');
    expect([fresh.features.length, fresh.total]).toEqual([30, 30]);
  });

  test('reads only a part of a table', async () => {
    await query(
      'CREATE TABLE counted AS SELECT * FROM points; CREATE INDEX ON counted USING gist (place); ANALYZE counted',
    );
    const readRows = async (): Promise<number> => {
      await query('SELECT pg_sleep(1)');
      await using held = await connectPostgis(cluster.url);
      const { rows: found } = await held.client.query<{ read: string }>(
        `SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) AS read FROM pg_stat_user_tables WHERE relname = 'counted'`,
      );
      return Number(found[0]?.read);
    };
    const before = await readRows();
    await preview('counted');
    await preview('counted', { box: [10, 5, 12, 7], region: region([10.5, 5.5, 11, 6]) });
    const read = (await readRows()) - before;
    expect(read).toBeGreaterThan(400);
    expect(read).toBeLessThan((columns * rows) / 4);
  });
});
