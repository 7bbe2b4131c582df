import { parentPort } from 'node:worker_threads';

import { EngineError } from '../engine-error.ts';
import { crsListHere } from './crs-list.ts';
import { inspectRegionHere } from './inspect-region.ts';
import { previewLayerHere } from './layer-preview.ts';
import type { PreviewAnswer, PreviewTask } from './preview-message.ts';

/** Entry of the thread of previews: does its tasks one after the other, as GEOS has one memory. */
let queue = Promise.resolve();

parentPort?.on('message', ({ id, task }: { id: number; task: PreviewTask }) => {
  queue = queue.then(async () => {
    const answer = await run(task).then(
      (value): PreviewAnswer => ({ id, value }),
      (error: unknown): PreviewAnswer => ({
        id,
        code: error instanceof EngineError ? error.code : null,
        detail: error instanceof Error ? error.message : String(error),
      }),
    );
    parentPort?.postMessage(answer);
  });
});

async function run(task: PreviewTask): Promise<unknown> {
  switch (task.type) {
    case 'preview':
      return previewLayerHere(task.request);
    case 'region':
      return inspectRegionHere(task.request);
    case 'crs-list':
      return crsListHere();
  }
}
