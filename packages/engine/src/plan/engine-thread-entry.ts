import { parentPort } from 'node:worker_threads';

import { EngineError } from '../engine-error.ts';
import { summariseTableHere } from '../source/table-survey.ts';
import { checkExportHere, type CheckMemory, emptyMemory, type ExportCheck } from './check.ts';
import type { ExportRequest, PlanContext } from './request.ts';
import type { ThreadAnswer, ThreadTask } from './thread-message.ts';

/** Entry of the engine's thread: does its tasks one after the other, as GEOS has one memory. */
let queue = Promise.resolve();
/** What earlier checks found, so that the next check of the same area takes milliseconds. */
let memory: CheckMemory = emptyMemory();
const mostKnown = 1000;

parentPort?.on('message', ({ id, task }: { id: number; task: ThreadTask }) => {
  queue = queue.then(async () => {
    const answer = await run(task).then(
      (value): ThreadAnswer => ({ id, value }),
      (error: unknown) => failure(id, error),
    );
    parentPort?.postMessage(answer);
  });
});

function run(task: ThreadTask): Promise<unknown> {
  switch (task.type) {
    case 'check':
      return check(task.request, task.context);
    case 'survey':
      return summariseTableHere(task.source, task.cacheFolder);
  }
}

async function check(request: ExportRequest, context: PlanContext): Promise<ExportCheck> {
  // What was prepared for a run stays here: it is made in another process.
  const { regions: _regions, ...checked } = await checkExportHere(request, context, { memory });
  const known = Object.keys(memory.operations).length < mostKnown ? memory.operations : {};
  memory = { ...memory, operations: { ...known, ...checked.plan?.operations } };
  return checked;
}

function failure(id: number, error: unknown): ThreadAnswer {
  if (error instanceof EngineError)
    return { id, code: error.code, detail: error.message, retryable: error.retryable };
  return {
    id,
    code: null,
    detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
    retryable: false,
  };
}
