import type { CropMode } from '@outcrop/contract';

import { flatToWkb } from '../crop/flat-polygons.ts';
import type { UnusableRegion } from '../crop/project-region.ts';
import type { Crs } from '../crs/crs.ts';
import type { Envelope } from '../features/geometry-array.ts';
import type { Region } from '../plan/request.ts';
import type { LayerCrop, Workshop } from '../run/item-pipeline.ts';
import { prepareRegion } from '../run/prepare-crop.ts';
import { connectPostgis, postgisError } from './postgis-connection.ts';
import { type PostgisTable, quotedTable, quoteName } from './postgis-table.ts';
import { readRows } from './read-rows.ts';
import { boxesQuery } from './row-query.ts';
import type { PostgisSurvey } from './survey-table.ts';

/** The region as a table meets it, and how many rows may be in it: asked of the table's own spatial index. */
export async function findPostgisCandidates(
  workshop: Workshop,
  source: PostgisTable,
  { region, crs, geometry }: { region: Region; crs: Crs; geometry: NonNullable<PostgisSurvey['geometry']> },
): Promise<LayerCrop | UnusableRegion | null> {
  const prepared = await prepareRegion(workshop, region, { crs, survey: geometry });
  if (prepared === null || 'problem' in prepared) return prepared;
  await using held = await connectPostgis(source.connection);
  let [count, inside] = [0, 0];
  for await (const sides of readRows(held.client, boxesQuery(source, prepared.index.envelope))) {
    if (sides.includes(null)) continue;
    const place = prepared.index.place(sides.map((side) => side!.readDoubleBE(0)) as unknown as Envelope);
    if (place !== 'out') count += 1;
    if (place === 'in') inside += 1;
  }
  // Only how many there are is asked of them.
  return { ...prepared, candidates: { ids: new Float64Array(count), inside } };
}

/** Whether any row is really inside, by PostGIS itself: for a region that holds no box of a feature whole. */
export async function hasAnyRow(
  source: PostgisTable,
  { crop, mode }: { crop: LayerCrop; mode: CropMode },
): Promise<boolean> {
  const column = quoteName(source.geometry?.name ?? '');
  const test = mode === 'within' ? 'ST_CoveredBy' : 'ST_Intersects';
  await using held = await connectPostgis(source.connection);
  try {
    const { rows } = await held.client.query<{ found: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM ${quotedTable(source)} t, (SELECT ST_SetSRID(ST_GeomFromWKB($1),
         (SELECT ST_SRID(${column}) FROM ${quotedTable(source)} WHERE ${column} IS NOT NULL LIMIT 1)) AS area) region
       WHERE ${test}(t.${column}, region.area)) AS found`,
      [Buffer.from(flatToWkb(crop.projected.shape))],
    );
    return rows[0]?.found === true;
  } catch (error) {
    throw postgisError(error);
  }
}
