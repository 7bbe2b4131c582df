import type Database from 'better-sqlite3';

import { type Crs, findCrs } from '../crs/crs.ts';
import type { Envelope } from '../features/geometry-array.ts';
import { quoteIdentifier } from '../source/geopackage-file.ts';
import type { Field, FieldType } from '../source/layer.ts';
import type { OutputSchema } from './output-schema.ts';
import { uniqueName } from './unique-name.ts';

/** `GPKG` in ASCII, and version 1.3.0 (GeoPackage 1.3, table 1 of clause 1.1.1). */
const applicationId = 0x47504b47;
const userVersion = 10300;

const columnTypes: Readonly<Record<FieldType, string>> = {
  boolean: 'BOOLEAN',
  integer: 'MEDIUMINT',
  integer64: 'INTEGER',
  real: 'DOUBLE',
  text: 'TEXT',
  date: 'DATE',
  datetime: 'DATETIME',
  blob: 'BLOB',
};

/** Creates what every GeoPackage has (GeoPackage 1.3, 1.1.2 and 1.1.3), and the CRS that the layer is in. */
export function createGeopackageTables(database: Database.Database, crs: Crs | null): void {
  database.pragma(`application_id = ${applicationId}`);
  database.pragma(`user_version = ${userVersion}`);
  database.exec(`
    CREATE TABLE gpkg_spatial_ref_sys (
      srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
      organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
    CREATE TABLE gpkg_contents (
      table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
      last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
      min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
      CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
    CREATE TABLE gpkg_geometry_columns (
      table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
      z TINYINT NOT NULL, m TINYINT NOT NULL,
      CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
      CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
      CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
    CREATE TABLE gpkg_extensions (
      table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
      CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
  `);
  const insert = database.prepare('INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)');
  insert.run(
    'Undefined Cartesian SRS',
    -1,
    'NONE',
    -1,
    'undefined',
    'undefined Cartesian coordinate reference system',
  );
  insert.run(
    'Undefined geographic SRS',
    0,
    'NONE',
    0,
    'undefined',
    'undefined geographic coordinate reference system',
  );
  const wgs84 = findCrs('EPSG:4326');
  for (const known of wgs84 === null || crs?.epsg === 4326 ? [crs] : [wgs84, crs]) {
    if (known !== null)
      insert.run(known.name, known.epsg, 'EPSG', known.epsg, known.wkt ?? 'undefined', null);
  }
}

/** What the columns of a layer are called, where the usual names may be taken by its fields. */
export interface GeoPackageNames {
  readonly fid: string;
  /** Null for a table. */
  readonly geometry: string | null;
  /** All of them, in order. */
  readonly columns: readonly string[];
}

/** The names of a layer's columns: the source's own, but for those that would clash. */
export function geoPackageNames({ fields, fidColumn, geometry }: OutputSchema): GeoPackageNames {
  const names = fields.map(({ name }) => name);
  const fid = uniqueName(fidColumn === 'rowid' ? 'fid' : fidColumn, names);
  const column = geometry === null ? null : uniqueName(geometry.column, [...names, fid]);
  return { fid, geometry: column, columns: [fid, ...(column === null ? [] : [column]), ...names] };
}

/** Creates the table of a layer's rows, under any name: tables of one schema are alike to the letter. */
export function createRowsTable(database: Database.Database, table: string, schema: OutputSchema): void {
  const names = geoPackageNames(schema);
  const columns = [
    `${quoteIdentifier(names.fid)} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL`,
    ...(names.geometry === null ? [] : [`${quoteIdentifier(names.geometry)} ${schema.geometry?.type}`]),
    ...schema.fields.map((field) => `${quoteIdentifier(field.name)} ${columnType(field)}`),
  ];
  database.exec(`CREATE TABLE ${quoteIdentifier(table)} (${columns.join(', ')})`);
}

