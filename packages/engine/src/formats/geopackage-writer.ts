import { join } from 'node:path';

import Database from 'better-sqlite3';

import type { Column, FeatureBatch } from '../features/feature-batch.ts';
import { type GeometryArray, envelopeInto, geometryKind } from '../features/geometry-array.ts';
import { WkbWriter } from '../features/wkb-writer.ts';
import { quoteIdentifier } from '../source/geopackage-file.ts';
import type { Field } from '../source/layer.ts';
import { diskError } from './block-file.ts';
import type { FeatureWriter, OutputGeometry, WriterOptions } from './feature-writer.ts';
import {
  createContents,
  createGeopackageTables,
  createIndexTriggers,
  createSpatialIndex,
  finishContents,
} from './geopackage-schema.ts';
import { uniqueName } from './unique-name.ts';

/** Header of a geometry blob with an envelope in x and y (GeoPackage 1.3, 2.1.3). */
const headerBytes = 8;
const envelopeBytes = 32;
const emptyFlag = 0b0001_0000;
const envelopeFlag = 0b0000_0010;
const littleEndianFlag = 1;

/** GeoPackage 1.3 with an R-tree, one layer or table a file. The ids of the features are those of the source. */
export class GeoPackageWriter implements FeatureWriter {
  readonly #path: string;
  readonly #fid: string;
  readonly #database: Database.Database;
  readonly #insert: Database.Statement;
  readonly #index: Database.Statement | null;
  readonly #fields: readonly Field[];
  readonly #options: WriterOptions;
  readonly #geometry: OutputGeometry | null;
  readonly #promote: boolean;
  readonly #wkb = new WkbWriter();
  readonly #box = new Float64Array(4);
  readonly #row: unknown[];
  readonly #envelope = [Infinity, Infinity, -Infinity, -Infinity];

  constructor(options: WriterOptions) {
    const { schema } = options;
    const names = schema.fields.map(({ name }) => name);
    const fid = uniqueName(schema.fidColumn === 'rowid' ? 'fid' : schema.fidColumn, names);
    this.#fid = fid;
    this.#options = options;
    this.#fields = schema.fields;
    this.#geometry =
      schema.geometry === null
        ? null
        : { ...schema.geometry, column: uniqueName(schema.geometry.column, [...names, fid]) };
    this.#promote = schema.geometry?.type.startsWith('MULTI') === true;
    this.#path = join(options.folder, `${schema.name}.gpkg`);
    this.#database = this.#guarded(() => this.#createFile(fid));
    const columns = [fid, ...(this.#geometry === null ? [] : [this.#geometry.column]), ...names];
    const marks = columns.map(() => '?').join(', ');
    this.#insert = this.#database.prepare(
      `INSERT INTO ${quoteIdentifier(schema.name)} (${columns.map(quoteIdentifier).join(', ')}) VALUES (${marks})`,
    );
    this.#index =
      this.#geometry === null
        ? null
        : this.#database.prepare(
            `INSERT INTO ${quoteIdentifier(`rtree_${schema.name}_${this.#geometry.column}`)} VALUES (?, ?, ?, ?, ?)`,
          );
    this.#row = columns.map(() => null);
  }

  write(batch: FeatureBatch): void {
    this.#guarded(() => {
      for (let row = 0; row < batch.length; row++) this.#writeRow(batch, row);
    });
  }

  finish(): void {
    this.#guarded(() => {
      const { schema } = this.#options;
      const [minX, minY, maxX, maxY] = this.#envelope as [number, number, number, number];
      const envelope = minX <= maxX ? ([minX, minY, maxX, maxY] as const) : null;
      finishContents(this.#database, schema.name, envelope);
      this.#database.exec('COMMIT');
      if (this.#geometry !== null) {
        createIndexTriggers(this.#database, {
          table: schema.name,
          fid: this.#fid,
          column: this.#geometry.column,
        });
      }
      this.#database.close();
    });
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw diskError(error, this.#path);
    }
  }

  #createFile(fid: string): Database.Database {
    const { schema } = this.#options;
    const database = new Database(this.#path);
    try {
      // The file is nobody else's until it is finished: no journal, no sync, no locks taken twice.
      database.pragma('page_size = 4096');
      database.pragma('journal_mode = OFF');
      database.pragma('synchronous = OFF');
      database.pragma('locking_mode = EXCLUSIVE');
      database.pragma('cache_size = -32768');
      createGeopackageTables(database, this.#geometry?.crs ?? null);
      createContents(database, { ...schema, geometry: this.#geometry, fidColumn: fid });
      if (this.#geometry !== null)
        createSpatialIndex(database, { table: schema.name, fid, column: this.#geometry.column });
      database.exec('BEGIN');
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  #writeRow(batch: FeatureBatch, row: number): void {
    const values = this.#row;
    const fid = batch.fids[row]!;
    let at = 0;
    values[at++] = fid;
    if (this.#geometry !== null) values[at++] = this.#blob(batch.geometry!, row);
    for (let index = 0; index < this.#fields.length; index++) {
      values[at++] = valueOf(batch.columns[index]!, row);
    }
    this.#insert.run(values);
    if (this.#index === null || Number.isNaN(this.#box[0])) return;
    const [minX, minY, maxX, maxY] = this.#box as unknown as [number, number, number, number];
    this.#index.run(fid, minX, maxX, minY, maxY);
    const total = this.#envelope as [number, number, number, number];
    if (minX < total[0]) total[0] = minX;
    if (minY < total[1]) total[1] = minY;
    if (maxX > total[2]) total[2] = maxX;
    if (maxY > total[3]) total[3] = maxY;
  }

  /** The blob of a geometry; leaves its envelope in `#box`. Points need none in the blob: they are their own. */
  #blob(geometry: GeometryArray, row: number): Buffer | null {
    envelopeInto(geometry, row, this.#box);
    if (geometry.kinds[row] === geometryKind.none) return null;
    const isEmpty = Number.isNaN(this.#box[0]);
    const hasEnvelope = !isEmpty && geometry.kinds[row] !== geometryKind.point;
    const wkb = this.#wkb;
    wkb.reset();
    wkb.skip(hasEnvelope ? headerBytes + envelopeBytes : headerBytes);
    wkb.write(geometry, row, { promote: this.#promote });
    const { view } = wkb;
    view.setUint16(0, 0x4750);
    view.setUint8(2, 0);
    view.setUint8(3, littleEndianFlag | (hasEnvelope ? envelopeFlag : 0) | (isEmpty ? emptyFlag : 0));
    view.setInt32(4, this.#geometry?.crs?.epsg ?? -1, true);
    if (hasEnvelope) {
      view.setFloat64(8, this.#box[0]!, true);
      view.setFloat64(16, this.#box[2]!, true);
      view.setFloat64(24, this.#box[1]!, true);
      view.setFloat64(32, this.#box[3]!, true);
    }
    return wkb.bytesFrom(0);
  }
}

function valueOf(column: Column, row: number): unknown {
  if (column.kind !== 'number') return column.values[row] ?? null;
  if (column.nulls[row] === 1) return null;
  return column.exact?.get(row) ?? column.values[row];
}
