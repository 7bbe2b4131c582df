import { writeFileSync } from 'node:fs';

import type { ItemReport, Loss } from '@outcrop/contract';
import { temporaryFolder, type TemporaryFolder, type TableFixture, writeGeoPackage } from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { anyLayers } from './testing/any-layers.ts';
import { exportWish, tableOf } from './testing/export-fixture.ts';
import { runGdal } from './testing/ogr.ts';
import type { ProductFormat } from './testing/read-product.ts';

let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder();
  writeGeoPackage(folder.file('source.gpkg'), { tables: [parcels, ...Object.values(anyLayers)] });
  writePartlyHigh();
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

const square = (west: number, south: number, size = 0.1): number[][] => [
  [west, south],
  [west + size, south],
  [west + size, south + size],
  [west, south + size],
  [west, south],
];
/** Two wings that meet on the region's edge, at 175. */
const bowTie = [
  [174.9, -40.6],
  [175.1, -40.5],
  [175.1, -40.6],
  [174.9, -40.5],
  [174.9, -40.6],
];
const region = { type: 'Polygon', coordinates: [square(174, -41, 1)] };

/** Polygons in every relation to the region, with values that a Shapefile cannot hold. */
const parcels: TableFixture = {
  name: 'parcels',
  geometry: { type: 'POLYGON', epsg: 4326 },
  columns: [
    { name: 'appellation_of_the_parcel', type: 'TEXT' },
    { name: 'appellation_of_its_street', type: 'TEXT' },
    { name: 'moment', type: 'DATETIME' },
    { name: 'day', type: 'DATE' },
    { name: 'rooms', type: 'INTEGER' },
    { name: 'photo', type: 'BLOB' },
  ],
  features: [
    square(174.2, -40.8),
    square(174.5, -40.8),
    square(174.95, -40.8),
    bowTie,
    // Touches along a line, and is away.
    square(175, -40.3),
    square(176, -40.3),
  ].map((ring, index) => ({
    geometry: { type: 'Polygon', coordinates: [ring] },
    attributes: {
      appellation_of_the_parcel: index === 0 ? 'Ō'.repeat(200) : 'Lot 1',
      appellation_of_its_street: 'Queen Street',
      moment: '2026-11-22T10:15:30.000Z',
      day: index === 1 ? 'next week' : '2026-11-22',
      rooms: index === 0 ? 'three' : 3,
      photo: Uint8Array.of(1, 2, 3),
    },
  })),
};

/** One place with a height, and two without: a table that GDAL writes, as our fixtures have one dimension each. */
const partlyHigh = 'partly_high';

function writePartlyHigh(): void {
  const positions = [
    [174.1, -41, 12],
    [174.2, -41.2],
    [174.3, -41.1],
  ];
  const features = ['one ', 'two', ' three'].map((label, index) => ({
    type: 'Feature',
    properties: { label },
    geometry: { type: 'Point', coordinates: positions[index] },
  }));
  const json = folder.file('partly-high.geojson');
  writeFileSync(json, JSON.stringify({ type: 'FeatureCollection', features }));
  runGdal('ogr2ogr', ['-update', folder.file('source.gpkg'), json, '-nln', partlyHigh]);
}

interface Told {
  readonly report: ItemReport;
  readonly text: string;
}

async function exported(table: string, format: ProductFormat, options: object = {}): Promise<Told> {
  const tables = [tableOf(folder.file('source.gpkg'), table)];
  const { archivePath, report } = await exportWish({ tables, format, ...options }, folder.path);
  const [name] = runGdal('unzip', ['-Z1', archivePath, '*.txt']).trim().split('\n');
  return { report: report.items[0]!, text: runGdal('unzip', ['-p', archivePath, name!]) };
}

