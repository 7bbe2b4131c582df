import Database from 'better-sqlite3';

import { type Envelope, envelopeInto } from '../features/geometry-array.ts';
import { GeometryBuilder } from '../features/geometry-builder.ts';
import { diskError } from '../formats/block-file.ts';
import { WkbReader } from '../features/wkb-reader.ts';
import { wkbStart } from './geopackage-blob.ts';
import { quoteIdentifier } from './geopackage-file.ts';
import type { GeoPackageTable, GeometryColumn } from './layer.ts';
import { makeWholeFile } from './whole-file.ts';

/** An R-tree of a layer: the source's own, or one of ours in a file aside. Plain data. */
export interface SpatialIndex {
  readonly path: string;
  readonly table: string;
}

/** The source's own R-tree (GeoPackage 1.3, annex F.3), or null where it has none that covers its features. */
export function findSpatialIndex(
  database: Database.Database,
  source: GeoPackageTable,
  column: GeometryColumn,
): SpatialIndex | null {
  const table = `rtree_${source.table}_${column.name}`;
  const found = database
    .prepare<[string], { name: string }>(
      "SELECT name FROM sqlite_master WHERE lower(name) = lower(?) AND sql LIKE '%rtree%'",
    )
    .get(table);
  if (found === undefined) return null;
  const [indexed, placed] = [
    `SELECT count(*) FROM ${quoteIdentifier(`${found.name}_rowid`)}`,
    `SELECT count(${quoteIdentifier(column.name)}) FROM ${quoteIdentifier(source.table)}`,
  ].map((sql) => database.prepare<[], number>(sql).pluck().get()!) as [number, number];
  // Empty geometries are not indexed; a tree with less than nearly everything was not kept up to date.
  const isComplete =
    indexed === placed || (indexed < placed && indexed === countPlaced(database, source, column));
  return isComplete ? { path: source.path, table: found.name } : null;
}

/** How many geometries are not empty, by the flag in their header (GeoPackage 1.3, table 5). */
function countPlaced(database: Database.Database, source: GeoPackageTable, column: GeometryColumn): number {
  const name = quoteIdentifier(column.name);
  return database
    .prepare<[], number>(
      `SELECT count(*) FROM ${quoteIdentifier(source.table)}
       WHERE ${name} IS NOT NULL AND substr(hex(substr(${name}, 4, 1)), 1, 1) NOT IN ('1', '3', '5', '7', '9', 'B', 'D', 'F')`,
    )
    .pluck()
    .get()!;
}

/**
 * Builds the R-tree of a layer in a file of its own.
 *
 * @throws EngineError `source-corrupt` | `disk-full`
 */
export function buildSpatialIndex(
  database: Database.Database,
  source: GeoPackageTable,
  { column, indexPath }: { column: GeometryColumn; indexPath: string },
): SpatialIndex {
  try {
    makeWholeFile(indexPath, (temporary) => fillIndex(database, source, { column, temporary }));
  } catch (error) {
    throw diskError(error, indexPath);
  }
  return { path: indexPath, table: 'features' };
}

function fillIndex(
  database: Database.Database,
  source: GeoPackageTable,
  { column, temporary }: { column: GeometryColumn; temporary: string },
): void {
  const index = new Database(temporary);
  try {
    index.pragma('journal_mode = OFF');
    index.pragma('synchronous = OFF');
    index.exec('CREATE VIRTUAL TABLE features USING rtree(id, minx, maxx, miny, maxy); BEGIN');
    const insert = index.prepare('INSERT INTO features VALUES (?, ?, ?, ?, ?)');
    const rows = database
      .prepare<[], [number, Buffer | null]>(
        `SELECT ${quoteIdentifier(source.fidColumn)}, ${quoteIdentifier(column.name)} FROM ${quoteIdentifier(source.table)}`,
      )
      .raw()
      .iterate() as IterableIterator<[number, Buffer | null]>;
    const builder = new GeometryBuilder(false, false);
    const reader = new WkbReader(builder);
    const box = new Float64Array(4);
    for (const [fid, blob] of rows) {
      if (blob === null) continue;
      builder.reset();
      reader.append(blob, wkbStart(blob));
      envelopeInto(builder, 0, box);
      if (!Number.isNaN(box[0])) insert.run(fid, box[0], box[2], box[1], box[3]);
    }
    index.exec('COMMIT');
  } finally {
    index.close();
  }
}

/** The envelope of everything indexed, rounded outwards to 32 bits as the tree keeps it; null for an empty tree. */
export function indexEnvelope(index: SpatialIndex): Envelope | null {
  const database = new Database(index.path, { readonly: true });
  try {
    // The root's cells bound everything below them: node 1 holds, after 4 bytes, cells of an id and four 32-bit floats.
    const node = database
      .prepare<[], Buffer>(`SELECT data FROM ${quoteIdentifier(`${index.table}_node`)} WHERE nodeno = 1`)
      .pluck()
      .get();
    const cells = node === undefined ? 0 : node.readUInt16BE(2);
    if (node === undefined || cells === 0) return null;
    let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let at = 4; at < 4 + cells * 24; at += 24) {
      minX = Math.min(minX, node.readFloatBE(at + 8));
      maxX = Math.max(maxX, node.readFloatBE(at + 12));
      minY = Math.min(minY, node.readFloatBE(at + 16));
      maxY = Math.max(maxY, node.readFloatBE(at + 20));
    }
    return [minX, minY, maxX, maxY];
  } finally {
    database.close();
  }
}
