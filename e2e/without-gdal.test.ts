import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, Export } from '@outcrop/client';
import { writeGeoPackage } from '@outcrop/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { runOutcrop, runProgram } from './support/run-outcrop.ts';
import { type ServedSite, serveSite } from './support/serve-site.ts';

/** The vector formats that need nothing but Node. */
const direct = [
  'application/x-ogc-gpkg',
  'application/x-zipped-shp',
  'text/csv',
  'application/geo+json',
  'application/geo+json-seq',
  'application/flatgeobuf',
  'application/vnd.apache.parquet',
  'application/vnd.google-earth.kml+xml',
  'application/sql',
];

let root: string;
let folder: string;
/** A search path with Node on it and nothing of GDAL's. */
let environment: Record<string, string>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'outcrop-e2e-'));
  folder = join(root, 'site');
  const programs = join(root, 'programs');
  for (const name of [folder, programs]) await mkdir(name);
  await symlink(process.execPath, join(programs, 'node'));
  environment = { PATH: programs };
  writeGeoPackage(join(folder, 'places.gpkg'), {
    tables: [
      {
        name: 'places',
        geometry: { type: 'POINT', epsg: 2193 },
        columns: [{ name: 'name', type: 'TEXT' }],
        features: Array.from({ length: 300 }, (_, index) => ({
          geometry: { type: 'Point' as const, coordinates: [1_700_000 + index * 1000, 5_500_000] },
          attributes: { name: `place ${index}` },
        })),
      },
    ],
  });
  const { exitCode, stderr } = await runOutcrop(['init', folder], { cwd: root, environment });
  if (exitCode !== 0) throw new Error(`init failed: ${stderr}`);
});

afterAll(() => rm(root, { recursive: true }));

function serve(): Promise<ServedSite> {
  return serveSite(folder, ['--anonymous'], environment);
}

test('the search path of these tests has no GDAL', async () => {
  await expect(
    runProgram('/usr/bin/env', ['-i', `PATH=${environment['PATH']}`, 'ogr2ogr']),
  ).resolves.toMatchObject({
    exitCode: 127,
  });
});

test('a site without GDAL offers the formats that it writes itself, and no others', async () => {
  await using site = await serve();
  const offered = await new Client(site.url).exports.getFormats();
  expect(Object.keys(offered['vector'] ?? {}).toSorted()).toEqual(direct.toSorted());
  expect(offered['raster'] ?? {}).toEqual({});
});

test('each of them is exported, cropped and reprojected, and the report says what was not checked', async () => {
  await using site = await serve();
  const client = new Client(site.url);
  const crs = 'EPSG:4326';
  const extent = {
    type: 'Polygon' as const,
    coordinates: [
      [
        [174, -42],
        [175, -42],
        [175, -39],
        [174, -39],
        [174, -42],
      ],
    ],
  };
  for (const format of direct) {
    const wanted = new Export({ crs, formats: { vector: format }, extent }).addItem('layers/1');
    const { path } = await client.exports.run(wanted, { to: join(root, `${direct.indexOf(format)}.zip`) });
    const { stdout } = await runProgram('unzip', ['-p', path, 'report.json']);
    const report = JSON.parse(stdout) as {
      items: {
        counts: { written: number; read: number; excluded: number };
        coordinate_operation: { certified: boolean };
      }[];
    };
    const [item] = report.items;
    expect(item?.counts.written, format).toBeGreaterThan(10);
    expect(item?.counts.written, format).toBeLessThan(300);
    expect(item?.counts.read, format).toBe((item?.counts.written ?? 0) + (item?.counts.excluded ?? 0));
    expect(item?.coordinate_operation.certified, format).toBe(false);
  }
});

test.each(['application/gml+xml', 'application/x-ogc-mapinfo_file+mif'])(
  '%s, which needs GDAL, is refused, with what is missing and how to install it',
  async (format) => {
    await using site = await serve();
    const wanted = new Export({ crs: 'EPSG:2193', formats: { vector: format } }).addItem('layers/1');
    const verdict = await new Client(site.url).exports.validate(wanted);
    expect(verdict.isValid).toBe(false);
    const words = JSON.stringify(verdict);
    expect(words).toContain('GDAL');
    expect(words).toContain('apt-get install gdal-bin');
  },
);

test('an import says how to install it', async () => {
  await writeFile(join(root, 'roads.geojson'), '{"type":"FeatureCollection","features":[]}');
  const { exitCode, stderr } = await runOutcrop(['import', join(root, 'roads.geojson'), '--site', folder], {
    cwd: root,
    environment,
  });
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain('apt-get install gdal-bin');
});
