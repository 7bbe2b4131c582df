import type Database from 'better-sqlite3';

import type { FeatureRows } from './feature-rows.ts';
import type { Field, GeoPackageTable } from './layer.ts';
import { SqlitePages } from './sqlite-pages.ts';
import { SqliteRecord, type StoredValue } from './sqlite-record.ts';
import { TableScan } from './table-scan.ts';

/** Where a table's rows begin, and which of its columns hold what. */
export interface StoredTable {
  readonly rootPage: number;
  /** -1 where there is none. */
  readonly geometryColumn: number;
  readonly fieldColumns: readonly number[];
}

/**
 * Rows read from the file's pages, without a call and objects for each value: several times faster than through SQLite,
 * for the tables that `findStoredTable` knows.
 */
export class StoredRows implements FeatureRows {
  readonly #pages: SqlitePages;
  readonly #scan: TableScan;
  readonly #record: SqliteRecord;
  readonly #table: StoredTable;
  #before = -Infinity;

  private constructor(pages: SqlitePages, table: StoredTable) {
    this.#pages = pages;
    this.#table = table;
    this.#scan = new TableScan(pages, table.rootPage);
    this.#record = new SqliteRecord(Math.max(table.geometryColumn, ...table.fieldColumns, 0) + 1);
  }

  /** Null where the file has to be read through SQLite. */
  static open(path: string, table: StoredTable): StoredRows | null {
    const pages = SqlitePages.open(path);
    return pages === null ? null : new StoredRows(pages, table);
  }

  [Symbol.dispose](): void {
    this.#pages[Symbol.dispose]();
  }

  get fid(): number {
    return this.#scan.rowid;
  }

  get geometryBytes(): Uint8Array {
    return this.#scan.bytes;
  }

  get geometryStart(): number {
    return this.#record.startOf(this.#table.geometryColumn);
  }

  get geometryEnd(): number {
    return this.#record.endOf(this.#table.geometryColumn);
  }

  seek(from: number, before: number | null): void {
    this.#scan.seek(from);
    this.#before = before ?? Infinity;
  }

  next(): boolean {
    const scan = this.#scan;
    if (!scan.next() || scan.rowid >= this.#before) return false;
    if (this.#record.read(scan.bytes, scan.start, scan.end)) return true;
    throw this.#pages.corrupt(`row ${scan.rowid} of a table is damaged`);
  }

  find(fid: number): boolean {
    this.seek(fid, fid + 1);
    return this.next();
  }

  locateGeometry(): 'none' | 'blob' | 'other' {
    const column = this.#table.geometryColumn;
    const stored = column < 0 ? 'null' : this.#record.storageClass(column);
    if (stored === 'null') return 'none';
    return stored === 'blob' ? 'blob' : 'other';
  }

  value(field: number): StoredValue {
    return this.#record.value(this.#table.fieldColumns[field]!);
  }
}

interface ColumnRow {
  readonly cid: number;
  readonly name: string;
  readonly type: string;
  readonly pk: number;
  readonly hidden: number;
  readonly dflt_value: string | null;
}

/**
 * How a table is stored, or null where its rows cannot be read from its pages: views, tables without rowid, computed
 * columns, columns that were added with a default, and keys of which SQLite makes no rowid.
 */
export function findStoredTable(
  database: Database.Database,
  source: GeoPackageTable,
  fields: readonly Field[],
): StoredTable | null {
  const master = database
    .prepare<[string], { rootpage: number; sql: string }>(
      "SELECT rootpage, sql FROM sqlite_master WHERE name = ? AND type = 'table'",
    )
    .get(source.table);
  const kind = database
    .prepare<[string], { type: string; wr: number }>(
      "SELECT type, wr FROM pragma_table_list(?) WHERE schema = 'main'",
    )
    .get(source.table);
  if (master === undefined || kind === undefined || kind.type !== 'table' || kind.wr !== 0) return null;
  const columns = database
    .prepare<[string], ColumnRow>('SELECT * FROM pragma_table_xinfo(?)')
    .all(source.table);
  const placeOf = (name: string): number => columns.find((column) => column.name === name)?.cid ?? -1;
  const geometryColumn = source.geometry === null ? -1 : placeOf(source.geometry.name);
  const fieldColumns = fields.map(({ name }) => placeOf(name));
  const isFound = !fieldColumns.includes(-1) && (source.geometry === null || geometryColumn >= 0);
  const isPlain = columns.every(
    ({ name, hidden, dflt_value, pk }) =>
      hidden === 0 &&
      dflt_value === null &&
      (pk === 0 || name === source.fidColumn || source.fidColumn === 'rowid'),
  );
  return isFound && isPlain && isRowid(source.fidColumn, columns, master.sql)
    ? { rootPage: master.rootpage, geometryColumn, fieldColumns }
    : null;
}

/** Whether a key is the rowid. `INTEGER PRIMARY KEY DESC` is not, for historical reasons. */
function isRowid(fidColumn: string, columns: readonly ColumnRow[], sql: string): boolean {
  const keys = columns.filter(({ pk }) => pk > 0);
  const isInteger = keys.length === 1 && keys[0]!.type.toUpperCase() === 'INTEGER';
  // A column of that name would hide it.
  if (fidColumn === 'rowid' && !isInteger) return columns.every(({ name }) => name.toLowerCase() !== 'rowid');
  return isInteger && keys[0]!.name === fidColumn && !/\bDESC\b/i.test(sql);
}
