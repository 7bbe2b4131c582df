import type pg from 'pg';

import { flatToWkb } from '../crop/flat-polygons.ts';
import type { FeaturePlace } from '../preview/place-features.ts';
import type { RegionCounts } from '../preview/layer-preview.ts';
import type { LayerRegion } from '../run/item-pipeline.ts';
import { type PostgisTable, quotedTable, quoteName } from './postgis-table.ts';
import { expectedRows, meets, sampleOf, type TableOutline } from './sample-query.ts';

/** Rows whose places are asked for at once; of more, that of a sample is said of all. */
const mostPlaced = 20_000;

/** What a region does to a row, as SQL: a row that only touches it from outside is outside, as it would be cut to nothing. */
export function placeSql(column: string): string {
  return `CASE WHEN ST_CoveredBy(${column}, region.area) THEN 'inside'
    WHEN ST_Intersects(${column}, region.area) AND NOT ST_Touches(${column}, region.area) THEN 'cut' ELSE 'outside' END`;
}

/** The region as a subquery, whose WKB is the first parameter. */
export function regionSql({ srid }: TableOutline): string {
  return `(SELECT ST_GeomFromWKB($1, ${srid}) AS area OFFSET 0) region`;
}

/** The region's WKB in the table's CRS. */
export function regionBytes({ projected }: LayerRegion): Buffer {
  return Buffer.from(flatToWkb(projected.shape));
}

/** How many rows of a table a region takes: counted where few rows are near it, else what a sample of those says. */
export async function countPlaces(
  client: pg.Client,
  source: PostgisTable,
  { outline, region }: { readonly outline: TableOutline; readonly region: LayerRegion },
): Promise<RegionCounts> {
  const envelopes = [region.index.envelope];
  const near = `${quotedTable(source)} WHERE ${meets(source, outline.srid, envelopes)}`;
  const expected = await expectedRows(client, `SELECT 1 FROM ${near}`);
  const limit = mostPlaced;
  const rows = sampleOf(source, { outline, envelopes, expected, limit });
  const column = quoteName(source.geometry?.name ?? '');
  const found = await client.query<{ place: FeaturePlace; count: string }>(
    `SELECT place, count(*) FROM (SELECT ${placeSql('g')} AS place FROM (SELECT ${column} AS g FROM ${rows}) rows,
       ${regionSql(outline)}) placed GROUP BY 1`,
    [regionBytes(region)],
  );
  const counts = { inside: 0, cut: 0, outside: 0 };
  for (const { place, count } of found.rows) counts[place] = Number(count);
  const looked = counts.inside + counts.cut + counts.outside;
  const isSample = expected > limit || looked >= limit;
  const scale = isSample && looked > 0 ? expected / looked : 1;
  const [inside, cut] = [Math.round(counts.inside * scale), Math.round(counts.cut * scale)];
  // All rows are as many as the planner thinks, so what is outside is never exact.
  return { inside, cut, outside: Math.max(0, Math.round(outline.rows) - inside - cut), isExact: false };
}
