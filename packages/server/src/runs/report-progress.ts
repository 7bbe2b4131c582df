import type { RunProgress } from '@outcrop/engine';

import type { HeldTask } from './task.ts';
import type { TaskStore } from './task-store.ts';

/** Progress is written at most this often. */
const progressIntervalMs = 250;
/** A worker looks at least this often whether its task is still wanted. */
const longestSilenceMs = 2000;

/** Writes how far a task is, until it is stopped. */
export interface ProgressReporter {
  readonly onProgress: (progress: RunProgress) => void;
  readonly stop: () => void;
}

/**
 * Writes a task's progress now and then, and keeps its lease when nothing moves.
 *
 * @param options.onUnwanted is called when the task is no longer wanted: its run was cancelled, or another worker has it.
 */
export function reportProgress(
  taskStore: TaskStore,
  task: HeldTask,
  options: { onUnwanted: () => void; onError: (error: unknown) => void },
): ProgressReporter {
  const renewalIntervalMs = Math.min((taskStore.leaseSeconds * 1000) / 5, longestSilenceMs);
  let latest: { fraction: number; stage: string | null } = { fraction: 0, stage: null };
  let writtenAt = 0;
  let isWriting = false;
  const write = async (): Promise<void> => {
    isWriting = true;
    writtenAt = performance.now();
    try {
      const isWanted = await taskStore.keep(task, latest);
      if (!isWanted) {
        options.onUnwanted();
      }
    } catch (error) {
      options.onError(error);
    } finally {
      isWriting = false;
    }
  };
  const writeAfter = (intervalMs: number): void => {
    if (!isWriting && performance.now() - writtenAt >= intervalMs) {
      void write();
    }
  };
  const timer = setInterval(() => writeAfter(renewalIntervalMs), renewalIntervalMs / 4);
  timer.unref();
  return {
    onProgress(progress) {
      latest = progress;
      writeAfter(progressIntervalMs);
    },
    stop: () => clearInterval(timer),
  };
}
