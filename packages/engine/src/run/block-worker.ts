import { parentPort, workerData } from 'node:worker_threads';

import { EngineError } from '../engine-error.ts';
import { BlockProcessor } from './block-processor.ts';
import type { BlockTask, ItemSetup } from './block-task.ts';
import type { WorkerAnswer } from './block-pool.ts';

/** Entry of a worker thread: processes the blocks that it is sent, one after the other. */
const processor = BlockProcessor.create(workerData as ItemSetup);
let queue: Promise<unknown> = processor;

parentPort?.on('message', ({ index, task }: { index: number; task: BlockTask }) => {
  queue = queue.then(() => answer(index, task)).catch((error: unknown) => fail(index, error));
});
processor.catch((error: unknown) => fail(-1, error));

async function answer(index: number, task: BlockTask): Promise<void> {
  const { block, transfer } = await (await processor).process(task);
  parentPort?.postMessage({ index, block } satisfies WorkerAnswer, transfer);
}

function fail(index: number, error: unknown): void {
  const isOurs = error instanceof EngineError;
  const detail = isOurs
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
  const code = isOurs ? error.code : 'internal';
  parentPort?.postMessage({
    index,
    code,
    detail,
    retryable: isOurs && error.retryable,
  } satisfies WorkerAnswer);
}
