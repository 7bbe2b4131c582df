import { createHash } from 'node:crypto';
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';

import { join } from 'node:path';

import type { Manifest, Report } from '@outcrop/contract';
import { temporaryFolder, type TemporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { verifyArchive } from './archive/verify-archive.ts';
import { runExport } from './run/run-export.ts';
import { listGeoPackageTables } from './source/geopackage-tables.ts';
import type { TableSurvey } from './source/survey.ts';
import { checkWish, exportPlan, exportWish, planAs, planOf, tableOf } from './testing/export-fixture.ts';
import { readWithOgr, runGdal } from './testing/ogr.ts';
import { productExtensions, productFormats, readProducts } from './testing/read-product.ts';
import { starRegion, writeOracleFixture } from './testing/oracle-fixture.ts';

let folder: TemporaryFolder;
let path: string;
const star = { type: 'Polygon', coordinates: [starRegion()] };

beforeAll(async () => {
  folder = await temporaryFolder();
  path = folder.file('source.gpkg');
  writeOracleFixture(path);
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

function memberOf(archivePath: string, name: string): string {
  return runGdal('unzip', ['-p', archivePath, name]);
}

describe('an archive of several layers', () => {
  const wish = { format: 'application/x-ogc-gpkg', crs: 'EPSG:2193', extent: star } as const;

  test('tells the truth in its report, manifest, request and texts', async () => {
    const tables = ['parcels', 'places'].map((name) => tableOf(path, name));
    const { archivePath, sha256, bytes } = await exportWish({ ...wish, tables }, folder.path);
    const whole = readFileSync(archivePath);
    expect(whole.length).toBe(bytes);
    expect(createHash('sha256').update(whole).digest('hex')).toBe(sha256);
    expect((await verifyArchive(archivePath)).problems).toEqual([]);

    const names = runGdal('unzip', ['-Z1', archivePath]).trim().split('\n');
    expect(names).toEqual([
      'parcels/parcels.gpkg',
      'parcels/parcels.txt',
      'places/places.gpkg',
      'places/places.txt',
      'request.json',
      'report.json',
      'manifest.json',
    ]);
    const manifest = JSON.parse(memberOf(archivePath, 'manifest.json')) as Manifest;
    expect(manifest.members.map((member) => member.path)).toEqual(names.slice(0, -1));
    expect(JSON.parse(memberOf(archivePath, 'request.json'))).toEqual({
      items: [{ item: 'layers/1' }, { item: 'layers/2' }],
      extent: star,
    });

    const report = JSON.parse(memberOf(archivePath, 'report.json')) as Report;
    for (const [index, name] of ['parcels', 'places'].entries()) {
      const { counts, losses } = report.items[index]!;
      const product = `/vsizip/${archivePath}/${name}/${name}.gpkg`;
      expect(counts.written).toBe(readWithOgr(product).length);
      expect(counts.read).toBe(readWithOgr(path, name).length);
      expect(counts.read).toBe(counts.whole + counts.clipped + counts.excluded);
      const { outside_region: outside, crumb, not_projectable: unplaced } = counts.excluded_by;
      expect(outside + crumb + unplaced).toBe(counts.excluded);
      expect(losses).toEqual([]);
      const text = memberOf(archivePath, `${name}/${name}.txt`);
      expect(text).toContain(`${counts.written} of ${counts.read} features are here.`);
      expect(text).toContain('Attribution: Test office');
      expect(text).toContain('EPSG:2193');
      expect(text.split('\n').filter((line) => /undefined|null|NaN|\[object/.test(line))).toEqual([]);
    }
  });
});

describe('an archive has the same bytes with one, two and three workers', () => {
  let home: string;

  beforeAll(() => {
    home = folder.file('blocks');
  });

  /** The surveys are told that blocks are small, so that there are enough of them to be shared out. */
  function makeBlocksSmall(): void {
    const cache = join(home, 'cache');
    for (const name of readdirSync(cache).filter((entry) => entry.endsWith('.survey.json'))) {
      const survey = JSON.parse(readFileSync(join(cache, name), 'utf8')) as TableSurvey;
      const blockStarts = Array.from({ length: 12 }, (_, block) => 1 + block * 100);
      writeFileSync(join(cache, name), JSON.stringify({ ...survey, blockRows: 40, blockStarts }));
    }
  }

  test.each(productFormats.flatMap((format) => [[format, 'cropped'] as const, [format, 'whole'] as const]))(
    '%s, %s',
    async (format, extent) => {
      const tables = ['parcels', 'tracks'].map((name) => tableOf(path, name));
      const wish = { tables, format, crs: 'EPSG:4326', ...(extent === 'cropped' && { extent: star }) };
      const plan = await planOf(wish, home);
      makeBlocksSmall();
      const digests: string[] = [];
      for (const workers of [1, 2, 3]) digests.push((await exportPlan(plan, home, { workers })).sha256);
      expect(digests).toEqual([digests[0], digests[0], digests[0]]);
    },
  );
});

test('a region across the antimeridian gives the same features in both conventions', async () => {
  const box = (west: number, east: number): number[][][] => [
    [
      [west, -44.6],
      [east, -44.6],
      [east, -43],
      [west, -43],
      [west, -44.6],
    ],
  ];
  const beyond = { type: 'Polygon', coordinates: box(177, 184) };
  const split = { type: 'MultiPolygon', coordinates: [box(177, 180), box(-180, -176)] };
  for (const name of ['parcels', 'places', 'zones']) {
    const [first, second] = await Promise.all(
      [beyond, split].map(async (extent) => {
        const wish = { tables: [tableOf(path, name)], format: 'application/geo+json', extent } as const;
        const { archivePath, report } = await exportWish(wish, folder.path);
        expect(report.items[0]!.counts.written).toBeGreaterThan(10);
        return readWithOgr(`/vsizip/${archivePath}/${name}.geojson`);
      }),
    );
    const [ids, others] = [first!, second!].map((features) => features.map(({ properties }) => properties));
    expect(ids).toEqual(others);
  }
});

test.each([
  ['EPSG:27700', [530_000, 180_000]],
  ['EPSG:2154', [652_000, 6_862_000]],
  ['EPSG:4269', [-77.03, 38.89]],
  ['EPSG:4267', [-77.03, 38.89]],
] as const)('a layer in %s lands where PROJ puts it', async (crs, [x, y]) => {
  const step = Math.abs(x) < 360 ? 0.01 : 1000;
  const source = folder.file(`${crs.slice(5)}.gpkg`);
  writeGeoPackage(source, {
    tables: [
      {
        name: 'points',
        geometry: { type: 'POINT', epsg: Number(crs.slice(5)) },
        columns: [{ name: 'nr', type: 'INTEGER' }],
        features: Array.from({ length: 25 }, (_, nr) => ({
          geometry: { type: 'Point', coordinates: [x + (nr % 5) * step, y + Math.floor(nr / 5) * step] },
          attributes: { nr },
        })),
      },
    ],
  });
  const product = folder.file(`${crs.slice(5)}-4326.gpkg`);
  runGdal('ogr2ogr', [product, source, '-t_srs', 'EPSG:4326']);
  const expected = new Map(readWithOgr(product).map((feature) => [feature.properties['nr'], feature]));
  const wish = { tables: [tableOf(source)], format: productFormats[0]!, crs: 'EPSG:4326' };
  const plan = await planOf(wish, folder.path);
  for (const format of productFormats) {
    const { archivePath, report } = await exportPlan(planAs(plan, format), folder.path);
    expect(report.items[0]!.coordinate_operation).toMatchObject({ from: crs, certified: true });
    const features = readProducts(archivePath, format);
    expect(features.length).toBe(25);
    for (const feature of features) {
      const reference = expected.get(Number(feature.properties['nr']))!;
      const [mine, theirs] = [feature.geometry!, reference.geometry!].map(
        (geometry) => (JSON.parse(geometry) as { coordinates: [number, number] }).coordinates,
      );
      expect(Math.hypot(mine![0] - theirs![0], mine![1] - theirs![1])).toBeLessThan(1e-7);
    }
  }
});

test('a null in the only column of a CSV is still a row', async () => {
  const source = folder.file('lone.gpkg');
  const features = ['one', null, ''].map((word) => ({ attributes: { word } }));
  writeGeoPackage(source, {
    tables: [{ name: 'words', columns: [{ name: 'word', type: 'TEXT' }], features }],
  });
  const { archivePath } = await exportWish({ tables: [tableOf(source)], format: 'text/csv' }, folder.path);
  expect(memberOf(archivePath, 'words.csv')).toBe('\uFEFFword\r\none\r\n""\r\n""\r\n');
});

test('numbers that are not whole in a column of whole numbers are no obstacle, and on record', async () => {
  const source = folder.file('whole.gpkg');
  const features = [1.5, 7, -2.25].map((size, nr) => ({ attributes: { nr, size } }));
  writeGeoPackage(source, {
    tables: [
      {
        name: 'sizes',
        columns: [
          { name: 'nr', type: 'INTEGER' },
          { name: 'size', type: 'MEDIUMINT' },
        ],
        features,
      },
    ],
  });
  for (const format of ['application/x-zipped-shp', 'application/x-ogc-gpkg', 'text/csv'] as const) {
    const { archivePath, report } = await exportWish({ tables: [tableOf(source)], format }, folder.path);
    expect(report.items[0]!.losses).toEqual([
      expect.objectContaining({ code: 'value-retyped', field: 'size', count: 2 }),
    ]);
    const extension = format === 'application/x-zipped-shp' ? 'dbf' : productExtensions[format];
    const read = readWithOgr(`/vsizip/${archivePath}/sizes.${extension}`);
    expect(read.map(({ properties }) => Number(properties['size']))).toEqual([1, 7, -2]);
  }
});

describe('a corrupt GeoPackage', () => {
  const damage: Readonly<Record<string, (file: string) => void>> = {
    'cut short': (file) => truncateSync(file, 50_000),
    'with pages of zeros': (file) => {
      const descriptor = openSync(file, 'r+');
      writeSync(descriptor, Buffer.alloc(200_000), 0, 200_000, 40_960);
      closeSync(descriptor);
    },
    'that is a text file': (file) => writeFileSync(file, 'PK this is no database\n'.repeat(1000)),
  };

  test.each(Object.keys(damage))('%s is an error of the source that names the file', async (kind) => {
    const file = folder.file(`${kind.replaceAll(' ', '-')}.gpkg`);
    writeFileSync(file, readFileSync(path));
    const table = tableOf(file, 'parcels');
    const plan = await planOf({ tables: [table], format: 'text/csv' }, folder.path);
    damage[kind]!(file);
    // A file system's clock may stand still for some milliseconds; no one else damages files so fast.
    utimesSync(file, new Date(), new Date(Date.now() + 1000));
    const corrupt = expect.objectContaining({
      name: 'EngineError',
      code: 'source-corrupt',
      message: expect.stringContaining(file),
    });
    const run = runExport(plan, {
      archivePath: folder.file('corrupt.zip'),
      workFolder: folder.file('corrupt'),
    });
    await expect(run).rejects.toEqual(corrupt);
    const { items, plan: none } = await checkWish({ tables: [table], format: 'text/csv' }, folder.path);
    expect(none).toBeNull();
    expect(items[0]!.reasons[0]).toMatchObject({
      code: 'source-unavailable',
      detail: expect.stringContaining(file),
    });
    // What the tables of contents say may still be readable where only rows are damaged.
    if (kind !== 'with pages of zeros') expect(() => listGeoPackageTables(file)).toThrow(corrupt);
  });
});
