import type {
  ArchiveVerification,
  ExportCheck,
  ExportPlan,
  ExportRequest,
  PlanContext,
  RunOptions,
  RunResult,
} from '@outcrop/engine';

/** What the command asks of the engine. */
export interface EnginePort {
  checkExport(request: ExportRequest, context: PlanContext): Promise<ExportCheck>;
  runExportInProcess(plan: ExportPlan, options: RunOptions): Promise<RunResult>;
  verifyArchive(path: string, options?: { signal?: AbortSignal }): Promise<ArchiveVerification>;
}
