import type Database from 'better-sqlite3';

import { openGeoPackage, sourceError } from './geopackage-file.ts';
import {
  type Field,
  type FieldType,
  type GeometryColumn,
  type GeometryType,
  type GeoPackageTable,
  geometryTypes,
} from './layer.ts';

/** The tables of a GeoPackage that can be exported, and those that cannot, with the reason. */
export interface GeoPackageContents {
  readonly tables: GeoPackageTable[];
  readonly skipped: { table: string; reason: string }[];
}

interface ContentsRow {
  table_name: string;
  data_type: string;
  identifier: string | null;
  description: string | null;
}

interface GeometryColumnsRow {
  column_name: string;
  geometry_type_name: string;
  z: number;
  m: number;
  organization: string | null;
  organization_coordsys_id: number | null;
}

interface TableInfoRow {
  name: string;
  type: string;
  pk: number;
  hidden: number;
}

/**
 * Lists what a GeoPackage holds (features and attributes tables), from its tables of contents alone.
 *
 * @throws EngineError `source-unavailable` | `source-corrupt`
 */
export function listGeoPackageTables(path: string): GeoPackageContents {
  const database = openGeoPackage(path);
  try {
    const tables: GeoPackageTable[] = [];
    const skipped: { table: string; reason: string }[] = [];
    const rows = database
      .prepare<[], ContentsRow>(
        'SELECT table_name, data_type, identifier, description FROM gpkg_contents ORDER BY rowid',
      )
      .all();
    for (const row of rows) {
      const described = describeTable(database, path, row);
      if (typeof described === 'string') skipped.push({ table: row.table_name, reason: described });
      else tables.push(described);
    }
    return { tables, skipped };
  } catch (error) {
    throw sourceError(error, path);
  } finally {
    database.close();
  }
}

function describeTable(
  database: Database.Database,
  path: string,
  row: ContentsRow,
): GeoPackageTable | string {
  const kind = row.data_type === 'features' ? 'vector' : 'table';
  if (kind === 'table' && row.data_type !== 'attributes' && row.data_type !== 'aspatial') {
    return `its data type is ${row.data_type}; features and attributes can be exported`;
  }
  const master = database
    .prepare<[string], { name: string; type: string }>(
      "SELECT name, type FROM sqlite_master WHERE lower(name) = lower(?) AND type IN ('table', 'view')",
    )
    .get(row.table_name);
  if (master === undefined) return 'gpkg_contents lists it, but there is no such table';
  const columns = database
    .prepare<[string], TableInfoRow>('SELECT * FROM pragma_table_xinfo(?)')
    .all(master.name);
  const geometry = kind === 'vector' ? describeGeometry(database, master.name) : null;
  if (kind === 'vector' && geometry === null)
    return 'gpkg_geometry_columns does not say which column its geometry is in';
  const fidColumn = findFidColumn(columns, master.type);
  if (fidColumn === null)
    return 'it is a view without a column that identifies its rows; give it an integer key';
  return {
    path,
    table: master.name,
    kind,
    fidColumn,
    geometry,
    fields: columns
      .filter((column) => column.name !== fidColumn && column.name !== geometry?.name && column.hidden !== 1)
      .map(describeField),
    identifier: row.identifier,
    description: row.description,
  };
}

/** The integer primary key; `rowid` for a table without one; for a view, its first column if it is an integer. */
function findFidColumn(columns: readonly TableInfoRow[], type: string): string | null {
  const keys = columns.filter((column) => column.pk > 0);
  const [key] = keys;
  if (keys.length === 1 && key !== undefined && key.type.toUpperCase() === 'INTEGER') return key.name;
  if (type === 'table') return 'rowid';
  const first = columns[0];
  return first !== undefined && /INT/i.test(first.type) ? first.name : null;
}

function describeGeometry(database: Database.Database, table: string): GeometryColumn | null {
  const row = database
    .prepare<[string], GeometryColumnsRow>(
      `SELECT g.column_name, g.geometry_type_name, g.z, g.m, s.organization, s.organization_coordsys_id
       FROM gpkg_geometry_columns g LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id
       WHERE lower(g.table_name) = lower(?)`,
    )
    .get(table);
  if (row === undefined) return null;
  const declared = row.geometry_type_name.toUpperCase();
  const isEpsg = row.organization?.toUpperCase() === 'EPSG' && (row.organization_coordsys_id ?? 0) > 0;
  return {
    name: row.column_name,
    type: (geometryTypes as readonly string[]).includes(declared) ? (declared as GeometryType) : 'GEOMETRY',
    hasZ: row.z > 0,
    hasM: row.m > 0,
    crs: isEpsg ? `EPSG:${row.organization_coordsys_id}` : null,
  };
}

/** Field types of GeoPackage 1.3, table 1, and the other names SQLite lets a column have, by its affinity rules. */
function describeField(column: TableInfoRow): Field {
  const declared = column.type.toUpperCase().trim();
  const size = /^(?:TEXT|BLOB|[A-Z ]*CHAR[A-Z ]*)\s*\((\d+)\)$/.exec(declared)?.[1];
  const type = fieldType(declared);
  return size !== undefined && type === 'text'
    ? { name: column.name, type, maxLength: Number(size) }
    : { name: column.name, type };
}

const exactTypes: Readonly<Record<string, FieldType>> = {
  BOOLEAN: 'boolean',
  BOOL: 'boolean',
  TINYINT: 'integer',
  SMALLINT: 'integer',
  MEDIUMINT: 'integer',
  INT: 'integer64',
  INTEGER: 'integer64',
  FLOAT: 'real',
  DOUBLE: 'real',
  REAL: 'real',
  DATE: 'date',
  DATETIME: 'datetime',
  TIMESTAMP: 'datetime',
};

function fieldType(declared: string): FieldType {
  const exact = exactTypes[declared];
  if (exact !== undefined) return exact;
  if (declared.includes('INT')) return 'integer64';
  if (/CHAR|CLOB|TEXT|JSON/.test(declared)) return 'text';
  if (declared.startsWith('BLOB')) return 'blob';
  if (/REAL|FLOA|DOUB|NUMERIC|DECIMAL/.test(declared)) return 'real';
  return 'text';
}
