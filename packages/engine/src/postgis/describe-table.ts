import type pg from 'pg';

import { EngineError } from '../engine-error.ts';
import { type GeometryColumn, type GeometryType, geometryTypes } from '../source/layer.ts';
import { fieldTypeOf } from './column-values.ts';
import { connectPostgis, postgisError } from './postgis-connection.ts';
import type { PostgisField, PostgisTable } from './postgis-table.ts';

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly modifier: number;
  readonly is_key: boolean;
}

/** Where a table is. */
export interface PostgisAddress {
  readonly connection: string;
  /** `schema.table`, or a table of the schema `public`. */
  readonly table: string;
}

/** A table as it is now. */
export interface DescribedTable {
  readonly table: PostgisTable;
  /** A number (53 bits) that changes when the data do. */
  readonly version: number;
}

/**
 * Describes a table, a view or a materialised view.
 *
 * @throws EngineError `source-unavailable` where the database cannot be reached, or has no such table that its user may
 *   read; `source-corrupt` where the table cannot be exported
 */
export async function describePostgisTable({ connection, table }: PostgisAddress): Promise<DescribedTable> {
  await using held = await connectPostgis(connection);
  try {
    return await describe(held.client, { connection, table });
  } catch (error) {
    throw postgisError(error);
  }
}

async function describe(client: pg.Client, { connection, table }: PostgisAddress): Promise<DescribedTable> {
  const dot = table.indexOf('.');
  const [schema, relation] = dot < 0 ? ['public', table] : [table.slice(0, dot), table.slice(dot + 1)];
  const found = await client.query<{ oid: number; description: string | null; version: string }>(
    `SELECT c.oid, obj_description(c.oid, 'pg_class') AS description,
       ('x' || substr(md5(concat_ws(' ', c.oid, c.relfilenode, pg_relation_size(c.oid), s.n_tup_ins, s.n_tup_upd,
         s.n_tup_del)), 1, 13))::bit(52)::bigint::text AS version
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
     WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
       AND has_table_privilege(c.oid, 'SELECT')`,
    [schema, relation],
  );
  const [row] = found.rows;
  if (row === undefined) {
    throw new EngineError(
      'source-unavailable',
      `The database has no table ${JSON.stringify(`${schema}.${relation}`)} that its user may read. Write it as schema.table in outcrop.yaml.`,
    );
  }
  const columns = await client.query<ColumnRow>(
    `SELECT a.attname AS name, t.typname AS type, a.atttypmod AS modifier,
       coalesce((SELECT true FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indnkeyatts = 1
         AND i.indkey[0] = a.attnum AND i.indpred IS NULL ORDER BY i.indisprimary DESC LIMIT 1), false) AND a.attnotnull AS is_key
     FROM pg_attribute a JOIN pg_type t ON t.oid = CASE WHEN (SELECT typbasetype FROM pg_type WHERE oid = a.atttypid) <> 0
       THEN (SELECT typbasetype FROM pg_type WHERE oid = a.atttypid) ELSE a.atttypid END
     WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [row.oid],
  );
  const shape = columns.rows.find(({ type }) => type === 'geometry') ?? null;
  const geometry = shape === null ? null : await describeGeometry(client, row.oid, shape.name);
  const key = columns.rows.find(({ type, is_key: isKey }) => isKey && /^int[248]$/.test(type))?.name ?? null;
  return {
    version: Number(row.version),
    table: {
      connection,
      schema: schema!,
      relation: relation!,
      kind: geometry === null ? 'table' : 'vector',
      key,
      geometry,
      fields: columns.rows.filter(({ name }) => name !== key && name !== shape?.name).map(describeField),
      description: row.description,
    },
  };
}

function describeField({ name, type, modifier }: ColumnRow): PostgisField {
  const field = { name, typeName: type, type: fieldTypeOf(type) };
  return type === 'varchar' && modifier > 4 ? { ...field, maxLength: modifier - 4 } : field;
}

/** What the column declares; a column that declares nothing is looked at: what its first rows are. */
async function describeGeometry(client: pg.Client, oid: number, column: string): Promise<GeometryColumn> {
  const declared = await client.query<{ type: string; srid: number; dims: number; table: string }>(
    `SELECT postgis_typmod_type(a.atttypmod) AS type, postgis_typmod_srid(a.atttypmod) AS srid,
       postgis_typmod_dims(a.atttypmod) AS dims, a.attrelid::regclass::text AS table
     FROM pg_attribute a WHERE a.attrelid = $1 AND a.attname = $2`,
    [oid, column],
  );
  const { type, srid, table } = declared.rows[0]!;
  const first = await client.query<{ srid: number }>(
    `SELECT ST_SRID(g) AS srid FROM (SELECT "${column.replaceAll('"', '""')}" AS g FROM ${table}) r WHERE g IS NOT NULL LIMIT 1`,
  );
  const known = srid > 0 ? srid : (first.rows[0]?.srid ?? 0);
  const epsg = await client.query<{ auth_name: string | null; auth_srid: number | null }>(
    'SELECT auth_name, auth_srid FROM spatial_ref_sys WHERE srid = $1',
    [known],
  );
  const named = epsg.rows[0];
  const plain = type.replace(/Z?M?$/, '').toUpperCase();
  return {
    name: column,
    type: geometryTypes.find((one): one is GeometryType => one === plain) ?? 'GEOMETRY',
    hasZ: /ZM?$/.test(type),
    hasM: type.endsWith('M'),
    crs: named?.auth_name === 'EPSG' && named.auth_srid !== null ? `EPSG:${named.auth_srid}` : null,
  };
}
