import type { ExportPlan } from '@outcrop/engine';

/** A task that a worker has taken: it is the worker's as long as its lease is. */
export interface Task {
  readonly taskId: number;
  readonly runId: number;
  /** Names this taking of the task; another worker that takes it over has another. */
  readonly lease: string;
  /** Items to make, by their place in the plan. */
  readonly items: readonly number[];
  /** Whether it packs the archive. */
  readonly packs: boolean;
  /** How often the task has been taken, this time included. */
  readonly attempts: number;
  /** How often it has failed by itself, in a way that may pass. */
  readonly failures: number;
  readonly plan: ExportPlan;
  /** Of the request that began the run; null where nothing was traced. */
  readonly traceparent: string | null;
  /** When its run was first taken, in milliseconds of `performance.now()` here. */
  readonly runStartedAt: number;
  /** The exports that wait for its run, for the logs. */
  readonly exportIds: readonly number[];
}

/** What says whose a task is. */
export type HeldTask = Pick<Task, 'taskId' | 'runId' | 'lease'>;
