import { utimesSync } from 'node:fs';

import Database from 'better-sqlite3';

import { findCrs } from '../crs/crs.ts';
import { type Envelope, envelopeInto } from '../features/geometry-array.ts';
import { GeometryBuilder } from '../features/geometry-builder.ts';
import { WkbReader } from '../features/wkb-reader.ts';
import { diskError } from '../formats/block-file.ts';
import { quickPragmas } from '../formats/geopackage-encoder.ts';
import {
  createContents,
  createGeopackageTables,
  createRowsTable,
  finishContents,
  geoPackageNames,
  registerSpatialIndex,
} from '../formats/geopackage-schema.ts';
import type { OutputSchema } from '../formats/output-schema.ts';
import { PackedRtree } from '../formats/packed-rtree.ts';
import { quoteIdentifier } from '../source/geopackage-file.ts';
import { listGeoPackageTables } from '../source/geopackage-tables.ts';
import type { GeoPackageTable } from '../source/layer.ts';
import { readValue } from './column-values.ts';
import type { PostgisConnection } from './postgis-connection.ts';
import type { PostgisTable } from './postgis-table.ts';
import { readRows } from './read-rows.ts';
import { rowsQuery } from './row-query.ts';

/** Which rows are fetched, and where to. */
export interface StageOptions {
  readonly path: string;
  /** In the table's CRS; null for all rows. */
  readonly area: Envelope | null;
  /** Of the rows in the area, those that may be in the region, by their box. */
  readonly mayMeet: (box: Envelope) => boolean;
  /** ISO 8601: the time that the file gets. */
  readonly modified: string;
  readonly signal: AbortSignal | undefined;
}

/** The rows that were fetched. */
export interface StagedTable {
  readonly table: GeoPackageTable;
  readonly rows: number;
}

/** Rows between looks at what else there is to do. */
const rowsAtOnce = 5000;
/** `GP`, version 0, little-endian and no envelope (GeoPackage 1.3, 2.1.3). */
const blobHeader = Buffer.from([0x47, 0x50, 0, 1]);

/**
 * Fetches rows of a table into a GeoPackage, once and as they are: from there on they are cropped, reprojected and
 * written like those of any other layer.
 *
 * @throws EngineError `source-unavailable` | `disk-full`; on abort, `signal.reason`
 */
export async function stageTable(
  { client }: PostgisConnection,
  source: PostgisTable,
  options: StageOptions,
): Promise<StagedTable> {
  const writer = new StageWriter(source, options);
  try {
    let count = 0;
    for await (const row of readRows(client, rowsQuery(source, options.area), options.signal)) {
      writer.append(row);
      if (++count % rowsAtOnce === 0) options.signal?.throwIfAborted();
    }
    writer.finish();
  } catch (error) {
    throw diskError(error, options.path);
  } finally {
    writer[Symbol.dispose]();
  }
  const modified = new Date(options.modified);
  utimesSync(options.path, modified, modified);
  return { table: listGeoPackageTables(options.path).tables[0]!, rows: writer.rows };
}

class StageWriter implements Disposable {
  readonly #source: PostgisTable;
  readonly #options: StageOptions;
  readonly #schema: OutputSchema;
  readonly #database: Database.Database;
  readonly #insert: Database.Statement;
  readonly #rtree = new PackedRtree();
  readonly #builder = new GeometryBuilder(false, false);
  readonly #reader = new WkbReader(this.#builder);
  readonly #box = new Float64Array(4);
  readonly #srid = Buffer.alloc(4);
  rows = 0;

  constructor(source: PostgisTable, options: StageOptions) {
    this.#source = source;
    this.#options = options;
    this.#schema = schemaOf(source, options.modified);
    this.#srid.writeInt32LE(this.#schema.geometry?.crs?.epsg ?? -1);
    const database = new Database(options.path);
    this.#database = database;
    quickPragmas(database);
    database.exec('BEGIN');
    createGeopackageTables(database, this.#schema.geometry?.crs ?? null);
    createRowsTable(database, this.#schema.name, this.#schema);
    createContents(database, this.#schema);
    const marks = geoPackageNames(this.#schema)
      .columns.map(() => '?')
      .join(', ');
    this.#insert = database.prepare(`INSERT INTO ${quoteIdentifier(this.#schema.name)} VALUES (${marks})`);
  }

  append([id, shape, ...values]: readonly (Buffer | null)[]): void {
    const fid = Number(id!.readBigInt64BE(0));
    const isPlaced = shape != null && this.#measure(shape);
    const box = this.#box as unknown as Envelope;
    // Where a region is asked for, what has no place is outside of it.
    if (this.#options.area !== null && !(isPlaced && this.#options.mayMeet(box))) return;
    const fields = this.#source.fields.map((field, index) => {
      const bytes = values[index] ?? null;
      return bytes === null ? null : readValue(field, bytes);
    });
    const geometry =
      this.#schema.geometry === null ? [] : [shape == null ? null : this.#blob(shape, isPlaced)];
    this.#insert.run([fid, ...geometry, ...fields]);
    this.rows += 1;
    if (isPlaced) this.#rtree.add(Float64Array.of(fid), this.#box);
  }

  finish(): void {
    const database = this.#database;
    const { geometry, name } = this.#schema;
    if (geometry !== null) {
      const names = geoPackageNames(this.#schema);
      const index = { table: name, fid: names.fid, column: names.geometry ?? '' };
      this.#rtree.write(database, registerSpatialIndex(database, index));
      finishContents(database, name, this.#rtree.envelope);
    }
    database.exec('COMMIT');
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  /** Finds the box of a geometry; false where it is empty. */
  #measure(wkb: Buffer): boolean {
    this.#builder.reset();
    this.#reader.append(wkb, 0);
    envelopeInto(this.#builder, 0, this.#box);
    return !Number.isNaN(this.#box[0]);
  }

  #blob(wkb: Buffer, isPlaced: boolean): Buffer {
    const header = isPlaced ? blobHeader : Buffer.from([0x47, 0x50, 0, 0b0001_0001]);
    return Buffer.concat([header, this.#srid, wkb]);
  }
}

function schemaOf(source: PostgisTable, modified: string): OutputSchema {
  const { geometry } = source;
  return {
    title: source.relation,
    description: '',
    name: 'staged',
    fidColumn: source.key ?? 'fid',
    fields: source.fields.map(({ name, type, maxLength }) =>
      maxLength === undefined ? { name, type } : { name, type, maxLength },
    ),
    fieldSurveys: [],
    geometry:
      geometry === null
        ? null
        : {
            column: geometry.name,
            type: geometry.type,
            hasZ: geometry.hasZ,
            hasM: geometry.hasM,
            crs: geometry.crs === null ? null : findCrs(geometry.crs),
            envelope: null,
            kinds: [],
          },
    modified,
  };
}
