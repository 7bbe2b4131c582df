import type { FailureCode } from '@outcrop/contract';

import type { ExportPlan } from '../plan/plan.ts';
import type { RunResult, StageOptions } from './run-export.ts';
import type { RunProgress } from './run-progress.ts';

/** What the parent sends to the process that runs a stage of an export, once. */
export interface ExportTask extends Pick<StageOptions, 'items' | 'archivePath' | 'workFolder'> {
  readonly plan: ExportPlan;
  readonly workers?: number;
}

/** What that process answers: progress and items that are done, then one of the others. */
export type ExportMessage =
  | { readonly type: 'progress'; readonly progress: RunProgress }
  | { readonly type: 'item'; readonly index: number }
  | { readonly type: 'done'; readonly result: RunResult | null }
  | {
      readonly type: 'failed';
      readonly code: FailureCode;
      readonly detail: string;
      readonly retryable: boolean;
    };
