import { withLogFields } from '../operations/log-context.ts';
import { inSpan, noteSpan } from '../operations/spans.ts';
import { Bell } from './bell.ts';
import { runTask, TaskLost, type TaskParts, WorkerClosing } from './run-task.ts';

/** How long a worker that found nothing waits before it looks again, unless it is woken. */
const pollIntervalMs = 500;

/** What an API process asks of the workers in it. */
export interface LocalWorkers {
  /** There is something to do. */
  wake(): void;
  /** A run has been cancelled. */
  abort(runId: number): void;
}

/** Where no worker is in the process: those elsewhere look by themselves. */
export const noLocalWorkers: LocalWorkers = { wake: () => undefined, abort: () => undefined };

/** Takes tasks, one after the other in each of its places, and does them. */
export class TaskWorker implements LocalWorkers {
  readonly #parts: TaskParts;
  readonly #bell = new Bell();
  readonly #running = new Map<AbortController, number>();
  readonly #places: Promise<void>[] = [];

  constructor(parts: TaskParts) {
    this.#parts = parts;
  }

  /** How many tasks run here now. */
  get runningTasks(): number {
    return this.#running.size;
  }

  /** Begins to take tasks, so many at a time. */
  start(concurrency: number): void {
    for (let place = 0; place < concurrency; place += 1) {
      this.#places.push(this.#workUntilClosed());
    }
  }

  wake(): void {
    this.#bell.ring();
  }

  abort(runId: number): void {
    for (const [controller, running] of this.#running) {
      if (running === runId) controller.abort(new TaskLost('The export was cancelled'));
    }
  }

  /** Takes no more tasks, and waits so long for those that run; then stops them and gives them back. */
  async close(drainMs = 0): Promise<void> {
    this.#bell.close();
    const stop = setTimeout(() => {
      for (const controller of this.#running.keys()) {
        controller.abort(new WorkerClosing('The worker is closing'));
      }
    }, drainMs);
    await Promise.all(this.#places);
    clearTimeout(stop);
  }

  async #workUntilClosed(): Promise<void> {
    while (!this.#bell.isClosed) {
      const heard = this.#bell.rings;
      try {
        const hasWorked = await this.#workOnce();
        if (!hasWorked) await this.#bell.waitPast(heard, pollIntervalMs);
      } catch (error) {
        this.#parts.logger.error({ err: error }, 'Worker:Task:Failed');
        await this.#bell.waitPast(this.#bell.rings, pollIntervalMs);
      }
    }
  }

  async #workOnce(): Promise<boolean> {
    const claimedAt = Date.now();
    const task = await this.#parts.taskStore.claim();
    if (task === null) {
      return false;
    }
    const { runId, exportIds, traceparent } = task;
    const controller = new AbortController();
    this.#running.set(controller, task.runId);
    if (this.#bell.isClosed) controller.abort(new WorkerClosing('The worker is closing'));
    try {
      const attributes = { 'outcrop.run_id': runId, 'outcrop.export_ids': [...exportIds] };
      await withLogFields({ runId, exportIds }, () =>
        inSpan('task', { parent: traceparent, attributes }, () => {
          noteSpan('claim', claimedAt);
          return runTask(this.#parts, task, controller);
        }),
      );
    } finally {
      this.#running.delete(controller);
      // Another task of the run may have waited for this one.
      this.#bell.ring();
    }
    return true;
  }
}
