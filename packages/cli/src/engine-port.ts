import type { ArchiveVerification, ExportPlan, RunOptions, RunResult } from '@outcrop/engine';

/** What the command asks of the engine. */
export interface EnginePort {
  runExportInProcess(plan: ExportPlan, options: RunOptions): Promise<RunResult>;
  verifyArchive(path: string, options?: { signal?: AbortSignal }): Promise<ArchiveVerification>;
}
