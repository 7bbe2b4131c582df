import type { ArchiveVerification, ExportPlan, RunOptions, RunResult, WorkerTeam } from '@outcrop/engine';

/** What the command asks of the engine. */
export interface EnginePort {
  /** Null where everything is done in the command's own thread. */
  startWorkers(count?: number): WorkerTeam | null;
  runExport(plan: ExportPlan, options: RunOptions): Promise<RunResult>;
  verifyArchive(path: string, options?: { signal?: AbortSignal }): Promise<ArchiveVerification>;
}