/** Lists a layer in the tables of contents. Its extent is still unknown. */
export function createContents(database: Database.Database, schema: OutputSchema): void {
  const { geometry, name, title, description, modified } = schema;
  const srsId = geometry === null ? null : (geometry.crs?.epsg ?? -1);
  database
    .prepare(
      'INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) VALUES (?, ?, ?, ?, ?, ?)',
    )
    .run(name, geometry === null ? 'attributes' : 'features', title, description, modified, srsId);
  if (geometry === null) return;
  database
    .prepare('INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, ?, ?)')
    .run(
      name,
      geoPackageNames(schema).geometry,
      geometry.type,
      srsId,
      Number(geometry.hasZ),
      Number(geometry.hasM),
    );
}

/** Writes the extent of a layer once it is known. */
export function finishContents(database: Database.Database, table: string, envelope: Envelope | null): void {
  database
    .prepare('UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?')
    .run(...(envelope ?? [null, null, null, null]), table);
}

function columnType(field: Field): string {
  return field.maxLength === undefined ? columnTypes[field.type] : `TEXT(${field.maxLength})`;
}

/** Where an R-tree belongs. */
export interface IndexedColumn {
  readonly table: string;
  readonly fid: string;
  readonly column: string;
}

/** Writes the row of a layer's R-tree in the extensions; returns the name that the R-tree must have. */
export function registerSpatialIndex(database: Database.Database, { table, column }: IndexedColumn): string {
  database
    .prepare('INSERT INTO gpkg_extensions VALUES (?, ?, ?, ?, ?)')
    .run(
      table,
      column,
      'gpkg_rtree_index',
      'http://www.geopackage.org/spec120/#extension_rtree',
      'write-only',
    );
  return `rtree_${table}_${column}`;
}

/**
 * Creates the triggers that keep the R-tree true to later edits (GeoPackage 1.3, annex F.3, table 41). They call
 * functions that only editing software has, so they must not exist while we insert.
 */
export function createIndexTriggers(
  database: Database.Database,
  { table, fid, column }: IndexedColumn,
): void {
  const name = `rtree_${table}_${column}`;
  const [on, index, id, geom] = [table, name, fid, column].map(quoteIdentifier) as [
    string,
    string,
    string,
    string,
  ];
  const isPlaced = `(NEW.${geom} NOTNULL AND NOT ST_IsEmpty(NEW.${geom}))`;
  const bounds = ['ST_MinX', 'ST_MaxX', 'ST_MinY', 'ST_MaxY']
    .map((bound) => `${bound}(NEW.${geom})`)
    .join(', ');
  const put = `INSERT OR REPLACE INTO ${index} VALUES (NEW.${id}, ${bounds});`;
  const drop = `DELETE FROM ${index} WHERE id = OLD.${id};`;
  const triggers: Readonly<Record<string, string>> = {
    insert: `AFTER INSERT ON ${on} WHEN ${isPlaced} BEGIN ${put} END`,
    update1: `AFTER UPDATE OF ${geom} ON ${on} WHEN OLD.${id} = NEW.${id} AND ${isPlaced} BEGIN ${put} END`,
    update2: `AFTER UPDATE OF ${geom} ON ${on} WHEN OLD.${id} = NEW.${id} AND NOT ${isPlaced} BEGIN ${drop} END`,
    update3: `AFTER UPDATE ON ${on} WHEN OLD.${id} != NEW.${id} AND ${isPlaced} BEGIN ${drop} ${put} END`,
    update4: `AFTER UPDATE ON ${on} WHEN OLD.${id} != NEW.${id} AND NOT ${isPlaced} BEGIN DELETE FROM ${index} WHERE id IN (OLD.${id}, NEW.${id}); END`,
    delete: `AFTER DELETE ON ${on} WHEN OLD.${geom} NOT NULL BEGIN ${drop} END`,
  };
  for (const [suffix, body] of Object.entries(triggers)) {
    database.exec(`CREATE TRIGGER ${quoteIdentifier(`${name}_${suffix}`)} ${body}`);
  }
}
