import type { RunProgress } from '@outcrop/engine';

import type { ExportJob } from '../queue/export-queue.ts';
import { leaseSeconds, type RunStore } from './run-store.ts';

/** Progress is written at most this often. */
const progressIntervalMs = 250;
/** The lease is renewed when nothing else was written for so long. */
const renewalIntervalMs = (leaseSeconds * 1000) / 5;

/** Writes how far a run is, until it is stopped. */
export interface ProgressReporter {
  readonly onProgress: (progress: RunProgress) => void;
  readonly stop: () => void;
}

/**
 * Writes a run's progress now and then, and keeps its lease when nothing moves.
 *
 * @param options.onUnwanted is called when the run is no longer wanted: cancelled, or taken over by another worker.
 */
export function reportProgress(
  runStore: RunStore,
  job: ExportJob,
  options: { onUnwanted: () => void; onError: (error: unknown) => void },
): ProgressReporter {
  let latest: { fraction: number; stage: string | null } = { fraction: 0, stage: null };
  let writtenAt = 0;
  let isWriting = false;
  const write = async (): Promise<void> => {
    isWriting = true;
    writtenAt = performance.now();
    try {
      const isWanted = await runStore.keep(job, latest);
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
