import type { FailureCode } from '@outcrop/contract';

import type { ExportPlan } from '../plan/plan.ts';
import type { RunProgress, RunResult } from './run-export.ts';

/** What the parent sends to the process that runs an export, once. */
export interface ExportTask {
  readonly plan: ExportPlan;
  readonly archivePath: string;
  readonly workFolder: string;
  readonly workers?: number;
}

/** What that process answers: progress, then one of the others. */
export type ExportMessage =
  | { readonly type: 'progress'; readonly progress: RunProgress }
  | { readonly type: 'done'; readonly result: RunResult }
  | {
      readonly type: 'failed';
      readonly code: FailureCode;
      readonly detail: string;
      readonly retryable: boolean;
    };
