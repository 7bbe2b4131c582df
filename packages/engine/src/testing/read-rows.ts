import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Mimetype } from '@outcrop/contract';
import Database from 'better-sqlite3';

import { runGdal } from './ogr.ts';
import { readParquetRows } from './read-product.ts';
import type { RowSet } from './row-set.ts';
import { parseWkb, wkbOfBlob } from './wkb-shape.ts';

let counter = 0;

/** Reads a source with GDAL, by way of a GeoPackage. `args` are those of `ogr2ogr`, behind the source: layers and options. */
export function readRows(source: string, folder: string, args: readonly string[] = []): RowSet {
  const path = join(folder, `rows-${counter++}.gpkg`);
  const names = ['-lco', 'FID=__fid', '-lco', 'GEOMETRY_NAME=__shape', '-lco', 'SPATIAL_INDEX=NO'];
  try {
    runGdal('ogr2ogr', ['-f', 'GPKG', ...names, path, source, ...args]);
    return rowsOfGeoPackage(path);
  } finally {
    rmSync(path, { force: true });
  }
}

function rowsOfGeoPackage(path: string): RowSet {
  const database = new Database(path, { readonly: true });
  try {
    const tables = database
      .prepare<[], { name: string }>('SELECT table_name AS name FROM gpkg_contents ORDER BY rowid')
      .all();
    const sets = tables.map(({ name }) => tableRows(database, name));
    return { fields: sets[0]?.fields ?? [], rows: sets.flatMap(({ rows }) => rows) };
  } finally {
    database.close();
  }
}

function tableRows(database: Database.Database, table: string): RowSet {
  const quoted = `"${table.replaceAll('"', '""')}"`;
  const columns = database.pragma(`table_info(${quoted})`) as { name: string; type: string }[];
  const place = columns.findIndex(({ name }) => name === '__shape');
  const own = columns.flatMap(({ name }, index) => (name === '__fid' || name === '__shape' ? [] : [index]));
  const statement = database.prepare<[], unknown[]>(`SELECT * FROM ${quoted} ORDER BY "__fid"`);
  const rows = statement
    .raw()
    .safeIntegers()
    .all()
    .map((row) => {
      const blob = place < 0 ? null : (row[place] as Buffer | null);
      const shape = blob === null ? null : parseWkb(wkbOfBlob(blob));
      return { values: own.map((index) => plain(row[index])), shape: shape?.length === 0 ? null : shape };
    });
  return { fields: own.map((index) => columns[index]!), rows };
}

function plain(value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

/** The name of a product that a reader opens. */
const opened: Readonly<Partial<Record<Mimetype, RegExp>>> = {
  'application/x-zipped-shp': /\.(shp|dbf)$/,
  'text/csv': /\.vrt$/,
};

/** Where products are read. */
export interface ProductPlace {
  /** The unpacked archive. */
  readonly folder: string;
  /** Of the item, as its report names them. */
  readonly files: readonly string[];
  /** Extension of the format's main file. */
  readonly extension: string;
  /** Loads a dump into a database and says how GDAL finds its table. */
  readonly loadDump: (path: string) => string;
}

/** Reads the product of an item with a reader that shares nothing with the engine. */
export function readProductRows(
  mimetype: Mimetype,
  { folder, files, extension, loadDump }: ProductPlace,
): RowSet {
  const wanted = opened[mimetype] ?? new RegExp(`\\.${extension}$`);
  if (mimetype === 'applicaton/x-ogc-filegdb') {
    return readRows(join(folder, files[0]!.replace(/\.gdb\/.*$/, '.gdb')), folder);
  }
  const named = files.filter((name) => wanted.test(name));
  const main = named.filter(
    (name) => !name.endsWith('.dbf') || !named.includes(name.replace(/\.dbf$/, '.shp')),
  );
  const sets = main.map((name) => readOne(mimetype, join(folder, name), { folder, loadDump }));
  if (sets.length === 0) throw new Error(`there is no .${extension} among ${files.join(', ')}`);
  return { fields: sets[0]!.fields, rows: sets.flatMap(({ rows }) => rows) };
}

function readOne(
  mimetype: Mimetype,
  path: string,
  { folder, loadDump }: Pick<ProductPlace, 'folder' | 'loadDump'>,
): RowSet {
  switch (mimetype) {
    case 'application/vnd.apache.parquet':
      return readParquetRows(path);
    case 'application/sql':
      return readRows(loadDump(path), folder, ['--config', 'PG_LIST_ALL_TABLES', 'YES']);
    case 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet':
      return readSheet(path, folder);
    default:
      return readRows(path, folder);
  }
}

/** The rows of a sheet with the shapes of its column of WKT. */
function readSheet(path: string, folder: string): RowSet {
  const found = readRows(path, folder, ['--config', 'OGR_XLSX_HEADERS', 'FORCE']);
  const place = found.fields.findIndex(({ name }) => name === 'WKT');
  if (place < 0) return found;
  const csv = join(folder, `wkt-${counter++}.csv`);
  writeFileSync(
    csv,
    ['WKT,n', ...found.rows.map(({ values }, n) => `"${(values[place] as string | null) ?? ''}",${n}`)].join(
      '\n',
    ),
  );
  const shapes = readRows(csv, folder, [
    '-oo',
    'GEOM_POSSIBLE_NAMES=WKT',
    '-oo',
    'KEEP_GEOM_COLUMNS=NO',
  ]).rows;
  return {
    fields: found.fields.toSpliced(place, 1),
    rows: found.rows.map(({ values }, index) => ({
      values: values.toSpliced(place, 1),
      shape: shapes[index]?.shape ?? null,
    })),
  };
}
