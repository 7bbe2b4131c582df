import { parentPort, workerData } from 'node:worker_threads';

import { EngineError } from '../engine-error.ts';
import { BlockProcessor } from './block-processor.ts';
import type { BlockTask, ItemSetup } from './block-task.ts';
import type { WorkerAnswer, WorkerMessage, WorkerStart } from './worker-team.ts';

/** Entry of a worker thread: prepares for an item and processes its blocks, one after the other. */
let processor: BlockProcessor | null = null;
let queue = Promise.resolve();
const { stop, expected } = workerData as WorkerStart;
// What fails here fails again where it is needed, and is told there.
BlockProcessor.expect(expected).catch(() => undefined);

parentPort?.on('message', (message: WorkerMessage) => {
  const index = 'index' in message ? message.index : -1;
  queue = queue.then(() => follow(message)).catch((error: unknown) => fail(index, error));
});

async function follow(message: WorkerMessage): Promise<void> {
  if ('isLast' in message || Atomics.load(stop, 0) === 1) end();
  else if ('setup' in message) await prepare(message.setup);
  else await answer(message.index, message.task);
}

function end(): void {
  processor?.[Symbol.dispose]();
  processor = null;
  parentPort?.close();
}

async function prepare(setup: ItemSetup): Promise<void> {
  processor?.[Symbol.dispose]();
  processor = null;
  processor = await BlockProcessor.create(setup);
}

async function answer(index: number, task: BlockTask): Promise<void> {
  // Why there is none was told when the item began.
  if (processor === null) return;
  const { block, transfer } = await processor.process(task);
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
