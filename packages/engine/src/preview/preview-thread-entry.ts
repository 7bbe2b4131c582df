import { parentPort } from 'node:worker_threads';

import { EngineError } from '../engine-error.ts';
import { isPostgisTable } from '../postgis/postgis-table.ts';
import { crsListHere } from './crs-list.ts';
import { inspectRegionHere } from './inspect-region.ts';
import {
  type LayerPreview,
  previewLayerHere,
  type PreviewRequest,
  type RegionCounts,
} from './layer-preview.ts';
import { RegionMemory } from './region-memory.ts';
import type { PreviewAnswer, PreviewTask } from './preview-message.ts';

/** Entry of the thread of previews. It is given one task at a time. */
const regions = new RegionMemory();
const countsInDatabases = new RegionMemory<RegionCounts>();

parentPort?.on('message', (task: PreviewTask) => {
  run(task).then(
    (value) => parentPort?.postMessage({ value } satisfies PreviewAnswer),
    (error: unknown) =>
      parentPort?.postMessage({
        code: error instanceof EngineError ? error.code : null,
        detail: error instanceof Error ? error.message : String(error),
      } satisfies PreviewAnswer),
  );
});

async function previewHere({ source, ...request }: PreviewRequest): Promise<LayerPreview> {
  if (!isPostgisTable(source)) return previewLayerHere({ ...request, source }, regions);
  // Most sites have no database.
  const { previewPostgisHere } = await import('../postgis/preview-table.ts');
  return previewPostgisHere({ ...request, source }, countsInDatabases);
}

async function run(task: PreviewTask): Promise<unknown> {
  switch (task.type) {
    case 'preview':
      return previewHere(task.request);
    case 'region':
      return inspectRegionHere(task.request);
    case 'crs-list':
      return crsListHere();
  }
}
