import { rmSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import { quoteIdentifier } from '../source/geopackage-file.ts';
import { diskError } from './block-file.ts';
import type { AssembleOptions, BlockAssembler, BlockFormat } from './block-format.ts';
import { GeoPackageEncoder, type GeoPackagePiece, pieceTable, quickPragmas } from './geopackage-encoder.ts';
import {
  createContents,
  createGeopackageTables,
  createIndexTriggers,
  createRowsTable,
  finishContents,
  geoPackageNames,
  registerSpatialIndex,
} from './geopackage-schema.ts';
import type { OutputSchema } from './output-schema.ts';
import { PackedRtree } from './packed-rtree.ts';

/** GeoPackage 1.3 with an R-tree, one layer or table a file. The ids of the features are those of the source. */
export const geoPackageFormat: BlockFormat<GeoPackagePiece> = {
  createEncoder: (options) => new GeoPackageEncoder(options),
  createAssembler: (options) => new GeoPackageAssembler(options),
};

class GeoPackageAssembler implements BlockAssembler<GeoPackagePiece> {
  readonly #path: string;
  readonly #schema: OutputSchema;
  readonly #database: Database.Database;
  readonly #rtree = new PackedRtree();

  constructor({ schema, folder }: AssembleOptions) {
    this.#schema = schema;
    this.#path = join(folder, `${schema.name}.gpkg`);
    this.#database = this.#guarded(() => createFile(this.#path, schema));
  }

  /**
   * Both tables have the same columns, so SQLite copies whole records from one tree to the end of the other without
   * decoding them (the transfer optimisation of INSERT ... SELECT).
   */
  append({ path, fids, boxes }: GeoPackagePiece): void {
    this.#guarded(() => {
      this.#database.prepare('ATTACH ? AS piece').run(path);
      this.#database.exec(
        `INSERT INTO main.${quoteIdentifier(this.#schema.name)} SELECT * FROM piece.${quoteIdentifier(pieceTable)}`,
      );
      this.#database.exec('DETACH piece');
    });
    rmSync(path, { force: true });
    this.#rtree.add(fids, boxes);
  }

  finish(): void {
    this.#guarded(() => {
      const database = this.#database;
      const { geometry, name } = this.#schema;
      if (geometry !== null) {
        const names = geoPackageNames(this.#schema);
        const index = { table: name, fid: names.fid, column: names.geometry ?? '' };
        database.exec('BEGIN');
        this.#rtree.write(database, registerSpatialIndex(database, index));
        createIndexTriggers(database, index);
        finishContents(database, name, this.#rtree.envelope);
        database.exec('COMMIT');
      }
      database.close();
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
}

function createFile(path: string, schema: OutputSchema): Database.Database {
  const database = new Database(path);
  try {
    quickPragmas(database);
    database.exec('BEGIN');
    createGeopackageTables(database, schema.geometry?.crs ?? null);
    createRowsTable(database, schema.name, schema);
    createContents(database, schema);
    database.exec('COMMIT');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
