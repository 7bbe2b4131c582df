import type Database from 'better-sqlite3';

import { EngineError } from '../engine-error.ts';
import { type Column, createColumn, type FeatureBatch } from '../features/feature-batch.ts';
import { GeometryBuilder, type GeometryMark } from '../features/geometry-builder.ts';
import { WkbReader } from '../features/wkb-reader.ts';
import { wkbStart } from './geopackage-blob.ts';
import { openGeoPackage, quoteIdentifier, sourceError } from './geopackage-file.ts';
import type { Field, GeoPackageTable } from './layer.ts';

/** Blocks end at whichever comes first, so that memory does not depend on the data. */
const blockFeatures = 8192;
const blockPositions = 400_000;
const blockBytes = 16 * 1024 * 1024;

/** What to read of a table. */
export interface ReadOptions {
  readonly fields: readonly Field[];
  /** The dimensions that all geometries are brought to. */
  readonly hasZ: boolean;
  readonly hasM: boolean;
}

/**
 * Decides about the geometry last appended to the builder, from the mark on, which it may replace; where it answers
 * false it has taken it back, and the feature is left out.
 */
export type GeometryFilter = (mark: GeometryMark) => boolean;

type Row = (number | bigint | string | Buffer | null)[];

/** Values that did not fit their field's declared type, by field: SQLite lets any value into any column. */
export type Mistyped = Map<string, number>;

/**
 * Reads the features of a table in blocks of columns, all of them or those of given ids, in the order of their ids.
 * One block is alive at a time: its arrays are used again for the next.
 */
export class FeatureReader {
  readonly #database: Database.Database;
  readonly #source: GeoPackageTable;
  readonly #fields: readonly Field[];
  readonly #columns: Column[];
  readonly #fids = new Float64Array(blockFeatures);
  readonly #wkb: WkbReader | null;
  readonly #select: string;
  #length = 0;
  #bytes = 0;
  readonly builder: GeometryBuilder | null;
  readonly mistyped: Mistyped = new Map();

  private constructor(database: Database.Database, source: GeoPackageTable, options: ReadOptions) {
    this.#database = database;
    this.#source = source;
    this.#fields = options.fields;
    this.#columns = options.fields.map((field) => createColumn(field, blockFeatures));
    this.builder = source.geometry === null ? null : new GeometryBuilder(options.hasZ, options.hasM);
    this.#wkb = this.builder === null ? null : new WkbReader(this.builder);
    const geometry = source.geometry === null ? 'NULL' : quoteIdentifier(source.geometry.name);
    const columns = [quoteIdentifier(source.fidColumn), geometry, ...options.fields.map(expressionOf)];
    this.#select = `SELECT ${columns.join(', ')} FROM ${quoteIdentifier(source.table)}`;
  }

  /** @throws EngineError `source-unavailable` | `source-corrupt` */
  static open(source: GeoPackageTable, options: ReadOptions): FeatureReader {
    return new FeatureReader(openGeoPackage(source.path), source, options);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  /** The features whose ids lie in a range: from the first to before the second, or to the end. */
  *readRange(from: number, before: number | null): Generator<FeatureBatch> {
    const fid = quoteIdentifier(this.#source.fidColumn);
    const end = before === null ? '' : `AND ${fid} < ?`;
    const rows = this.#rows(
      `WHERE ${fid} >= ? ${end} ORDER BY ${fid}`,
      before === null ? [from] : [from, before],
    );
    yield* this.#guarded(this.#blocks(rows, null));
  }

  /** The features of some ids, which must be in ascending order, as far as the filter lets them through. */
  *readSelected(ids: Float64Array, filter: GeometryFilter): Generator<FeatureBatch> {
    yield* this.#guarded(this.#blocks(this.#selectedRows(ids), filter));
  }

  *#guarded(blocks: Generator<FeatureBatch>): Generator<FeatureBatch> {
    try {
      yield* blocks;
    } catch (error) {
      throw sourceError(error, this.#source.path);
    }
  }

  *#blocks(rows: Iterable<Row>, filter: GeometryFilter | null): Generator<FeatureBatch> {
    for (const row of rows) {
      if (!this.#append(row, filter)) continue;
      const isFull =
        this.#length === blockFeatures ||
        this.#bytes > blockBytes ||
        (this.builder !== null && this.builder.positionCount > blockPositions);
      if (isFull) yield this.#take();
    }
    if (this.#length > 0 && !this.#isTaken) yield this.#take();
  }

  #take(): FeatureBatch {
    const batch = { length: this.#length, fids: this.#fids, geometry: this.builder, columns: this.#columns };
    // Cleared when the next block begins to be filled, which is after this one has been used.
    this.#isTaken = true;
    return batch;
  }

  #isTaken = false;

  #clear(): void {
    this.#isTaken = false;
    this.#length = 0;
    this.#bytes = 0;
    this.builder?.reset();
    for (const column of this.#columns) {
      if (column.kind === 'number') column.exact = null;
      else column.values.length = 0;
    }
  }

  #append(row: Row, filter: GeometryFilter | null): boolean {
    if (this.#isTaken) this.#clear();
    const fid = Number(row[0]);
    if (this.#wkb !== null) {
      const mark = filter === null ? null : this.builder!.mark();
      this.#appendGeometry(row[1] as Buffer | null, fid);
      if (filter !== null && !filter(mark!)) return false;
    }
    const at = this.#length;
    this.#fids[at] = fid;
    for (let index = 0; index < this.#fields.length; index++) {
      this.#put(this.#columns[index]!, at, { field: this.#fields[index]!, value: row[index + 2]! });
    }
    this.#length += 1;
    return true;
  }

  #appendGeometry(blob: Buffer | string | number | null, fid: number): void {
    try {
      if (blob === null) this.#wkb!.appendNone();
      else if (blob instanceof Uint8Array) this.#wkb!.append(blob, wkbStart(blob));
      else throw new EngineError('source-corrupt', 'A geometry is damaged: it is not a blob.');
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const detail = `${this.#source.path}, table ${this.#source.table}, feature ${fid}: ${error.message}`;
      throw new EngineError(error.code, detail, { cause: error });
    }
  }

