import { randomUUID } from 'node:crypto';

import type { Database } from '../database/database.ts';
import { startOfTasks } from './run-store.ts';
import type { HeldTask, Task } from './task.ts';

interface TaskRow {
  readonly task_id: number;
  readonly run_id: number;
  readonly items: number[];
  readonly packs: boolean;
  readonly attempts: number;
  readonly failures: number;
  readonly plan: Task['plan'];
  readonly traceparent: string | null;
  readonly run_seconds: number;
  readonly export_ids: number[];
}

const isHeld = 'id = $1 AND lease = $2 AND NOT done';

/**
 * The queue. A task is taken by a lease, which its worker renews while it works; every change asks whether the lease is still
 * the worker's. When a worker dies its lease runs out, and the next one takes the task. All times are the database's, so that
 * the clocks of workers do not matter.
 */
export class TaskStore {
  readonly #database: Database;
  readonly #leaseSeconds: number;

  /** @param leaseSeconds how long a worker may be silent before its task is another's. */
  constructor(database: Database, leaseSeconds: number) {
    this.#database = database;
    this.#leaseSeconds = leaseSeconds;
  }

  /** How long a worker may be silent, in seconds. */
  get leaseSeconds(): number {
    return this.#leaseSeconds;
  }

  /** Takes the task whose turn it is; null where none is waiting. */
  async claim(): Promise<Task | null> {
    const lease = randomUUID();
    const [row] = await this.#database.query<TaskRow>(
      `WITH taken AS (
         UPDATE outcrop.tasks
         SET lease = $1, available_at = now() + make_interval(secs => $2), attempts = attempts + 1,
             started_at = coalesce(started_at, now())
         WHERE id = (
           SELECT id FROM outcrop.tasks
           WHERE NOT done AND waits_for = 0 AND available_at <= now()
           ORDER BY start_tag, id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id, run_id, items, packs, attempts, failures, start_tag),
       clock AS (
         UPDATE outcrop.fair_clock SET now = taken.start_tag FROM taken WHERE fair_clock.now < taken.start_tag)
       SELECT taken.id::integer AS task_id, taken.run_id, taken.items, taken.packs, taken.attempts, taken.failures, runs.plan, runs.traceparent,
         coalesce(extract(epoch FROM now() - ${startOfTasks}), 0)::double precision AS run_seconds,
         ARRAY(SELECT id FROM outcrop.exports WHERE run_id = taken.run_id AND state = 'processing' ORDER BY id) AS export_ids
       FROM taken JOIN outcrop.runs ON runs.id = taken.run_id`,
      [lease, this.#leaseSeconds],
    );
    return row === undefined
      ? null
      : {
          taskId: row.task_id,
          runId: row.run_id,
          lease,
          items: row.items,
          packs: row.packs,
          attempts: row.attempts,
          failures: row.failures,
          plan: row.plan,
          traceparent: row.traceparent,
          runStartedAt: performance.now() - row.run_seconds * 1000,
          exportIds: row.export_ids,
        };
  }

  /** Renews the lease and writes progress, which never goes back. False where the task is no longer the worker's. */
  async keep(
    { taskId, lease }: HeldTask,
    progress: { fraction: number; stage: string | null },
  ): Promise<boolean> {
    const rows = await this.#database.query(
      `UPDATE outcrop.tasks
       SET available_at = now() + make_interval(secs => $3),
           progress = greatest(progress, $4::double precision), stage = coalesce($5, stage)
       WHERE ${isHeld} RETURNING id`,
      [
        taskId,
        lease,
        this.#leaseSeconds,
        Math.min(Math.max(progress.fraction, 0), 1),
        progress.stage?.replaceAll('\0', '') ?? null,
      ],
    );
    return rows.length === 1;
  }

  /** Gives a task back, for another worker or the next start. It does not count as an attempt. */
  async release({ taskId, lease }: HeldTask): Promise<void> {
    await this.#database.query(
      `UPDATE outcrop.tasks SET lease = NULL, available_at = now(), attempts = attempts - 1 WHERE ${isHeld}`,
      [taskId, lease],
    );
  }

  /** Gives a task back that failed in a way that may pass, to be tried again after a while. It counts as a failure of its own. */
  async retry({ taskId, lease }: HeldTask, afterSeconds: number): Promise<void> {
    await this.#database.query(
      `UPDATE outcrop.tasks SET lease = NULL, available_at = now() + make_interval(secs => $3), failures = failures + 1
       WHERE ${isHeld}`,
      [taskId, lease, afterSeconds],
    );
  }

  /** Notes that the items of a task are done. False where the task was no longer the worker's. */
  async finish({ taskId, runId, lease }: HeldTask): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      const finished = await transaction.query(
        `UPDATE outcrop.tasks SET done = true, progress = 1, stage = NULL, lease = NULL WHERE ${isHeld} RETURNING id`,
        [taskId, lease],
      );
      if (finished.length === 1) {
        await transaction.query(
          'UPDATE outcrop.tasks SET waits_for = waits_for - 1, available_at = now() WHERE run_id = $1 AND packs AND NOT done',
          [runId],
        );
      }
      return finished.length === 1;
    });
  }

  /** Forgets all leases. Only for a process that knows that it is the only one. */
  async forgetLeases(): Promise<void> {
    await this.#database.query(
      'UPDATE outcrop.tasks SET lease = NULL, available_at = now() WHERE lease IS NOT NULL',
    );
  }
}
