import type { Database } from 'better-sqlite3';

import type { ColumnFixture, TableFixture } from './fixture.ts';
import { quoteIdentifier } from './quote-identifier.ts';

/** Names of the columns that every table has, or every feature table. */
export function structuralColumns(table: TableFixture): { fid: string; geometry: string | null } {
  return {
    fid: table.fidColumn ?? 'fid',
    geometry: table.geometry ? (table.geometry.column ?? 'geom') : null,
  };
}

/** Creates a table, empty, and registers it in the file's tables of contents. */
export function createTable(database: Database, table: TableFixture): void {
  const { fid, geometry } = structuralColumns(table);
  const columns = [`${quoteIdentifier(fid)} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL`];
  if (geometry !== null) columns.push(`${quoteIdentifier(geometry)} ${table.geometry?.type ?? 'GEOMETRY'}`);
  for (const column of table.columns ?? []) columns.push(declareColumn(column));
  database.exec(`CREATE TABLE ${quoteIdentifier(table.name)} (${columns.join(', ')})`);
  database
    .prepare(
      `INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES (?, ?, ?, ?, ?)`,
    )
    .run(
      table.name,
      table.geometry ? 'features' : 'attributes',
      table.identifier ?? table.name,
      table.description ?? '',
      table.geometry?.epsg ?? null,
    );
  registerGeometryColumn(database, table, geometry);
}

function registerGeometryColumn(database: Database, table: TableFixture, name: string | null): void {
  if (!table.geometry) return;
  const { type = 'GEOMETRY', epsg, dimension = 'xy' } = table.geometry;
  database
    .prepare(`INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, ?, ?)`)
    .run(table.name, name, type, epsg, dimension.includes('z') ? 1 : 0, dimension.includes('m') ? 1 : 0);
}

function declareColumn(column: ColumnFixture): string {
  return `${quoteIdentifier(column.name)} ${column.type}${column.notNull === true ? ' NOT NULL' : ''}`;
}
