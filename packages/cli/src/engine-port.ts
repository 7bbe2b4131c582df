import type {
  ArchiveVerification,
  ExportPlan,
  ExportRequest,
  RunOptions,
  RunResult,
  WorkerTeam,
} from '@outcrop/engine';

/** What the command asks of the engine. */
export interface EnginePort {
  /** Null where no threads are worth starting before the run needs them. */
  startWorkers(request: ExportRequest, count?: number): WorkerTeam | null;
  runExport(plan: ExportPlan, options: RunOptions): Promise<RunResult>;
  verifyArchive(path: string, options?: { signal?: AbortSignal }): Promise<ArchiveVerification>;
}
