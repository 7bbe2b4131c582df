import type pg from 'pg';

import type { Envelope } from '../features/geometry-array.ts';
import { type PostgisTable, quotedTable, quoteName } from './postgis-table.ts';

/** What the planner knows of a table without reading it. */
export interface TableOutline {
  /** In the table's own CRS, as its statistics have it or as its first rows are; null where no row has a place. */
  readonly envelope: Envelope | null;
  readonly srid: number;
  readonly rows: number;
  /** Whether it has pages of its own, of which a part can be read. Views have none. */
  readonly hasPages: boolean;
}

/** The rows to take of a table. */
export interface Sample {
  readonly outline: TableOutline;
  /** In the table's CRS; null for all of it. */
  readonly envelopes: readonly Envelope[] | null;
  /** Rows in the envelopes, as the planner thinks. */
  readonly expected: number;
  readonly limit: number;
}

/** Rows looked at where there are no statistics yet. */
const firstRows = 10_000;
/** Of a table in pages whose rows lie close together, so many times more is read than is taken, or the sample has holes. */
const spread = 8;

/** Rows of a view that are worked out at most. */
const mostOfView = 100_000;

/** Outlines a table: nothing of it is read but its first rows, and those only where it was never analysed. */
export async function outlineTable(client: pg.Client, source: PostgisTable): Promise<TableOutline> {
  const [table, column] = [quotedTable(source), quoteName(source.geometry?.name ?? '')];
  const kind = await client.query<{ relkind: string; srid: number | null }>(
    `SELECT relkind, (SELECT ST_SRID(${column}) FROM ${table} WHERE ${column} IS NOT NULL LIMIT 1) AS srid
     FROM pg_class WHERE oid = $1::regclass`,
    [table],
  );
  const { relkind = 'v', srid = 0 } = kind.rows[0] ?? {};
  const hasPages = 'rmp'.includes(relkind);
  const known = hasPages
    ? await extentOf(
        client,
        `ST_EstimatedExtent(${[source.schema, source.relation, source.geometry?.name ?? ''].map((name) => client.escapeLiteral(name)).join()})`,
      )
    : null;
  const looked = `(SELECT ST_Extent(g) FROM (SELECT ${column} AS g FROM ${table} LIMIT ${firstRows}) r)`;
  return {
    envelope: widen(known ?? (await extentOf(client, looked))),
    srid: srid ?? 0,
    rows: await expectedRows(client, `SELECT 1 FROM ${table}`),
    hasPages,
  };
}

/** How many rows the planner expects of a query. */
export async function expectedRows(client: pg.Client, query: string): Promise<number> {
  const { rows } = await client.query<{ 'QUERY PLAN': readonly { Plan: Record<string, number> }[] }>(
    `EXPLAIN (FORMAT JSON) ${query}`,
  );
  return rows[0]?.['QUERY PLAN'][0]?.Plan['Plan Rows'] ?? 0;
}

/** Rows whose box meets one of the envelopes, by the spatial index. */
export function meets(source: PostgisTable, srid: number, envelopes: readonly Envelope[] | null): string {
  const column = quoteName(source.geometry?.name ?? '');
  if (envelopes === null) return `${column} IS NOT NULL`;
  if (envelopes.length === 0) return 'false';
  const boxes = envelopes.map((sides) => {
    if (!sides.every(Number.isFinite)) throw new RangeError(`an envelope of ${sides.join(', ')}`);
    return `${column} && ST_MakeEnvelope(${sides.join(', ')}, ${srid})`;
  });
  return `(${boxes.join(' OR ')})`;
}

/**
 * Rows of a sample, evenly spread: a part of the table's pages, or of the rows that the index finds, whichever is less to
 * read. The same rows each time, as long as the table stays as it is.
 */
export function sampleOf(source: PostgisTable, { outline, envelopes, expected, limit }: Sample): string {
  const [table, where] = [quotedTable(source), meets(source, outline.srid, envelopes)];
  const share = limit / Math.max(outline.hasPages ? expected : Math.min(expected, mostOfView), 1);
  if (share >= 1) return firstOf(source, { outline, envelopes, limit });
  if (!outline.hasPages) {
    const first = `(SELECT * FROM ${table} WHERE ${where} LIMIT ${mostOfView}) t`;
    return `${first} WHERE ${oneIn('hashtext(t::text)', share)} LIMIT ${limit}`;
  }
  const pages = Math.min(1, share * spread);
  if (pages * outline.rows >= expected)
    return `${table} t WHERE ${where} AND ${oneIn('hashtext(ctid::text)', share)} LIMIT ${limit}`;
  const part = `TABLESAMPLE SYSTEM (${(pages * 100).toPrecision(6)}) REPEATABLE (1)`;
  return `${table} t ${part} WHERE ${where} AND ${oneIn('hashtext(ctid::text)', share / pages)} LIMIT ${limit}`;
}

/** The rows that come first. */
export function firstOf(
  source: PostgisTable,
  { outline, envelopes, limit }: Pick<Sample, 'outline' | 'envelopes' | 'limit'>,
): string {
  return `${quotedTable(source)} t WHERE ${meets(source, outline.srid, envelopes)} LIMIT ${limit}`;
}

/** A share of rows, by a hash of each, so that it is the same rows again. */
function oneIn(hash: string, share: number): string {
  return `(${hash}::bigint & 1048575) < ${Math.ceil(share * 1_048_576)}`;
}

async function extentOf(client: pg.Client, expression: string): Promise<Envelope | null> {
  const { rows } = await client.query<{ sides: number[] | null }>(
    `SELECT ARRAY[ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e)]::float8[] AS sides FROM (SELECT ${expression} AS e) r WHERE e IS NOT NULL`,
  );
  const sides = rows[0]?.sides;
  return sides?.every((side) => Number.isFinite(side)) === true ? (sides as unknown as Envelope) : null;
}

/** Statistics are of a sample: there may be rows outside of what they say. */
function widen(envelope: Envelope | null): Envelope | null {
  if (envelope === null) return null;
  const [minX, minY, maxX, maxY] = envelope;
  const [x, y] = [(maxX - minX) * 0.05, (maxY - minY) * 0.05];
  return [minX - x, minY - y, maxX + x, maxY + y];
}
