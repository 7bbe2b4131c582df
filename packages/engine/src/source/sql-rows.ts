import type Database from 'better-sqlite3';

import type { FeatureRows } from './feature-rows.ts';
import { quoteIdentifier } from './geopackage-file.ts';
import type { Field, GeoPackageTable } from './layer.ts';
import type { StoredValue } from './sqlite-record.ts';

type Row = StoredValue[];

const nothing = new Uint8Array(0);

/** Rows that SQLite reads: of any table or view, in any file. */
export class SqlRows implements FeatureRows {
  readonly #database: Database.Database;
  readonly #all: Database.Statement;
  readonly #range: Database.Statement;
  readonly #single: Database.Statement;
  #rows: IterableIterator<Row> | null = null;
  #row: Row = [];
  fid = 0;
  geometryBytes: Uint8Array = nothing;
  readonly geometryStart = 0;
  geometryEnd = 0;

  /** Takes the database over, and closes it in the end. */
  constructor(database: Database.Database, source: GeoPackageTable, fields: readonly Field[]) {
    const fid = quoteIdentifier(source.fidColumn);
    const geometry = source.geometry === null ? 'NULL' : quoteIdentifier(source.geometry.name);
    const columns = [fid, geometry, ...fields.map(expressionOf)].join(', ');
    const select = `SELECT ${columns} FROM ${quoteIdentifier(source.table)} WHERE ${fid}`;
    this.#database = database;
    this.#all = database.prepare(`${select} >= ? ORDER BY ${fid}`).raw();
    this.#range = database.prepare(`${select} >= ? AND ${fid} < ? ORDER BY ${fid}`).raw();
    this.#single = database.prepare(`${select} = ?`).raw();
  }

  [Symbol.dispose](): void {
    this.#rows?.return?.();
    this.#database.close();
  }

  seek(from: number, before: number | null): void {
    this.#rows?.return?.();
    const rows = before === null ? this.#all.iterate(from) : this.#range.iterate(from, before);
    this.#rows = rows as IterableIterator<Row>;
  }

  next(): boolean {
    const step = this.#rows?.next();
    if (step === undefined || step.done === true) {
      this.#rows = null;
      return false;
    }
    return this.#take(step.value);
  }

  find(fid: number): boolean {
    this.#rows?.return?.();
    this.#rows = null;
    const row = this.#single.get(fid) as Row | undefined;
    return row !== undefined && this.#take(row);
  }

  locateGeometry(): 'none' | 'blob' | 'other' {
    const blob = this.#row[1];
    if (blob === null) return 'none';
    if (!(blob instanceof Uint8Array)) return 'other';
    this.geometryBytes = blob;
    this.geometryEnd = blob.length;
    return 'blob';
  }

  /** Integers beyond 2^53 come as text. */
  value(field: number): StoredValue {
    return this.#row[field + 2]!;
  }

  #take(row: Row): true {
    this.#row = row;
    this.fid = Number(row[0]);
    return true;
  }
}

/** Integers beyond 2^53 are asked for as text: as numbers they would lose digits. */
function expressionOf(field: Field): string {
  const name = quoteIdentifier(field.name);
  if (field.type !== 'integer64') return name;
  return `CASE WHEN typeof(${name}) <> 'integer' OR ${name} BETWEEN -9007199254740991 AND 9007199254740991 THEN ${name} ELSE CAST(${name} AS TEXT) END`;
}
