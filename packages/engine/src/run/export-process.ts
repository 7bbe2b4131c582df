import process from 'node:process';

import { EngineError } from '../engine-error.ts';
import { keepProgramsInGroup } from '../gdal/spawn-gdal.ts';
import type { ExportMessage, ExportTask } from './export-message.ts';
import { runStage } from './run-export.ts';

/** Progress is told at most so often. */
const progressEveryMs = 100;

// This process leads a group, which its parent kills as a whole.
keepProgramsInGroup();

/** Entry of the process that runs a stage of one export: takes its task as the first message, answers, and ends. */
process.once('message', (task: ExportTask) => {
  void run(task);
});
// Ctrl-C at a terminal reaches the child too; what to do about it is for the parent to say.
process.on('SIGINT', () => undefined);
// Without its parent nobody waits for the archive.
process.once('disconnect', () => process.exit(1));

async function run({ plan, ...task }: ExportTask): Promise<void> {
  let told = 0;
  const answer = await runStage(plan, {
    ...task,
    onProgress: (progress) => {
      if (progress.fraction < 1 && Date.now() - told < progressEveryMs) return;
      told = Date.now();
      tell({ type: 'progress', progress });
    },
    onItem: (index) => tell({ type: 'item', index }),
  }).then((result): ExportMessage => ({ type: 'done', result }), failure);
  process.send?.(answer, () => process.exit(answer.type === 'done' ? 0 : 1));
}

function tell(message: ExportMessage): void {
  process.send?.(message);
}

function failure(error: unknown): ExportMessage {
  if (error instanceof EngineError) {
    return { type: 'failed', code: error.code, detail: error.message, retryable: error.retryable };
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { type: 'failed', code: 'internal', detail, retryable: false };
}
