import { EngineError } from '../engine-error.ts';
import { type Column, createColumn, type FeatureBatch } from '../features/feature-batch.ts';
import { GeometryBuilder, type GeometryMark } from '../features/geometry-builder.ts';
import { WkbReader } from '../features/wkb-reader.ts';
import type { FeatureRows } from './feature-rows.ts';
import { wkbStart } from './geopackage-blob.ts';
import { openGeoPackage, sourceError } from './geopackage-file.ts';
import type { Field, GeoPackageTable } from './layer.ts';
import { SqlRows } from './sql-rows.ts';
import type { StoredValue } from './sqlite-record.ts';
import { findStoredTable, StoredRows } from './stored-rows.ts';

/** Blocks end at whichever comes first, so that memory does not depend on the data. */
const blockFeatures = 8192;
const blockPositions = 400_000;
const blockBytes = 16 * 1024 * 1024;
/** Ids that are looked at together, to see how close they lie. */
const idSlice = 1024;

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

/** Values that did not fit their field's declared type, by field: SQLite lets any value into any column. */
export type Mistyped = Map<string, number>;

/**
 * Reads the features of a table in blocks of columns, all of them or those of given ids, in the order of their ids.
 * One block is alive at a time: its arrays are used again for the next.
 */
export class FeatureReader {
  readonly #rows: FeatureRows;
  readonly #source: GeoPackageTable;
  readonly #fields: readonly Field[];
  readonly #columns: Column[];
  readonly #fids = new Float64Array(blockFeatures);
  readonly #wkb: WkbReader | null;
  #length = 0;
  #bytes = 0;
  readonly builder: GeometryBuilder | null;
  readonly mistyped: Mistyped = new Map();
  /** Collections so far whose inner collections and multi geometries came apart. */
  flattened = 0;
  /** Features so far without Z, or without M, where all are brought to it. */
  lackingZ = 0;
  lackingM = 0;

  private constructor(rows: FeatureRows, source: GeoPackageTable, options: ReadOptions) {
    this.#rows = rows;
    this.#source = source;
    this.#fields = options.fields;
    this.#columns = options.fields.map((field) => createColumn(field, blockFeatures));
    this.builder = source.geometry === null ? null : new GeometryBuilder(options.hasZ, options.hasM);
    this.#wkb = this.builder === null ? null : new WkbReader(this.builder);
  }

  /** @throws EngineError `source-unavailable` | `source-corrupt` */
  static open(source: GeoPackageTable, options: ReadOptions): FeatureReader {
    return new FeatureReader(openRows(source, options.fields), source, options);
  }

  [Symbol.dispose](): void {
    this.#rows[Symbol.dispose]();
  }

  /** The features whose ids lie in a range: from the first to before the second, or to the end. */
  *readRange(from: number, before: number | null): Generator<FeatureBatch> {
    yield* this.#guarded(this.#range(from, before));
  }

  /** The features of some ids, which must be in ascending order, as far as the filter lets them through. */
  *readSelected(ids: Float64Array, filter: GeometryFilter): Generator<FeatureBatch> {
    yield* this.#guarded(this.#selected(ids, filter));
  }

  *#guarded(blocks: Generator<FeatureBatch>): Generator<FeatureBatch> {
    try {
      yield* blocks;
    } catch (error) {
      throw sourceError(error, this.#source.path);
    }
  }

  *#range(from: number, before: number | null): Generator<FeatureBatch> {
    this.#rows.seek(from, before);
    while (this.#rows.next()) {
      this.#append(null);
      if (this.#isFull()) yield this.#take();
    }
    yield* this.#rest();
  }

  /** Ids that lie close together are read by a scan over their range, others one by one. */
  *#selected(ids: Float64Array, filter: GeometryFilter): Generator<FeatureBatch> {
    for (let first = 0; first < ids.length; first += idSlice) {
      const wanted = ids.subarray(first, first + idSlice);
      const isClose = wanted.length * 3 >= wanted.at(-1)! - wanted[0]! + 1;
      if (isClose) this.#rows.seek(wanted[0]!, wanted.at(-1)! + 1);
      for (const id of wanted) {
        if (!(isClose ? this.#scanTo(id) : this.#rows.find(id))) throw this.#missing(id);
        this.#append(filter);
        if (this.#isFull()) yield this.#take();
      }
    }
    yield* this.#rest();
  }

  /** Goes on to the row of an id; false where it is passed. */
  #scanTo(id: number): boolean {
    while (this.#rows.next()) if (this.#rows.fid >= id) return this.#rows.fid === id;
    return false;
  }

  #isFull(): boolean {
    return (
      !this.#isTaken &&
      (this.#length === blockFeatures ||
        this.#bytes > blockBytes ||
        (this.builder !== null && this.builder.positionCount > blockPositions))
    );
  }

  *#rest(): Generator<FeatureBatch> {
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

  /** Takes the row over, unless the filter leaves it out. */
  #append(filter: GeometryFilter | null): void {
    if (this.#isTaken) this.#clear();
    const rows = this.#rows;
    if (this.#wkb !== null) {
      const mark = filter === null ? null : this.builder!.mark();
      this.#appendGeometry(this.#wkb);
      if (filter !== null && !filter(mark!)) return;
      this.#noteChanges(this.#wkb);
    }
    const at = this.#length;
    this.#fids[at] = rows.fid;
    for (let index = 0; index < this.#fields.length; index++) {
      this.#put(this.#columns[index]!, at, { field: this.#fields[index]!, value: rows.value(index) });
    }
    this.#length += 1;
  }

  #noteChanges({ wasFlattened, lackedZ, lackedM }: WkbReader): void {
    if (wasFlattened) this.flattened += 1;
    if (lackedZ) this.lackingZ += 1;
    if (lackedM) this.lackingM += 1;
  }

  #appendGeometry(wkb: WkbReader): void {
    const rows = this.#rows;
    try {
      const stored = rows.locateGeometry();
      if (stored === 'none') return wkb.appendNone();
      if (stored === 'other')
        throw new EngineError('source-corrupt', 'A geometry is damaged: it is not a blob.');
      const { geometryBytes: bytes, geometryStart: start, geometryEnd: end } = rows;
      wkb.append(bytes, wkbStart(bytes, start, end), end);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const detail = `${this.#source.path}, table ${this.#source.table}, feature ${rows.fid}: ${error.message}`;
      throw new EngineError(error.code, detail, { cause: error });
    }
  }

  #put(column: Column, at: number, { field, value }: { field: Field; value: StoredValue }): void {
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
    { field, value }: { field: Field; value: StoredValue },
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
    } else if (typeof value === 'bigint') {
      column.values[at] = Number(value);
      if (field.type === 'integer64') (column.exact ??= new Map()).set(at, value);
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

  #missing(id: number): EngineError {
    return new EngineError(
      'source-changed',
      `${this.#source.path}, table ${this.#source.table}: its spatial index names feature ${id}, which is not there. Was the file changed while it was read, or its index not kept up to date?`,
    );
  }
}

/** From the file's pages where that can be done, else through SQLite. */
function openRows(source: GeoPackageTable, fields: readonly Field[]): FeatureRows {
  const database = openGeoPackage(source.path);
  try {
    const stored = findStoredTable(database, source, fields);
    const rows = stored === null ? null : StoredRows.open(source.path, stored);
    if (rows === null) return new SqlRows(database, source, fields);
    database.close();
    return rows;
  } catch (error) {
    database.close();
    throw sourceError(error, source.path);
  }
}
