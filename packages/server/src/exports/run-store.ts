import { randomUUID } from 'node:crypto';

import type { WireFailure } from '@outcrop/contract';
import type { ExportPlan } from '@outcrop/engine';

import type { Database } from '../database/database.ts';
import type { ExportJob, ExportQueue } from '../queue/export-queue.ts';

/** A run that a worker has taken. */
export interface ClaimedRun {
  readonly plan: ExportPlan;
  /** How often the export has been taken, this time included. */
  readonly attempts: number;
}

/** The archive of a finished run. */
export interface FinishedArchive {
  readonly key: string;
  readonly bytes: number;
  readonly unzippedBytes: number;
  readonly sha256: string;
}

/** How long a worker may be silent before its export is given to another. It speaks up four times as often. */
export const leaseSeconds = 60;

const stillMine = `id = $1 AND job_id = $2 AND state = 'processing'`;

/**
 * What workers do with exports. A run belongs to one job: a worker takes it by a lease, keeps the lease alive while
 * it works, and every change it makes asks whether the export is still processing and still its own. So a cancel, or
 * another worker that took over, makes those changes come to nothing instead of being overwritten.
 */
export class RunStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Takes an export to run it. Null where it is finished, cancelled, taken, or has another job by now. */
  async claim({ exportId, jobId }: ExportJob): Promise<ClaimedRun | null> {
    const [row] = await this.#database.query<ClaimedRun>(
      `UPDATE outcrop.exports
       SET lease_until = now() + make_interval(secs => ${leaseSeconds}), attempts = attempts + 1,
           started_at = coalesce(started_at, now())
       WHERE ${stillMine} AND (lease_until IS NULL OR lease_until < now())
       RETURNING plan, attempts`,
      [exportId, jobId],
    );
    return row ?? null;
  }

  /** Keeps the lease and writes progress, which never goes back. False where the run is no longer wanted. */
  async keep(
    { exportId, jobId }: ExportJob,
    progress: { fraction: number; stage: string | null },
  ): Promise<boolean> {
    const rows = await this.#database.query(
      `UPDATE outcrop.exports
       SET lease_until = now() + make_interval(secs => ${leaseSeconds}),
           progress = greatest(progress, $3::double precision), stage = coalesce($4, stage)
       WHERE ${stillMine} RETURNING id`,
      [exportId, jobId, Math.min(Math.max(progress.fraction, 0), 1), progress.stage],
    );
    return rows.length === 1;
  }

  /** False where a cancel came first. */
  async complete({ exportId, jobId }: ExportJob, archive: FinishedArchive): Promise<boolean> {
    const rows = await this.#database.query(
      `UPDATE outcrop.exports
       SET state = 'complete', progress = 1, stage = NULL, lease_until = NULL, finished_at = now(),
           archive_key = $3, archive_bytes = $4, archive_sha256 = $5, archive_unzipped_bytes = $6
       WHERE ${stillMine} RETURNING id`,
      [exportId, jobId, archive.key, archive.bytes, archive.sha256, archive.unzippedBytes],
    );
    return rows.length === 1;
  }

  /** False where a cancel came first. */
  async fail({ exportId, jobId }: ExportJob, failure: WireFailure): Promise<boolean> {
    const rows = await this.#database.query(
      `UPDATE outcrop.exports
       SET state = 'error', stage = NULL, lease_until = NULL, finished_at = now(), error_code = $3, error_detail = $4
       WHERE ${stillMine} RETURNING id`,
      [exportId, jobId, failure.code, failure.detail.replaceAll('\0', '')],
    );
    return rows.length === 1;
  }

  /** Gives a run back, for another worker or the next start. It does not count as an attempt. */
  async release({ exportId, jobId }: ExportJob): Promise<void> {
    await this.#database.query(
      `UPDATE outcrop.exports SET lease_until = NULL, attempts = attempts - 1 WHERE ${stillMine}`,
      [exportId, jobId],
    );
  }

  /** Forgets all leases. Only for a process that knows that it is the only one. */
  async forgetLeases(): Promise<void> {
    await this.#database.query(`UPDATE outcrop.exports SET lease_until = NULL WHERE state = 'processing'`);
  }

  /**
   * Queues again what nobody works on: exports whose worker fell silent, and whose job is not waiting its turn. Each gets a
   * new job, in one transaction; a job that turns up late finds that it is no longer the export's and does nothing.
   *
   * @param graceSeconds how long ago a job must have been taken to be given up; 0 where no other process can have taken it.
   */
  async requeueAbandoned(queue: ExportQueue, graceSeconds: number): Promise<number[]> {
    return this.#database.transaction(async (transaction) => {
      const rows = await transaction.query<{ id: number }>(
        `SELECT e.id FROM outcrop.exports e LEFT JOIN pgboss.job j ON j.name = 'exports' AND j.id = e.job_id
         WHERE e.state = 'processing' AND (e.lease_until IS NULL OR e.lease_until < now())
           AND (j.id IS NULL OR j.state NOT IN ('created', 'retry'))
           AND (j.id IS NULL OR coalesce(j.started_on, j.created_on) < now() - make_interval(secs => $1::double precision))
         ORDER BY e.id FOR UPDATE OF e SKIP LOCKED`,
        [graceSeconds],
      );
      for (const { id } of rows) {
        const jobId = randomUUID();
        await transaction.query('UPDATE outcrop.exports SET job_id = $2, lease_until = NULL WHERE id = $1', [
          id,
          jobId,
        ]);
        await queue.add({ exportId: id, jobId }, transaction);
      }
      return rows.map(({ id }) => id);
    });
  }
}