  #put(column: Column, at: number, { field, value }: { field: Field; value: Row[number] }): void {
    switch (column.kind) {
      case 'number':
        this.#putNumber(column, at, { field, value });
        break;
      case 'text':
        column.values[at] = value === null || typeof value === 'string' ? value : this.#asText(field, value);
        if (typeof value === 'string') this.#bytes += value.length;
        break;
      case 'blob':
        column.values[at] =
          value === null || value instanceof Uint8Array ? value : Buffer.from(String(value));
        if (value instanceof Uint8Array) this.#bytes += value.length;
        break;
    }
  }

  #putNumber(
    column: Extract<Column, { kind: 'number' }>,
    at: number,
    { field, value }: { field: Field; value: Row[number] },
  ): void {
    column.nulls[at] = value === null ? 1 : 0;
    column.values[at] = 0;
    if (typeof value === 'number') {
      const isWhole = field.type === 'real' || field.type === 'boolean' || Number.isInteger(value);
      column.values[at] = isWhole ? value : Math.trunc(value);
      if (!isWhole) this.#mistype(field);
    } else if (typeof value === 'string') {
      // Integers beyond 2^53 come as text, so that no digit is lost.
      const isExact = field.type === 'integer64' && /^-?\d+$/.test(value);
      const number = value.trim() === '' ? NaN : Number(value);
      column.values[at] = number;
      if (isExact) (column.exact ??= new Map()).set(at, BigInt(value));
      else this.#mistype(field);
      if (Number.isNaN(number)) column.nulls[at] = 1;
    } else if (value !== null) {
      this.#mistype(field);
      column.nulls[at] = 1;
    }
  }

  #asText(field: Field, value: number | bigint | Buffer): string | null {
    this.#mistype(field);
    return value instanceof Uint8Array ? null : String(value);
  }

  #mistype(field: Field): void {
    this.mistyped.set(field.name, (this.mistyped.get(field.name) ?? 0) + 1);
  }

  #rows(condition: string, parameters: number[]): IterableIterator<Row> {
    return this.#database
      .prepare(`${this.#select} ${condition}`)
      .raw()
      .iterate(...parameters) as IterableIterator<Row>;
  }

  /** Ids that lie close together are read by a scan over their range, others one by one. */
  *#selectedRows(ids: Float64Array): Generator<Row> {
    const fid = quoteIdentifier(this.#source.fidColumn);
    const range = this.#database
      .prepare(`${this.#select} WHERE ${fid} BETWEEN ? AND ? ORDER BY ${fid}`)
      .raw();
    const single = this.#database.prepare(`${this.#select} WHERE ${fid} = ?`).raw();
    const slice = 1024;
    for (let first = 0; first < ids.length; first += slice) {
      const wanted = ids.subarray(first, first + slice);
      const span = wanted.at(-1)! - wanted[0]! + 1;
      if (wanted.length * 3 < span) {
        for (const id of wanted) yield this.#required(single.get(id) as Row | undefined, id);
        continue;
      }
      let next = 0;
      for (const row of range.iterate(wanted[0], wanted.at(-1)) as IterableIterator<Row>) {
        if (Number(row[0]) !== wanted[next]) continue;
        next += 1;
        yield row;
      }
      if (next < wanted.length) this.#required(undefined, wanted[next]!);
    }
  }

  #required(row: Row | undefined, id: number): Row {
    if (row !== undefined) return row;
    throw new EngineError(
      'source-changed',
      `${this.#source.path}, table ${this.#source.table}: its spatial index names feature ${id}, which is not there. Was the file changed while it was read, or its index not kept up to date?`,
    );
  }
}

/** Integers beyond 2^53 are asked for as text: as numbers they would lose digits. */
function expressionOf(field: Field): string {
  const name = quoteIdentifier(field.name);
  if (field.type !== 'integer64') return name;
  return `CASE WHEN typeof(${name}) <> 'integer' OR ${name} BETWEEN -9007199254740991 AND 9007199254740991 THEN ${name} ELSE CAST(${name} AS TEXT) END`;
}
