import type { Report } from '@outcrop/contract';

import { EngineError } from '../engine-error.ts';
import type { ExportPlan } from '../plan/plan.ts';

/** How far a run is. `fraction` goes from 0 to 1 and never back. */
export interface RunProgress {
  readonly fraction: number;
  /** In words: `NZ Roads: 120,000 of 250,000 features`. */
  readonly stage: string;
}

/** Where a run writes, and how it is watched and stopped. */
export interface RunOptions {
  /** The archive; it appears under this path only when it is whole. */
  readonly archivePath: string;
  /** Folder for the run's own files; created, and removed at the end whatever happens. */
  readonly workFolder: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
}

/** A finished run. */
export interface RunResult {
  readonly archivePath: string;
  readonly bytes: number;
  /** Hex, of the archive. */
  readonly sha256: string;
  readonly report: Report;
}

/**
 * Runs a plan in this process: writes the archive and removes everything else.
 *
 * @throws EngineError with the reason; on abort, `signal.reason`.
 */
export async function runExport(plan: ExportPlan, options: RunOptions): Promise<RunResult> {
  throw new EngineError('internal', `not built yet ${plan.name} ${options.archivePath}`);
}

/**
 * The same in a child process, so that a crash, an out-of-memory kill or a cancel ends this export only. The
 * calling process stays responsive.
 */
export async function runExportInProcess(plan: ExportPlan, options: RunOptions): Promise<RunResult> {
  return runExport(plan, options);
}
