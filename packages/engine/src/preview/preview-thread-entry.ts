import { parentPort } from 'node:worker_threads';

import { EngineError } from '../engine-error.ts';
import { crsListHere } from './crs-list.ts';
import { inspectRegionHere } from './inspect-region.ts';
import { previewLayerHere } from './layer-preview.ts';
import { RegionMemory } from './region-memory.ts';
import type { PreviewAnswer, PreviewTask } from './preview-message.ts';

/** Entry of the thread of previews. It is given one task at a time. */
const regions = new RegionMemory();

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

async function run(task: PreviewTask): Promise<unknown> {
  switch (task.type) {
    case 'preview':
      return previewLayerHere(task.request, regions);
    case 'region':
      return inspectRegionHere(task.request);
    case 'crs-list':
      return crsListHere();
  }
}
