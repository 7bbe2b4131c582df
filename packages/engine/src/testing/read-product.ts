import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Mimetype } from '@outcrop/contract';
import { DataType, type Table, tableFromIPC } from 'apache-arrow';
import { readParquet } from 'parquet-wasm';

import { type OgrFeature, readWithOgr, readWkts, runGdal } from './ogr.ts';
import type { RowSet } from './row-set.ts';
import { parseWkb } from './wkb-shape.ts';

/** The formats that the engine writes itself, with the extension of the file that a reader opens. */
export const productExtensions = {
  'application/x-ogc-gpkg': 'gpkg',
  'application/x-zipped-shp': 'shp',
  'text/csv': 'vrt',
  'application/geo+json': 'geojson',
  'application/geo+json-seq': 'geojsonl',
  'application/flatgeobuf': 'fgb',
  'application/vnd.apache.parquet': 'parquet',
} as const satisfies Partial<Record<Mimetype, string>>;

/** One of them. */
export type ProductFormat = keyof typeof productExtensions;

/** All of them. */
export const productFormats = Object.keys(productExtensions) as ProductFormat[];

/** Names of an archive's products of a format, in its order. */
export function productNames(archivePath: string, format: ProductFormat): string[] {
  const names = runGdal('unzip', ['-Z1', archivePath]).split('\n');
  return names.filter((name) => name.endsWith(`.${productExtensions[format]}`));
}

/**
 * The features of an archive's products of a format, by a reader that shares nothing with our writers: GDAL, which must
 * have nothing to complain of, or Arrow's reader for Parquet, which Debian's GDAL cannot read.
 */
export function readProducts(archivePath: string, format: ProductFormat): OgrFeature[] {
  return productNames(archivePath, format).flatMap((name) => {
    if (format === 'application/vnd.apache.parquet') return parquetFeatures(readMember(archivePath, name));
    const product = `/vsizip/${archivePath}/${name}`;
    runGdal('ogrinfo', ['-ro', '-al', '-q', product], { noWarnings: true });
    return readWithOgr(product);
  });
}

/** The geometries of the same as WKT, with Z and M, by the field `nr`. */
export function readProductWkts(archivePath: string, format: ProductFormat): Map<number, string[]> {
  const all = new Map<number, string[]>();
  for (const name of productNames(archivePath, format)) {
    const wkts =
      format === 'application/vnd.apache.parquet'
        ? parquetWkts(readMember(archivePath, name))
        : readWkts(`/vsizip/${archivePath}/${name}`);
    for (const [nr, found] of wkts) all.set(nr, [...(all.get(nr) ?? []), ...found]);
  }
  return all;
}

function readMember(archivePath: string, name: string): Buffer {
  return execFileSync('unzip', ['-p', archivePath, name], { maxBuffer: 1 << 29 });
}

interface ParquetRows {
  readonly table: Table;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** The column of the geometry; null for a table. */
  readonly primary: string | null;
}

function parquetRows(bytes: Buffer): ParquetRows {
  const table = tableFromIPC(readParquet(bytes).intoIPCStream());
  const geo = table.schema.metadata.get('geo');
  const primary = geo === undefined ? null : (JSON.parse(geo) as { primary_column: string }).primary_column;
  const rows = table.toArray().map((row) => Object.fromEntries(row as Iterable<[string, unknown]>));
  return { table, rows, primary };
}

function parquetFeatures(bytes: Buffer): OgrFeature[] {
  const { table, rows, primary } = parquetRows(bytes);
  const geometries = primary === null ? null : geometriesOf(rows.map((row) => row[primary]));
  const fields = table.schema.fields.filter(({ name }) => name !== primary && name !== 'bbox');
  return rows.map((row, index) => ({
    properties: Object.fromEntries(fields.map(({ name, type }) => [name, textOfTime(row[name], type)])),
    geometry: geometries?.[index] ?? null,
  }));
}

/** The rows of a Parquet file, by Arrow's reader. */
export function readParquetRows(path: string): RowSet {
  const { table, rows, primary } = parquetRows(readFileSync(path));
  const fields = table.schema.fields.filter(({ name }) => name !== primary && name !== 'bbox');
  return {
    fields: fields.map(({ name, type }) => ({ name, type: String(type) })),
    rows: rows.map((row) => {
      const wkb = primary === null ? null : row[primary];
      const shape = wkb instanceof Uint8Array ? parseWkb(wkb) : null;
      const values = fields.map(({ name, type }) => plainNumber(textOfTime(row[name], type)));
      return { values, shape: shape?.length === 0 ? null : shape };
    }),
  };
}

function plainNumber(value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

/** Dates and times as ISO 8601; what is neither as it is. */
function textOfTime(value: unknown, type: DataType): unknown {
  if (value === null || value === undefined) return null;
  if (DataType.isTimestamp(type)) return new Date(Number(value)).toISOString();
  return DataType.isDate(type) ? new Date(Number(value)).toISOString().slice(0, 10) : value;
}

function parquetWkts(bytes: Buffer): Map<number, string[]> {
  const { rows, primary } = parquetRows(bytes);
  const values = rows.map((row) => [Number(row['nr']), primary === null ? null : row[primary]] as const);
  return withWkb(values, (vrt) => readWkts(vrt));
}

/** WKB as GeoJSON, by GDAL. */
export function geometriesOf(values: readonly unknown[]): (string | null)[] {
  return withWkb(
    values.map((value, index) => [index, value] as const),
    (vrt) => readWithOgr(vrt).map(({ geometry }) => geometry),
  );
}

/** Lets GDAL read numbered WKB. */
function withWkb<T>(values: readonly (readonly [number, unknown])[], read: (vrt: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'outcrop-wkb-'));
  try {
    const csv = join(folder, 'wkb.csv');
    const hex = (value: unknown): string =>
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : '';
    writeFileSync(csv, ['nr,wkb', ...values.map(([nr, value]) => `${nr},${hex(value)}`)].join('\n'));
    return read(`<OGRVRTDataSource><OGRVRTLayer name="wkb"><SrcDataSource>${csv}</SrcDataSource>
      <GeometryField encoding="WKB" field="wkb"/><Field name="nr" src="nr" type="Integer"/></OGRVRTLayer></OGRVRTDataSource>`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
