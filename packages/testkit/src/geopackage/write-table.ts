import type { Database } from 'better-sqlite3';

import { createTable, structuralColumns } from './create-table.ts';
import { createGeometryEncoder } from './encode-geometry.ts';
import type { FeatureFixture, FixtureValue, TableFixture } from './fixture.ts';
import type { Envelope } from './geometry-envelope.ts';
import { quoteIdentifier } from './quote-identifier.ts';
import {
  createSpatialIndex,
  createSpatialIndexTriggers,
  type IndexedColumn,
  spatialIndexName,
} from './spatial-index.ts';

type OnEnvelope = (fid: number | bigint, envelope: Envelope) => void;

/** Writes one table with its rows, its registration and its R-tree. Call it inside a transaction. */
export function writeTable(database: Database, table: TableFixture): void {
  createTable(database, table);
  const { fid, geometry } = structuralColumns(table);
  const indexed =
    geometry !== null && (table.geometry?.spatialIndex ?? true)
      ? { table: table.name, geometryColumn: geometry, fidColumn: fid }
      : null;
  const bounds: [number, number, number, number] = [Infinity, -Infinity, Infinity, -Infinity];
  const index = indexed === null ? null : openIndex(database, indexed);

  insertRows(database, table, (row, envelope) => {
    index?.(row, envelope);
    widen(bounds, envelope);
  });

  if (indexed !== null) createSpatialIndexTriggers(database, indexed);
  if (bounds[0] === Infinity) return;
  database
    .prepare(`UPDATE gpkg_contents SET min_x = ?, max_x = ?, min_y = ?, max_y = ? WHERE table_name = ?`)
    .run(...bounds, table.name);
}

function openIndex(database: Database, column: IndexedColumn): OnEnvelope {
  createSpatialIndex(database, column);
  const insert = database.prepare(
    `INSERT INTO ${quoteIdentifier(spatialIndexName(column))} VALUES (?, ?, ?, ?, ?)`,
  );
  return (fid, [x, y]) => insert.run(fid, x?.[0], x?.[1], y?.[0], y?.[1]);
}

function widen(bounds: [number, number, number, number], [x, y]: Envelope): void {
  if (x === undefined || y === undefined) return;
  bounds[0] = Math.min(bounds[0], x[0]);
  bounds[1] = Math.max(bounds[1], x[1]);
  bounds[2] = Math.min(bounds[2], y[0]);
  bounds[3] = Math.max(bounds[3], y[1]);
}

function insertRows(database: Database, table: TableFixture, onEnvelope: OnEnvelope): void {
  const columns = structuralColumns(table);
  const encode = table.geometry ? createGeometryEncoder(table.geometry) : null;
  const names = (table.columns ?? []).map((column) => column.name);
  const known = new Set(names);
  const all = [columns.fid, ...(columns.geometry === null ? [] : [columns.geometry]), ...names];
  const statement = database.prepare(
    `INSERT INTO ${quoteIdentifier(table.name)} (${all.map(quoteIdentifier).join(', ')}) VALUES (${all.map(() => '?').join(', ')})`,
  );
  for (const feature of table.features) {
    refuseUnknown(table.name, feature, known);
    const encoded = encode !== null && feature.geometry ? encode(feature.geometry) : null;
    const values: unknown[] = [feature.fid ?? null];
    if (encode !== null) values.push(encoded?.blob ?? null);
    for (const name of names) values.push(toSql(feature.attributes?.[name] ?? null));
    const fid = statement.run(values).lastInsertRowid;
    if (encoded?.envelope) onEnvelope(fid, encoded.envelope);
  }
}

function refuseUnknown(table: string, feature: FeatureFixture, known: ReadonlySet<string>): void {
  for (const name in feature.attributes) {
    if (!known.has(name)) throw new RangeError(`table ${table} has no column ${name}; declare it in columns`);
  }
}

function toSql(value: FixtureValue): Exclude<FixtureValue, boolean> {
  return typeof value === 'boolean' ? Number(value) : value;
}
