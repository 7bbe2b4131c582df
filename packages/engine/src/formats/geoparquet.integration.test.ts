import { readFileSync } from 'node:fs';

import { temporaryFolder, type TemporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { GeoPackageTable } from '../source/layer.ts';
import { anyLayers } from '../testing/any-layers.ts';
import { encodeTable, type EncodedTable } from '../testing/encode-table.ts';
import { tableOf } from '../testing/export-fixture.ts';
import { readWithOgr } from '../testing/ogr.ts';
import { geometriesOf } from '../testing/read-product.ts';
import { typedLayer } from '../testing/typed-layer.ts';
import { loadBlockFormat } from './direct-formats.ts';

type Row = Readonly<Record<string, unknown>>;

const format = await loadBlockFormat('application/vnd.apache.parquet');
const features = 2000;
let folder: TemporaryFolder;
let table: GeoPackageTable;
let typed: EncodedTable;

beforeAll(async () => {
  folder = await temporaryFolder();
  const path = folder.file('typed.gpkg');
  writeGeoPackage(path, { tables: [typedLayer(features)] });
  table = tableOf(path);
  typed = encodeTable(format, table, { folder: folder.path, blockIds: 700 });
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

function bufferOf(path: string): ArrayBuffer {
  const bytes = readFileSync(path);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
}

/** Rows as they are stored: bytes as bytes. */
async function readRows(path: string): Promise<Row[]> {
  return parquetReadObjects({ file: bufferOf(path), utf8: false, geoparquet: false });
}

interface GeoColumn {
  readonly encoding: string;
  readonly geometry_types: string[];
  readonly crs?: { readonly id: unknown; readonly type: string } | null;
  readonly bbox?: number[];
  readonly covering: { readonly bbox: Record<string, string[]> };
}

function geoOf(metadata: FileMetaData): {
  version: string;
  primary_column: string;
  columns: Record<string, GeoColumn>;
} {
  const text = metadata.key_value_metadata?.find(({ key }) => key === 'geo')?.value;
  return JSON.parse(text ?? 'null');
}

test('the bytes do not depend on the workers: the same blocks, the same file', () => {
  const again = encodeTable(format, table, { folder: folder.file('again-'), blockIds: 700 });
  expect(readFileSync(again.files[0]!).equals(readFileSync(typed.files[0]!))).toBe(true);
});

test('every value of every type comes back exactly', async () => {
  const rows = await readRows(typed.files[0]!);
  expect(rows).toHaveLength(features);
  for (const [index, row] of rows.entries()) {
    const fid = index + 1;
    if (fid % 5 === 0) {
      const { geom: _, bbox: __, ...values } = row;
      expect(Object.values(values).every((value) => value === null || value === undefined)).toBe(true);
      continue;
    }
    expect(row['flag']).toBe(fid % 2 === 0);
    expect(row['small']).toBe(-fid);
    expect(row['large']).toBe(9_007_199_254_740_993n + BigInt(fid));
    expect(row['real']).toBe(fid / 3);
    expect(row['text']).toBe(`Ōwenga ${'é'.repeat(fid % 60)} ${fid}`);
    expect(row['day']).toEqual(new Date(Date.UTC(2020, 1, 1 + (fid % 28))));
    expect(row['moment']).toEqual(new Date(Date.UTC(2020, 1, 3, 4, 5, fid % 60, 250)));
    expect([...(row['bytes'] as Uint8Array)]).toEqual([0, 255, fid % 256]);
  }
});

test('geometries and their boxes are those of the source', async () => {
  const rows = await readRows(typed.files[0]!);
  const source = readWithOgr(table.path);
  expect(geometriesOf(rows.map((row) => row['geom']))).toEqual(source.map(({ geometry }) => geometry));
  for (const [index, { geometry }] of source.entries()) {
    const [x, y] = geometry === null ? [] : (JSON.parse(geometry) as { coordinates: number[] }).coordinates;
    if (x === undefined) expect(rows[index]!['bbox'] ?? null).toBeNull();
    else expect(rows[index]!['bbox']).toEqual({ xmin: x, ymin: y, xmax: x, ymax: y });
  }
});

test('the footer says what GeoParquet 1.1 asks for', () => {
  const metadata = parquetMetadata(bufferOf(typed.files[0]!));
  const geo = geoOf(metadata);
  expect(geo).toMatchObject({ version: '1.1.0', primary_column: 'geom' });
  const column = geo.columns['geom']!;
  expect(column).toMatchObject({ encoding: 'WKB', geometry_types: ['Point'], edges: 'planar' });
  expect(column.crs).toMatchObject({ type: 'ProjectedCRS', id: { authority: 'EPSG', code: 2193 } });
  expect(column.covering.bbox['xmax']).toEqual(['bbox', 'xmax']);
  const places = readWithOgr(table.path).flatMap(({ geometry }) =>
    geometry === null ? [] : [(JSON.parse(geometry) as { coordinates: [number, number] }).coordinates],
  );
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  expect(column.bbox).toEqual([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]);
});

test('a column chunk of several blocks has the statistics of all of them', () => {
  const { row_groups: groups, num_rows: count } = parquetMetadata(bufferOf(typed.files[0]!));
  expect(count).toBe(BigInt(features));
  expect(groups).toHaveLength(1);
  const statistics = (name: string): unknown =>
    groups[0]!.columns.find(({ meta_data: data }) => data?.path_in_schema.join('.') === name)?.meta_data
      ?.statistics;
  expect(statistics('small')).toMatchObject({ min_value: -1999, max_value: -1, null_count: 400n });
  expect(statistics('bbox.xmin')).toMatchObject({ null_count: 40n });
  expect(statistics('large')).toMatchObject({ max_value: 9_007_199_254_740_993n + 1999n });
  expect(statistics('geom')).toBeUndefined();
});

describe.each(Object.keys(anyLayers) as (keyof typeof anyLayers)[])('%s', (name) => {
  test('comes back feature by feature', async () => {
    const path = folder.file(`${name}.gpkg`);
    writeGeoPackage(path, { tables: [anyLayers[name]] });
    const { files, losses } = encodeTable(format, tableOf(path), {
      folder: folder.file(`${name}-`),
      blockIds: 4,
    });
    const column = tableOf(path).geometry!.name;
    const rows = await readRows(files[0]!);
    const source = readWithOgr(path);
    expect(rows.map((row) => row['naïve "name"'] ?? null)).toEqual(
      source.map(({ properties }) => properties['naïve "name"'] ?? null),
    );
    // Of what is nested the parts are kept.
    if (rows.length > 0 && name !== 'nested')
      expect(geometriesOf(rows.map((row) => row[column]))).toEqual(source.map(({ geometry }) => geometry));
    const { geometry_types: types } = geoOf(parquetMetadata(bufferOf(files[0]!))).columns[column]!;
    const { hasZ, hasM } = tableOf(path).geometry!;
    const expected = source.flatMap(({ geometry }) =>
      geometry === null ? [] : [`${(JSON.parse(geometry) as { type: string }).type}${hasZ ? ' Z' : ''}`],
    );
    expect(types.toSorted()).toEqual([...new Set(expected)].toSorted());
    expect(losses.some(({ code }) => code === 'm-dropped')).toBe(hasM);
  });
});

test('a table is plain Parquet; what is no date is left out and on record', async () => {
  const path = folder.file('table.gpkg');
  const columns = [
    { name: 'day', type: 'DATE' },
    { name: 'moment', type: 'DATETIME' },
  ] as const;
  const attributes = [
    { day: '2024-02-29', moment: '2024-02-29 12:30:00' },
    { day: '2023-02-29', moment: '2024-02-29T12:30:00.1239+12:00' },
    { day: 'unknown', moment: 'yesterday' },
  ];
  writeGeoPackage(path, {
    tables: [
      {
        name: 'days',
        columns,
        features: attributes.map((values, index) => ({ fid: index + 1, attributes: values })),
      },
    ],
  });
  const { files, losses } = encodeTable(format, tableOf(path), {
    folder: folder.file('table-'),
    blockIds: 10,
  });
  expect(parquetMetadata(bufferOf(files[0]!)).key_value_metadata ?? []).toEqual([]);
  const rows = await readRows(files[0]!);
  expect(rows.map(({ day }) => day ?? null)).toEqual([new Date('2024-02-29T00:00:00Z'), null, null]);
  expect(rows.map(({ moment }) => moment ?? null)).toEqual([
    new Date('2024-02-29T12:30:00Z'),
    new Date('2024-02-29T00:30:00.123Z'),
    null,
  ]);
  expect(losses.map(({ code, field, count }) => [code, field, count])).toEqual([
    ['value-dropped', 'day', 2],
    ['value-rounded', 'moment', 1],
    ['value-dropped', 'moment', 1],
  ]);
});

test('in longitude and latitude nothing is said of the CRS, which is the default', () => {
  const path = folder.file('degrees.gpkg');
  writeGeoPackage(path, {
    tables: [
      {
        name: 'degrees',
        geometry: { type: 'POINT', epsg: 4326 },
        features: [{ fid: 1, geometry: { type: 'Point', coordinates: [174, -41] } }],
      },
    ],
  });
  const { files } = encodeTable(format, tableOf(path), { folder: folder.file('degrees-'), blockIds: 10 });
  expect(geoOf(parquetMetadata(bufferOf(files[0]!))).columns['geom']).not.toHaveProperty('crs');
});