describe('a crop to a Shapefile', () => {
  let told: Told;

  beforeAll(async () => {
    told = await exported('parcels', 'application/x-zipped-shp', { crs: 'EPSG:2193', extent: region });
  });

  test('counts every feature once, by what became of it', () => {
    expect(told.report.counts).toEqual({
      read: 6,
      written: 4,
      whole: 2,
      clipped: 2,
      excluded: 2,
      excluded_by: { outside_region: 1, crumb: 1, not_projectable: 0 },
      repaired: 1,
      cut_at_antimeridian: 0,
    });
    for (const line of [
      '4 of 6 features are here.',
      '  2 as they are',
      '  2 cut by the region',
      '  1 repaired, as they were invalid and had to be cut',
      '  1 left out: outside the region',
      '  1 left out: they only touch the region',
    ])
      expect(told.text.split('\n')).toContain(line);
  });

  test('names the coordinate operation and the largest difference from PROJ', () => {
    const operation = told.report.coordinate_operation!;
    expect(operation).toMatchObject({ from: 'EPSG:4326', to: 'EPSG:2193', certified: true });
    expect(operation.largest_difference).toBeGreaterThanOrEqual(0);
    expect(operation.largest_difference).toBeLessThan(0.001);
    expect(operation.compared_points).toBeGreaterThan(100);
    expect(told.text).toContain(`Coordinates: EPSG:4326 to EPSG:2193. ${operation.detail}`);
  });

  test.each([
    ['field-renamed', 'appellation_of_the_parcel', 1, 'appellation_of_the_parcel is called appellatio'],
    ['field-renamed', 'appellation_of_its_street', 1, 'appellation_of_its_street is called appellat_1'],
    ['value-truncated', 'appellation_of_the_parcel', 1, 'Text is cut to 254 bytes.'],
    ['value-retyped', 'moment', 0, 'it is written as text'],
    ['value-dropped', 'day', 1, 'A value was not a date'],
    ['value-retyped', 'rooms', 1, 'not of the field\u2019s declared type'],
    ['field-dropped', 'photo', 1, 'photo is left out'],
    ['geometry-type-changed', undefined, 1, 'declares POLYGON; it is written as MULTIPOLYGON'],
  ])('says %s of %s', (code, field, count, words) => {
    expect(inWords(told, { code, field })).toContain(words);
    expect(lossOf(told, { code, field }).count).toBe(count);
  });

  test('says nothing else', () => {
    expect(told.report.losses).toHaveLength(8);
  });
});

interface LossKey {
  readonly code: string;
  readonly field?: string | undefined;
}

function lossOf({ report }: Told, { code, field }: LossKey): Loss {
  const loss = report.losses.find((entry) => entry.code === code && entry.field === field);
  if (loss === undefined) throw new Error(`no loss ${code} of ${field}`);
  return loss;
}

/** The line of the text that tells a loss. */
function inWords(told: Told, key: LossKey): string {
  const { detail, field } = lossOf(told, key);
  const [, lossText = ''] = told.text.split('What this format could not keep\n');
  const line = lossText.split('\n').find((entry) => entry.includes(detail) && entry.includes(field ?? ''));
  if (line === undefined) throw new Error(`nothing is said of ${key.code}`);
  return line;
}

test.each([
  ['measured', 'application/geo+json', 'm-dropped', 'GeoJSON has no M values'],
  ['measured', 'application/vnd.apache.parquet', 'm-dropped', 'GeoParquet has no M values'],
  ['points', 'text/csv', 'coordinates-rounded', 'rounded to 3 decimals'],
  ['points', 'application/geo+json-seq', 'crs-unnamed', 'cannot name its CRS'],
  ['hollow', 'application/flatgeobuf', 'geometry-dropped', 'no empty geometries'],
  ['collections', 'application/x-zipped-shp', 'geometry-split', 'one shape for each of its kinds'],
  ['nested', 'application/x-ogc-gpkg', 'geometry-flattened', 'written as their parts'],
] as const)('%s as %s: %s', async (layer, format, code, words) => {
  const told = await exported(anyLayers[layer].name, format);
  expect(inWords(told, { code })).toContain(words);
});

describe('a layer of which some features have heights', () => {
  test.each<ProductFormat>(['application/x-ogc-gpkg', 'text/csv', 'application/flatgeobuf'])(
    'gives the others 0 as %s, and says how many',
    async (format) => {
      const told = await exported(partlyHigh, format);
      expect(inWords(told, { code: 'z-added' })).toContain('given 0');
      expect(lossOf(told, { code: 'z-added' }).count).toBe(2);
    },
  );

  test('says nothing of it where the format has no heights', async () => {
    const format = 'application/x-ogc-mapinfo_file';
    const wish = { tables: [tableOf(folder.file('source.gpkg'), partlyHigh)], format } as const;
    const { report } = await exportWish(wish, folder.path);
    const codes = report.items[0]!.losses.map(({ code }) => code);
    expect(codes).toContain('z-dropped');
    expect(codes).not.toContain('z-added');
  });
});

test('spaces at the end of texts, which a .dbf does not keep, are told', async () => {
  const told = await exported(partlyHigh, 'application/x-zipped-shp');
  expect(lossOf(told, { code: 'value-changed', field: 'label' }).count).toBe(1);
});

test('a GeoPackage of the source as it is has lost nothing, and says nothing of it', async () => {
  const { report, text } = await exported(anyLayers.points.name, 'application/x-ogc-gpkg');
  expect(report.losses).toEqual([]);
  expect(text).not.toContain('could not keep');
});
