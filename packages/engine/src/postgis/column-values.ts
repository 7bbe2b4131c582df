import type { FieldType } from '../source/layer.ts';
import { type PostgisField, quoteName } from './postgis-table.ts';

/** The field types of PostgreSQL's types, by their names in `pg_type`; all others are text. */
const fieldTypes: Readonly<Record<string, FieldType>> = {
  bool: 'boolean',
  int2: 'integer',
  int4: 'integer',
  int8: 'integer64',
  float4: 'real',
  float8: 'real',
  numeric: 'real',
  date: 'date',
  timestamp: 'datetime',
  timestamptz: 'datetime',
  bytea: 'blob',
};

/** The type that a field of PostgreSQL's has here. */
export function fieldTypeOf(typeName: string): FieldType {
  return fieldTypes[typeName] ?? 'text';
}

/** The SQL that asks for a field in one of the binary forms that are understood. */
export function columnSql({ name, typeName }: PostgisField): string {
  const column = quoteName(name);
  if (typeName === 'numeric' || typeName === 'float4') return `${column}::float8`;
  if (typeName === 'int2') return `${column}::int4`;
  return typeName in fieldTypes ? column : `${column}::text`;
}

/** A value as SQLite stores it. */
export type StagedValue = string | number | bigint | Buffer;

const microsecondsPerDay = 86_400_000_000n;
/** From 1970-01-01, where JavaScript begins to count, to 2000-01-01, where PostgreSQL does. */
const epochDays = 10_957;
const dayMs = 86_400_000;

/** Reads a value of a field from its binary form (PostgreSQL, `COPY`, "Binary Format" and the types' send functions). */
export function readValue({ type }: PostgisField, bytes: Buffer): StagedValue | null {
  switch (type) {
    case 'boolean':
      return bytes[0]!;
    case 'integer':
      return bytes.readInt32BE(0);
    case 'integer64':
      return bytes.readBigInt64BE(0);
    case 'real':
      return bytes.readDoubleBE(0);
    case 'text':
      return bytes.toString('utf8');
    case 'date':
      return dateText(bytes.readInt32BE(0));
    case 'datetime':
      return dateTimeText(bytes.readBigInt64BE(0));
    case 'blob':
      return Buffer.from(bytes);
  }
}

/** Null for `infinity`, and for years that ISO 8601 does not write with four digits. */
function dateText(days: number): string | null {
  return isoOf(BigInt(days) * microsecondsPerDay)?.slice(0, 10) ?? null;
}

function dateTimeText(microseconds: bigint): string | null {
  return isoOf(microseconds);
}

function isoOf(microseconds: bigint): string | null {
  const date = new Date(Number(microseconds / 1000n) + epochDays * dayMs);
  const year = date.getUTCFullYear();
  return year >= 0 && year <= 9999 ? date.toISOString() : null;
}
