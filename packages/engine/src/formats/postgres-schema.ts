import type { Field } from '../source/layer.ts';
import { checkFieldCount } from './field-limits.ts';
import { needsLong } from './integer-value.ts';
import type { LossLog } from './loss-log.ts';
import type { OutputGeometry, OutputSchema } from './output-schema.ts';
import { postgresColumnName, postgresName, quotedName, quotedText } from './postgres-name.ts';

/** Characters that a column can be limited to. */
const mostCharacters = 10_485_760;

/** A field as the dump has it. */
export interface PostgresColumn {
  readonly name: string;
  readonly field: Field;
  /** Without the limit of a text. */
  readonly type: string;
  /** Characters that the type allows; null for as many as there are. */
  readonly maxLength: number | null;
}

/** The table that a dump makes. */
export interface PostgresTable {
  readonly name: string;
  readonly id: string;
  /** Null for a table without geometry. */
  readonly geometry: string | null;
  readonly columns: readonly PostgresColumn[];
}

/** What only the features tell of the columns. */
export interface PostgresFindings {
  /** Whether an id is beyond 32 bits. */
  hasLongIds: boolean;
  /** By column, whether a text is longer than its field declares. */
  readonly isOverlong: boolean[];
}

/**
 * The table of a layer. Names stay what they are as far as PostgreSQL takes them; what does not goes on record.
 *
 * @throws EngineError `format-limit` where it cannot hold so many fields
 */
export function postgresTable(schema: OutputSchema, losses: LossLog): PostgresTable {
  const { fields } = schema;
  checkFieldCount('application/sql', 'PostgreSQL', fields.length);
  const taken: string[] = [];
  const take = (wanted: string): string => {
    const name = postgresColumnName(wanted, taken);
    taken.push(name);
    return name;
  };
  const columns = fields.map((field, index): PostgresColumn => {
    const name = take(field.name);
    if (name !== field.name) {
      const detail = `${field.name} is called ${name}, as PostgreSQL wants names.`;
      losses.add('field-renamed', detail, { field: field.name });
    }
    const isLong = needsLong(field, schema.fieldSurveys[index]);
    return { name, field, type: typeOf(field, isLong), maxLength: limitOf(field) };
  });
  // A name that SQL takes without quotation marks.
  const name = schema.name.replaceAll('-', '_').replace(/^(?=\d)/, '_');
  const id = take(schema.fidColumn === 'rowid' ? 'fid' : schema.fidColumn);
  return { name, id, columns, geometry: schema.geometry === null ? null : take(schema.geometry.column) };
}

function limitOf({ type, maxLength }: Field): number | null {
  const isLimited = type === 'text' && maxLength !== undefined && maxLength >= 1;
  return isLimited && maxLength <= mostCharacters ? maxLength : null;
}

function typeOf({ type }: Field, isLong: boolean): string {
  switch (type) {
    case 'boolean':
      return 'BOOLEAN';
    case 'integer':
    case 'integer64':
      return isLong ? 'INT8' : 'INTEGER';
    case 'real':
      return 'FLOAT8';
    case 'text':
      return 'VARCHAR';
    case 'date':
      return 'DATE';
    case 'datetime':
      return 'TIMESTAMP WITH TIME ZONE';
    case 'blob':
      return 'BYTEA';
  }
}

/**
 * What stands before the rows. It has the same length whatever is found of the columns, so that it can be written anew
 * when all rows are there.
 */
export function postgresHead(table: PostgresTable, schema: OutputSchema, findings: PostgresFindings): string {
  const serials = findings.hasLongIds ? 'BIGSERIAL' : 'SERIAL   ';
  const lines = [
    `${quotedName(table.id)} ${serials} NOT NULL`,
    ...(schema.geometry === null || table.geometry === null
      ? []
      : [`${quotedName(table.geometry)} ${geometryType(schema.geometry)}`]),
    ...table.columns.map((column, index) => columnLine(column, findings.isOverlong[index] === true)),
    `CONSTRAINT ${quotedName(postgresName(table.name, '_pk'))} PRIMARY KEY (${quotedName(table.id)})`,
  ];
  return [
    'BEGIN;',
    "SET LOCAL client_encoding = 'UTF8';",
    'SET LOCAL standard_conforming_strings = on;',
    `CREATE TABLE ${qualified(table)} (`,
    lines.map((line) => `  ${line}`).join(',\n'),
    ');',
    '',
  ].join('\n');
}

function columnLine({ name, type, maxLength }: PostgresColumn, isOverlong: boolean): string {
  const limit = maxLength === null ? '' : `(${maxLength})`;
  return `${quotedName(name)} ${type}${isOverlong ? ' '.repeat(limit.length) : limit}`;
}

/** `geometry(MultiPolygonZ,2193)`: unlike `AddGeometryColumn`, it does not ask whether the database knows the CRS. */
function geometryType({ type, hasZ, hasM, crs }: OutputGeometry): string {
  const dimensions = `${hasZ ? 'Z' : ''}${hasM ? 'M' : ''}`;
  return `geometry(${type}${dimensions}${crs === null ? '' : `,${crs.epsg}`})`;
}

/** What stands between the head and the first row, where there is any. */
export function postgresCopy(table: PostgresTable): string {
  const names = [...(table.geometry === null ? [] : [table.geometry]), table.id];
  const columns = [...names, ...table.columns.map(({ name }) => name)].map(quotedName).join(', ');
  return `COPY ${qualified(table)} (${columns}) FROM STDIN;\n`;
}

/** What stands behind the rows. The index is made last: rows would be sorted into it one by one. */
export function postgresFoot(table: PostgresTable, hasRows: boolean): string {
  const { name, id, geometry } = table;
  const sequence = `pg_get_serial_sequence(${quotedText(qualified(table))}, ${quotedText(id)})`;
  const index = quotedName(postgresName(`${name}_${geometry}`, '_geom_idx'));
  const [idName, geometryName] = [quotedName(id), quotedName(geometry ?? '')];
  return [
    ...(hasRows ? ['\\.'] : []),
    ...(geometry === null
      ? []
      : [`CREATE INDEX ${index} ON ${qualified(table)} USING GIST (${geometryName});`]),
    ...(hasRows ? [`SELECT setval(${sequence}, greatest(max(${idName}), 1)) FROM ${qualified(table)};`] : []),
    'COMMIT;',
    '',
  ].join('\n');
}

function qualified({ name }: PostgresTable): string {
  return `"public".${quotedName(name)}`;
}
