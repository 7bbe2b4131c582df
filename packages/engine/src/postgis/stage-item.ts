import type { FeatureCounts } from '@outcrop/contract';

import type { Envelope } from '../features/geometry-array.ts';
import type { ExportPlan, PlannedItem } from '../plan/plan.ts';
import type { Workshop } from '../run/item-pipeline.ts';
import { isPostgisTable } from './postgis-table.ts';

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
  if (isPostgisTable(source)) {
    const { fetchItem } = await import('./fetch-item.ts');
    return fetchItem(item, source, context);
  }
  return { item, plan: context.plan, leftBehind: 0, layerEnvelope: null, [Symbol.dispose]: () => undefined };
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
