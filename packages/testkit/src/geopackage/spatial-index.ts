import type { Database } from 'better-sqlite3';

import { quoteIdentifier } from './quote-identifier.ts';

/** What an R-tree belongs to. */
export interface IndexedColumn {
  readonly table: string;
  readonly geometryColumn: string;
  readonly fidColumn: string;
}

/** Creates the R-tree of a table, empty, and registers the extension. */
export function createSpatialIndex(database: Database, column: IndexedColumn): void {
  const name = quoteIdentifier(spatialIndexName(column));
  database.exec(`CREATE VIRTUAL TABLE ${name} USING rtree(id, minx, maxx, miny, maxy)`);
  database
    .prepare(
      `INSERT INTO gpkg_extensions VALUES (?, ?, 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')`,
    )
    .run(column.table, column.geometryColumn);
}

/** Name of the R-tree's virtual table. */
export function spatialIndexName(column: IndexedColumn): string {
  return `rtree_${column.table}_${column.geometryColumn}`;
}

/**
 * Adds the triggers that keep an R-tree true (GeoPackage 1.3, annex F.3). They call SQL functions that SQLite itself
 * does not have, so they are added after the rows.
 */
export function createSpatialIndexTriggers(database: Database, column: IndexedColumn): void {
  const { table, geometryColumn, fidColumn } = column;
  const [t, g, i] = [table, geometryColumn, fidColumn].map(quoteIdentifier);
  const index = quoteIdentifier(spatialIndexName(column));
  const trigger = (suffix: string): string =>
    `CREATE TRIGGER ${quoteIdentifier(`${spatialIndexName(column)}_${suffix}`)} AFTER`;
  const isThere = `(NEW.${g} NOTNULL AND NOT ST_IsEmpty(NEW.${g}))`;
  const isMissing = `(NEW.${g} ISNULL OR ST_IsEmpty(NEW.${g}))`;
  const replace = `INSERT OR REPLACE INTO ${index} VALUES (NEW.${i}, ST_MinX(NEW.${g}), ST_MaxX(NEW.${g}), ST_MinY(NEW.${g}), ST_MaxY(NEW.${g}));`;
  const remove = `DELETE FROM ${index} WHERE id = OLD.${i};`;
  database.exec(`
    ${trigger('insert')} INSERT ON ${t} WHEN ${isThere} BEGIN ${replace} END;
    ${trigger('update1')} UPDATE OF ${g} ON ${t} WHEN OLD.${i} = NEW.${i} AND ${isThere} BEGIN ${replace} END;
    ${trigger('update2')} UPDATE OF ${g} ON ${t} WHEN OLD.${i} = NEW.${i} AND ${isMissing} BEGIN ${remove} END;
    ${trigger('update3')} UPDATE ON ${t} WHEN OLD.${i} != NEW.${i} AND ${isThere} BEGIN ${remove} ${replace} END;
    ${trigger('update4')} UPDATE ON ${t} WHEN OLD.${i} != NEW.${i} AND ${isMissing}
      BEGIN DELETE FROM ${index} WHERE id IN (OLD.${i}, NEW.${i}); END;
    ${trigger('delete')} DELETE ON ${t} WHEN OLD.${g} NOT NULL BEGIN ${remove} END;
  `);
}
