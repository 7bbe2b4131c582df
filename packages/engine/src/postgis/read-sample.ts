import type pg from 'pg';

import { GeometryBuilder } from '../features/geometry-builder.ts';
import { WkbReader } from '../features/wkb-reader.ts';
import { hasCode } from '../has-code.ts';
import type { FeaturePlace } from '../preview/place-features.ts';
import type { LayerRegion } from '../run/item-pipeline.ts';
import { placeSql, regionBytes, regionSql } from './place-query.ts';
import { type PostgisTable, quoteName } from './postgis-table.ts';
import { firstOf, type Sample, sampleOf } from './sample-query.ts';

/** Rows of a table as features, in its own CRS. */
export interface SampledRows {
  readonly geometry: GeometryBuilder;
  readonly fids: Float64Array;
  /** Whether these are all rows that there are in the envelopes. */
  readonly isAll: boolean;
  /** What the region does to each; null without one. */
  readonly places: readonly FeaturePlace[] | null;
}

/** Positions of a feature; one that has more is simplified more. */
const mostPositions = 3000;
/** SQLSTATE of a statement that took longer than it may. */
const tooSlow = '57014';

/**
 * Reads a sample of a table, simplified by the database to a tolerance in units of its CRS. Where that takes too long, as
 * with a view that has to be worked out, the first rows that come.
 */
export async function readSample(
  client: pg.Client,
  source: PostgisTable,
  options: { readonly sample: Sample; readonly region: LayerRegion | null; readonly tolerance: number },
): Promise<SampledRows> {
  const { sample } = options;
  const readFirst = (): Promise<SampledRows> =>
    read(client, source, { ...options, rows: firstOf(source, sample) });
  await client.query('SAVEPOINT sample');
  let spread: SampledRows;
  try {
    spread = await read(client, source, { ...options, rows: sampleOf(source, sample) });
  } catch (error) {
    if (!hasCode(error, tooSlow)) throw error;
    await client.query('ROLLBACK TO sample');
    return readFirst();
  }
  if (spread.fids.length > sample.limit / 2 || sample.expected <= sample.limit) return spread;
  // There are fewer rows than the planner thought, as with a table that was never analysed: perhaps all fit.
  const first = await readFirst();
  return first.fids.length < sample.limit ? first : spread;
}

async function read(
  client: pg.Client,
  source: PostgisTable,
  {
    rows,
    region,
    tolerance,
    sample,
  }: {
    readonly rows: string;
    readonly region: LayerRegion | null;
    readonly tolerance: number;
    readonly sample: Sample;
  },
): Promise<SampledRows> {
  const column = quoteName(source.geometry?.name ?? '');
  const id = source.key === null ? 'row_number() OVER ()' : quoteName(source.key);
  const plain = `ST_Force2D(CASE WHEN ST_HasArc(${column}) THEN ST_CurveToLine(${column}) ELSE ${column} END)`;
  const simple = `ST_Simplify(g, ${tolerance}, true)`;
  const shape = `ST_AsBinary(CASE WHEN ST_NPoints(s) > ${mostPositions} THEN ST_Simplify(s, ${tolerance * 8}, true) ELSE s END, 'NDR')`;
  const place = region === null ? 'NULL' : placeSql('g');
  const from = region === null ? '' : `, ${regionSql(sample.outline)}`;
  const found = await client.query<[string, Buffer | null, FeaturePlace | null]>({
    text: `SELECT id, ${shape}, place FROM (SELECT id, ${simple} AS s, ${place} AS place FROM
      (SELECT ${id}::float8 AS id, ${plain} AS g FROM ${rows}) rows${from}) simple ORDER BY 1`,
    values: region === null ? [] : [regionBytes(region)],
    rowMode: 'array',
  });
  const geometry = new GeometryBuilder(false, false);
  const reader = new WkbReader(geometry);
  const isAll = rows === firstOf(source, sample) && found.rows.length < sample.limit;
  const kept = found.rows.filter(([, bytes]) => bytes !== null);
  for (const [, bytes] of kept) reader.append(bytes!, 0);
  return {
    geometry,
    isAll,
    fids: Float64Array.from(kept, ([fid]) => Number(fid)),
    places: region === null ? null : kept.map(([, , one]) => one ?? 'outside'),
  };
}
