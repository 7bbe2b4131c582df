import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { EngineError } from '../engine-error.ts';
import type { PlannedItem } from '../plan/plan.ts';
import { crsOf, type LayerRegion } from '../run/item-pipeline.ts';
import { prepareRegion } from '../run/prepare-crop.ts';
import { connectPostgis, type PostgisConnection, postgisError } from './postgis-connection.ts';
import { type PostgisTable, quotedTable } from './postgis-table.ts';
import type { StageContext, StagedItem } from './stage-item.ts';
import { stageTable } from './stage-table.ts';
import { type PostgisSurvey, surveyPostgisTable } from './survey-table.ts';

/** Fetches the rows of a PostGIS table that may be in the region into a file. */
export async function fetchItem(
  item: PlannedItem,
  source: PostgisTable,
  context: StageContext,
): Promise<StagedItem> {
  const { folder, plan } = context;
  mkdirSync(folder, { recursive: true });
  const survey = await surveyPostgisTable(source, plan.cacheFolder);
  const region = await regionOf(item, { source, survey }, context);
  await using held = await connectPostgis(source.connection);
  const total = await countRows(held, source);
  const staged = await stageTable(held, source, {
    path: join(folder, 'staged.gpkg'),
    area: region?.index.envelope ?? null,
    mayMeet: (box) => region === null || region.index.place(box) !== 'out',
    modified: survey.modified,
    signal: context.signal,
  });
  return {
    item: { ...item, layer: { ...item.layer, source: staged.table } },
    plan: { ...plan, cacheFolder: folder },
    leftBehind: total - staged.rows,
    layerEnvelope: survey.geometry?.envelope ?? null,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function regionOf(
  { layer }: PlannedItem,
  { source, survey }: { source: PostgisTable; survey: PostgisSurvey },
  { plan, workshop }: StageContext,
): Promise<LayerRegion | null> {
  const crs = crsOf(source);
  if (plan.region === null || survey.geometry === null || crs === null) return null;
  const region = await prepareRegion(workshop, plan.region, { crs, survey: survey.geometry });
  if (region === null)
    throw new EngineError('invalid-request', `${layer.title} has no data inside the extent.`);
  if ('problem' in region) throw new EngineError('invalid-request', region.problem);
  return region;
}

async function countRows({ client }: PostgisConnection, source: PostgisTable): Promise<number> {
  try {
    const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM ${quotedTable(source)}`);
    return Number(rows[0]?.count ?? 0);
  } catch (error) {
    throw postgisError(error);
  }
}
