import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import type { FeatureCounts } from '@outcrop/contract';

import { EngineError } from '../engine-error.ts';
import type { Envelope } from '../features/geometry-array.ts';
import type { ExportPlan, PlannedItem } from '../plan/plan.ts';
import { crsOf, type LayerRegion, prepareRegion, type Workshop } from '../run/item-pipeline.ts';
import { connectPostgis, type PostgisConnection, postgisError } from './postgis-connection.ts';
import { isPostgisTable, type PostgisTable, quotedTable } from './postgis-table.ts';
import { stageTable } from './stage-table.ts';
import { type PostgisSurvey, surveyPostgisTable } from './survey-table.ts';

/** An item whose source is a file: its own, or rows of a PostGIS table that were fetched. */
export interface StagedItem extends Disposable {
  readonly item: PlannedItem;
  /** Rows of the table that were not fetched, as they are outside the region. */
  readonly leftBehind: number;
  /** The plan, with a cache of its own for what is known of the file. */
  readonly plan: ExportPlan;
  /** Around all rows of the table, fetched or not; null where that is what the source has. */
  readonly layerEnvelope: Envelope | null;
}

/** What is needed to fetch rows. */
export interface StageContext {
  readonly plan: ExportPlan;
  readonly workshop: Workshop;
  /** Folder for them; made here, and removed when the item is done. */
  readonly folder: string;
  readonly signal: AbortSignal | undefined;
}

/** The item as it is; or, where its source is a PostGIS table, with the rows that may be in the region in a file. */
export async function stageItem(item: PlannedItem, context: StageContext): Promise<StagedItem> {
  const { source } = item.layer;
  const { folder, plan } = context;
  if (!isPostgisTable(source)) {
    return { item, plan, leftBehind: 0, layerEnvelope: null, [Symbol.dispose]: () => undefined };
  }
  mkdirSync(folder, { recursive: true });
  const survey = await surveyPostgisTable(source, plan.cacheFolder);
  using region = await regionOf(item, { source, survey }, context);
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

/** The counts of an item with the rows that were never fetched: outside the region, like others. */
export function withLeftBehind(counts: FeatureCounts, leftBehind: number): FeatureCounts {
  const { excluded_by: excludedBy } = counts;
  return {
    ...counts,
    read: counts.read + leftBehind,
    excluded: counts.excluded + leftBehind,
    excluded_by: { ...excludedBy, outside_region: excludedBy.outside_region + leftBehind },
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
