import { threadId } from 'node:worker_threads';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import type { Column, FeatureBatch } from '../features/feature-batch.ts';
import { type GeometryArray, envelopeInto, geometryKind } from '../features/geometry-array.ts';
import { WkbWriter } from '../features/wkb-writer.ts';
import { quoteIdentifier } from '../source/geopackage-file.ts';
import { diskError } from './block-file.ts';
import type { BlockEncoder, EncodedBlock, EncodeOptions } from './block-format.ts';
import { createRowsTable, type GeoPackageNames, geoPackageNames } from './geopackage-schema.ts';
import type { OutputSchema } from './output-schema.ts';

/** Header of a geometry blob with an envelope in x and y (GeoPackage 1.3, 2.1.3). */
const headerBytes = 8;
const envelopeBytes = 32;
const emptyFlag = 0b0001_0000;
const envelopeFlag = 0b0000_0010;
const littleEndianFlag = 1;

/** A block as rows in a database of its own, and what its R-tree entries will be. */
export interface GeoPackagePiece {
  /** Database with one table, of the same columns as the layer's. */
  readonly path: string;
  /** Ids of the features that have a place. */
  readonly fids: Float64Array<ArrayBuffer>;
  /** minX minY maxX maxY of each of those. */
  readonly boxes: Float64Array<ArrayBuffer>;
}

/** The table's name in a piece. */
export const pieceTable = 'piece';

/** Encodes blocks as tables that the assembler can take over record by record, without looking into them. */
export class GeoPackageEncoder implements BlockEncoder<GeoPackagePiece> {
  readonly #schema: OutputSchema;
  readonly #names: GeoPackageNames;
  readonly #folder: string;
  readonly #promote: boolean;
  readonly #wkb = new WkbWriter();
  readonly #box = new Float64Array(4);
  readonly #row: unknown[];
  #pieces = 0;

  constructor({ schema, pieceFolder }: EncodeOptions) {
    this.#schema = schema;
    this.#names = geoPackageNames(schema);
    this.#folder = pieceFolder;
    this.#promote = schema.geometry?.type.startsWith('MULTI') === true;
    this.#row = this.#names.columns.map(() => null);
  }

  encode(batch: FeatureBatch): EncodedBlock<GeoPackagePiece> {
    const path = join(this.#folder, `piece-${threadId}-${this.#pieces++}.sqlite`);
    try {
      return this.#encode(batch, path);
    } catch (error) {
      throw diskError(error, path);
    }
  }

  #encode(batch: FeatureBatch, path: string): EncodedBlock<GeoPackagePiece> {
    const fids = new Float64Array(batch.geometry === null ? 0 : batch.length);
    const boxes = new Float64Array(fids.length * 4);
    let placed = 0;
    const database = new Database(path);
    try {
      quickPragmas(database);
      createRowsTable(database, pieceTable, this.#schema);
      const marks = this.#names.columns.map(() => '?').join(', ');
      const insert = database.prepare(`INSERT INTO ${quoteIdentifier(pieceTable)} VALUES (${marks})`);
      database.exec('BEGIN');
      for (let row = 0; row < batch.length; row++) {
        this.#fillRow(batch, row);
        insert.run(this.#row);
        if (batch.geometry === null || Number.isNaN(this.#box[0])) continue;
        fids[placed] = batch.fids[row]!;
        boxes.set(this.#box, placed * 4);
        placed += 1;
      }
      database.exec('COMMIT');
    } finally {
      database.close();
    }
    const piece = { path, fids: fids.slice(0, placed), boxes: boxes.slice(0, placed * 4) };
    return { piece, transfer: [piece.fids.buffer, piece.boxes.buffer] };
  }

  #fillRow(batch: FeatureBatch, row: number): void {
    const values = this.#row;
    let at = 0;
    values[at++] = batch.fids[row]!;
    if (this.#schema.geometry !== null) values[at++] = this.#blob(batch.geometry!, row);
    for (const column of batch.columns) values[at++] = valueOf(column, row);
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
    view.setInt32(4, this.#schema.geometry?.crs?.epsg ?? -1, true);
    if (hasEnvelope) {
      view.setFloat64(8, this.#box[0]!, true);
      view.setFloat64(16, this.#box[2]!, true);
      view.setFloat64(24, this.#box[1]!, true);
      view.setFloat64(32, this.#box[3]!, true);
    }
    return wkb.bytesFrom(0);
  }
}

/** For files that are nobody else's until they are finished: no journal, no sync, no locks taken twice. */
export function quickPragmas(database: Database.Database): void {
  database.pragma('page_size = 4096');
  database.pragma('journal_mode = OFF');
  database.pragma('synchronous = OFF');
  database.pragma('locking_mode = EXCLUSIVE');
  database.pragma('cache_size = -32768');
}

function valueOf(column: Column, row: number): unknown {
  if (column.kind !== 'number') return column.values[row] ?? null;
  if (column.nulls[row] === 1) return null;
  return column.exact?.get(row) ?? column.values[row];
}
