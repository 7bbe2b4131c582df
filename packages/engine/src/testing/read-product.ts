import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Mimetype } from '@outcrop/contract';
import { DataType, tableFromIPC } from 'apache-arrow';
import { readParquet } from 'parquet-wasm';

import { type OgrFeature, readWithOgr, runGdal } from './ogr.ts';

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

/**
 * The features of an archive's products of a format, by a reader that shares nothing with our writers: GDAL, which must
 * have nothing to complain of, or Arrow's reader for Parquet, which Debian's GDAL cannot read.
 */
export function readProducts(archivePath: string, format: ProductFormat): OgrFeature[] {
  const extension = productExtensions[format];
  return runGdal('unzip', ['-Z1', archivePath])
    .split('\n')
    .filter((name) => name.endsWith(`.${extension}`))
    .flatMap((name) => {
      if (extension === 'parquet') return readParquetMember(archivePath, name);
      const product = `/vsizip/${archivePath}/${name}`;
      runGdal('ogrinfo', ['-ro', '-al', '-q', product], { noWarnings: true });
      return readWithOgr(product);
    });
}

function readParquetMember(archivePath: string, name: string): OgrFeature[] {
  const bytes = execFileSync('unzip', ['-p', archivePath, name], { maxBuffer: 1 << 29 });
  const table = tableFromIPC(readParquet(bytes).intoIPCStream());
  const primary = primaryColumn(table.schema.metadata.get('geo'));
  const rows = table.toArray().map((row) => Object.fromEntries(row as Iterable<[string, unknown]>));
  const geometries = primary === null ? null : geometriesOf(rows.map((row) => row[primary]));
  const fields = table.schema.fields.filter(({ name: field }) => field !== primary && field !== 'bbox');
  return rows.map((row, index) => ({
    properties: Object.fromEntries(
      fields.map(({ name: field, type }) => [field, textOfTime(row[field], type)]),
    ),
    geometry: geometries?.[index] ?? null,
  }));
}

/** Dates and times as ISO 8601; what is neither as it is. */
function textOfTime(value: unknown, type: DataType): unknown {
  if (value === null || value === undefined) return null;
  if (DataType.isTimestamp(type)) return new Date(Number(value)).toISOString();
  return DataType.isDate(type) ? new Date(Number(value)).toISOString().slice(0, 10) : value;
}

function primaryColumn(geo: string | undefined): string | null {
  return geo === undefined ? null : (JSON.parse(geo) as { primary_column: string }).primary_column;
}

/** WKB as GeoJSON, by GDAL. */
export function geometriesOf(values: readonly unknown[]): (string | null)[] {
  const folder = mkdtempSync(join(tmpdir(), 'outcrop-wkb-'));
  try {
    const csv = join(folder, 'wkb.csv');
    const hex = (value: unknown): string =>
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : '';
    writeFileSync(csv, ['nr,wkb', ...values.map((value, index) => `${index},${hex(value)}`)].join('\n'));
    const vrt = `<OGRVRTDataSource><OGRVRTLayer name="wkb"><SrcDataSource>${csv}</SrcDataSource>
      <GeometryField encoding="WKB" field="wkb"/></OGRVRTLayer></OGRVRTDataSource>`;
    return readWithOgr(vrt).map(({ geometry }) => geometry);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
