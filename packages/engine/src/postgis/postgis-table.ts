import type { Field, GeometryColumn } from '../source/layer.ts';

/** A table of a PostGIS database, read where it is. Plain data: it crosses process borders. */
export interface PostgisTable {
  /** `postgres://…`, with a password perhaps: it goes to the engine's own processes and into no message. */
  readonly connection: string;
  readonly schema: string;
  readonly relation: string;
  readonly kind: 'vector' | 'table';
  /** The integer column that identifies a row; null where there is none, and rows are numbered as they come. */
  readonly key: string | null;
  readonly geometry: GeometryColumn | null;
  readonly fields: readonly PostgisField[];
  readonly description: string | null;
}

/** A field, and how PostgreSQL calls its type. */
export interface PostgisField extends Field {
  /** The name of its base type, such as `int4` or `numeric`. */
  readonly typeName: string;
}

/** Whether a layer's source is a table of a PostGIS database. */
export function isPostgisTable(source: object): source is PostgisTable {
  return 'relation' in source;
}

/** A name in SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The table in SQL. */
export function quotedTable({ schema, relation }: Pick<PostgisTable, 'schema' | 'relation'>): string {
  return `${quoteName(schema)}.${quoteName(relation)}`;
}
