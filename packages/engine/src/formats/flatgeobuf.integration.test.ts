import { readFileSync } from 'node:fs';

import { temporaryFolder, type TemporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { GeoPackageTable } from '../source/layer.ts';
import { encodeTable } from '../testing/encode-table.ts';
import { tableOf } from '../testing/export-fixture.ts';
import { readWithOgr, runGdal } from '../testing/ogr.ts';
import { typedLayer } from '../testing/typed-layer.ts';
import { loadBlockFormat } from './direct-formats.ts';

const format = await loadBlockFormat('application/flatgeobuf');
const features = 2000;
let folder: TemporaryFolder;
let table: GeoPackageTable;
let file: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  const path = folder.file('typed.gpkg');
  writeGeoPackage(path, { tables: [typedLayer(features)] });
  table = tableOf(path);
  file = encodeTable(format, table, { folder: folder.path, blockIds: 700 }).files[0]!;
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

test('the bytes do not depend on how the features come in blocks', () => {
  const other = encodeTable(format, table, { folder: folder.path, blockIds: 97 });
  expect(other.files).toHaveLength(1);
  expect(readFileSync(other.files[0]!).equals(readFileSync(file))).toBe(true);
});

test('GDAL reads every feature with every value', () => {
  runGdal('ogrinfo', ['-ro', '-al', '-q', file], { noWarnings: true });
  const inFile = new Map(readWithOgr(file).map((feature) => [numberOf(feature), feature]));
  expect(inFile.size).toBe(features - features / 5 + 1);
  const source = readWithOgr(table.path);
  expect(readWithOgr(file)).toHaveLength(source.length);
  for (const expected of source.filter((feature) => numberOf(feature) !== 0)) {
    const feature = inFile.get(numberOf(expected))!;
    expect(feature.geometry).toBe(expected.geometry);
    expect({ ...feature.properties, id: 0 }).toEqual({
      ...expected.properties,
      id: 0,
      day: `${String(expected.properties['day']).replaceAll('/', '-')}T00:00:00`,
    });
  }
});

test('integers beyond 2^53 keep every digit', () => {
  const text = runGdal('ogrinfo', ['-ro', '-al', '-q', file, '-where', 'small = -1']);
  expect(text).toContain('large (Integer64) = 9007199254740994\n');
  expect(text).toContain('bytes (Binary) = 00FF01');
});

test('the header says what the layer is', () => {
  const summary = runGdal('ogrinfo', ['-ro', '-so', '-al', file], { noWarnings: true });
  expect(summary).toContain('Geometry: Point');
  expect(summary).toContain(`Feature Count: ${features}`);
  // GDAL 3.6 does not show a title.
  expect(readFileSync(file).includes('Title of typed')).toBe(true);
  expect(summary).toContain('ID["EPSG",2193]');
  for (const field of [
    'flag: Integer(Boolean)',
    'small: Integer (0.0)',
    'large: Integer64',
    'real: Real',
    'text: String',
    'day: DateTime',
    'moment: DateTime',
    'bytes: Binary',
  ]) {
    expect(summary).toContain(field);
  }
});

test.each([
  [1_500_000, 5_300_000, 1_510_000, 5_310_000],
  [1_555_000, 5_300_000, 1_556_000, 5_500_000],
  [1_400_000, 5_200_000, 1_800_000, 5_600_000],
])('its index finds exactly what lies in a window (%i %i %i %i)', (west, south, east, north) => {
  using database = openDatabase(table.path);
  const { count } = database.value
    .prepare(
      'SELECT count(*) AS count FROM rtree_typed_geom WHERE minx >= ? AND miny >= ? AND maxx <= ? AND maxy <= ?',
    )
    .get(west, south, east, north) as { count: number };
  const summary = runGdal('ogrinfo', [
    '-ro',
    '-so',
    '-al',
    file,
    '-spat',
    ...[west, south, east, north].map(String),
  ]);
  expect(summary).toContain(`Feature Count: ${count}\n`);
});

test('an empty geometry is written as none, and that is on record', () => {
  const path = folder.file('empty.gpkg');
  writeGeoPackage(path, {
    tables: [
      {
        name: 'empty',
        geometry: { type: 'POLYGON', epsg: 2193 },
        columns: [{ name: 'nr', type: 'INTEGER' }],
        features: [{ fid: 1, geometry: { type: 'Polygon', coordinates: [] }, attributes: { nr: 7 } }],
      },
    ],
  });
  const { files, losses } = encodeTable(format, tableOf(path), { folder: folder.file('.'), blockIds: 10 });
  expect(readWithOgr(files[0]!)).toEqual([
    { properties: expect.objectContaining({ nr: 7 }), geometry: null },
  ]);
  expect(losses).toContainEqual(expect.objectContaining({ code: 'geometry-dropped', count: 1 }));
});

test('an integer field that holds more than 32 bits is written wide enough', () => {
  const path = folder.file('wide.gpkg');
  writeGeoPackage(path, {
    tables: [
      {
        name: 'wide',
        geometry: { type: 'POINT', epsg: 2193 },
        columns: [{ name: 'nr', type: 'MEDIUMINT' }],
        features: [
          { fid: 1, geometry: { type: 'Point', coordinates: [1, 2] }, attributes: { nr: 5_000_000_000 } },
        ],
      },
    ],
  });
  const { files } = encodeTable(format, tableOf(path), { folder: folder.file('.'), blockIds: 20 });
  expect(readWithOgr(files[0]!)[0]!.properties['nr']).toBe(5_000_000_000);
});

/** The number that says which feature it is; 0 for those without values. */
function numberOf({ properties }: { properties: Readonly<Record<string, unknown>> }): number {
  return Number(properties['small'] ?? 0);
}

function openDatabase(path: string): { value: Database.Database } & Disposable {
  const value = new Database(path, { readonly: true });
  return { value, [Symbol.dispose]: () => value.close() };
}
