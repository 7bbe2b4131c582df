import type { WireFailure } from '@outcrop/contract';
import type { ExportPlan } from '@outcrop/engine';

import type { Database, Queryable } from '../database/database.ts';
import { expiryIn } from '../exports/state-now.ts';
import { currentTraceparent } from '../operations/spans.ts';
import { type Announce, announceToNobody, type EndingEvent } from './announce.ts';
import { withoutAddresses } from './database-addresses.ts';
import { takeTurns } from './fair-share.ts';
import type { TaskDraft } from './split-run.ts';
import type { HeldTask } from './task.ts';

/** What a run is made of. */
export interface RunDraft {
  /** Of the one who waits for it; 0 for the local user. */
  readonly owner: number;
  /** Null for a run that nobody else can share. */
  readonly canonicalKey: string | null;
  readonly plan: ExportPlan;
  readonly tasks: readonly TaskDraft[];
}

/** The run of an export. */
export interface JoinedRun {
  readonly runId: number;
  /** `complete` where an earlier export has asked for exactly this, and its archive is still there. */
  readonly state: 'active' | 'complete';
  readonly isShared: boolean;
}

/** The archive of a finished run. */
export interface FinishedArchive {
  readonly key: string;
  readonly bytes: number;
  readonly unzippedBytes: number;
  readonly sha256: string;
}

/** A complete run that an equal request could share. */
export interface FinishedRun {
  readonly runId: number;
  readonly archiveKey: string;
}

/** What became of a run whose exports expire. */
export interface ExpiredRun {
  /** How many are gone now. */
  readonly exports: number;
  /** Of the archive that nobody can have any more; null where others still can. */
  readonly archiveKey: string | null;
}

/** Whether a task is still its worker's, and its run still wanted. `$1` the run, `$2` the task, `$3` the lease. */
const isHeld = `id = $1 AND state = 'active'
  AND EXISTS (SELECT 1 FROM outcrop.tasks WHERE id = $2 AND lease = $3 AND NOT done)`;

/**
 * Runs: the work that exports wait for. Whatever ends one locks the run first, then its exports, then its tasks, in one
 * transaction: so a cancel and a worker never both win, and nobody waits for the other in a circle.
 */
export class RunStore {
  readonly #database: Database;
  readonly #announce: Announce;
  readonly #keepDays: number | null;

  /** @param keepDays how long a complete export can be downloaded; null for ever. */
  constructor(database: Database, announce: Announce = announceToNobody, keepDays: number | null = null) {
    this.#database = database;
    this.#announce = announce;
    this.#keepDays = keepDays;
  }

  /**
   * Finds the run that makes exactly this, or begins one with its tasks, in the transaction that writes the export. A run that
   * was joined cannot end before that transaction does.
   */
  async join(draft: RunDraft, transaction: Queryable): Promise<JoinedRun> {
    for (;;) {
      const [begun] = await transaction.query<{ id: number }>(
        `INSERT INTO outcrop.runs (canonical_key, plan, traceparent) VALUES ($1, $2::json, $3)
         ON CONFLICT (canonical_key) WHERE state IN ('active', 'complete') DO NOTHING RETURNING id`,
        [draft.canonicalKey, JSON.stringify(withoutAddresses(draft.plan)), currentTraceparent()],
      );
      if (begun !== undefined) {
        await addTasks(transaction, begun.id, draft);
        return { runId: begun.id, state: 'active', isShared: false };
      }
      const [known] = await transaction.query<{ id: number; state: 'active' | 'complete' }>(
        `SELECT id, state FROM outcrop.runs
         WHERE canonical_key = $1 AND state IN ('active', 'complete') FOR SHARE`,
        [draft.canonicalKey],
      );
      // It may have ended in between, and then there is room for a new one.
      if (known !== undefined) {
        await hurry(transaction, known.id, draft);
        return { runId: known.id, state: known.state, isShared: true };
      }
    }
  }

  /** The complete run that makes exactly this, if there is one. */
  async findComplete(canonicalKey: string): Promise<FinishedRun | null> {
    const [row] = await this.#database.query<{ id: number; archive_key: string }>(
      `SELECT id, archive_key FROM outcrop.runs WHERE canonical_key = $1 AND state = 'complete'`,
      [canonicalKey],
    );
    return row === undefined ? null : { runId: row.id, archiveKey: row.archive_key };
  }

  /** Writes that a run is complete, and with it all exports that wait for it. False where a cancel, or another worker, came first. */
  complete({ taskId, runId, lease }: HeldTask, archive: FinishedArchive): Promise<boolean> {
    return this.#end(runId, 'complete', (transaction) =>
      transaction.query(
        `UPDATE outcrop.runs
         SET state = 'complete', progress = 1, started_at = ${startOfTasks}, finished_at = now(),
             archive_key = $4, archive_bytes = $5, archive_sha256 = $6, archive_unzipped_bytes = $7
         WHERE ${isHeld} RETURNING id`,
        [runId, taskId, lease, archive.key, archive.bytes, archive.sha256, archive.unzippedBytes],
      ),
    );
  }

  /** Writes that a run has failed, and with it all exports that wait for it. False where a cancel, or another worker, came first. */
  fail({ taskId, runId, lease }: HeldTask, failure: WireFailure): Promise<boolean> {
    return this.#end(runId, 'error', (transaction) =>
      transaction.query(
        `UPDATE outcrop.runs
         SET state = 'failed', progress = ${progressOfTasks}, started_at = ${startOfTasks}, finished_at = now(),
             error_code = $4, error_detail = $5
         WHERE ${isHeld} RETURNING id`,
        [runId, taskId, lease, failure.code, failure.detail.replaceAll('\0', '')],
      ),
    );
  }

  /** Notes that the archive of a complete run is no longer there: its exports are gone. False where it was known. */
  async markRemoved(runId: number): Promise<boolean> {
    return (await this.#endComplete(runId, 'all')).archiveKey !== null;
  }

  /** Complete runs, at most so many, that have exports whose time is over. */
  async findExpired(limit: number): Promise<number[]> {
    const rows = await this.#database.query<{ run_id: number }>(
      `SELECT DISTINCT run_id FROM outcrop.exports WHERE state = 'complete' AND expires_at <= now()
       ORDER BY run_id LIMIT $1`,
      [limit],
    );
    return rows.map(({ run_id: runId }) => runId);
  }

  /**
   * Writes that those exports of a run whose time is over are gone, and, where none of the others has any left, that its archive is
   * removed. A join that comes first keeps the archive; one that comes later begins anew.
   */
  expire(runId: number): Promise<ExpiredRun> {
    return this.#endComplete(runId, 'expired');
  }

  /**
   * Gives complete exports that have no end one from now on: those of before the site had any. Never waits for another, so that
   * the order of locks does not matter. Gives their number.
   */
  async limitUnlimited(): Promise<number> {
    if (this.#keepDays === null) {
      return 0;
    }
    const limited = await this.#database.query(
      `UPDATE outcrop.exports SET expires_at = ${expiryIn('$1')}
       WHERE id IN (SELECT id FROM outcrop.exports WHERE state = 'complete' AND expires_at IS NULL FOR UPDATE SKIP LOCKED)
       RETURNING id`,
      [this.#keepDays],
    );
    return limited.length;
  }

  /** Of some runs, those that are still being worked on or waiting. */
  async findActive(runIds: readonly number[]): Promise<ReadonlySet<number>> {
    const rows = await this.#database.query<{ id: number }>(
      `SELECT id FROM outcrop.runs WHERE id = ANY ($1::integer[]) AND state = 'active'`,
      [runIds],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Of some keys, those of archives that complete runs have. */
  async findArchiveKeys(keys: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.#database.query<{ archive_key: string }>(
      `SELECT archive_key FROM outcrop.runs WHERE archive_key = ANY ($1::text[]) AND state = 'complete'`,
      [keys],
    );
    return new Set(rows.map(({ archive_key: key }) => key));
  }

  /** Ends complete exports of a run, and the run where none is left. The run is locked first: a join waits, and then begins anew. */
  #endComplete(runId: number, which: 'all' | 'expired'): Promise<ExpiredRun> {
    return this.#database.transaction(async (transaction) => {
      await transaction.query('SELECT id FROM outcrop.runs WHERE id = $1 FOR UPDATE', [runId]);
      const gone = await transaction.query<{ id: number }>(
        `UPDATE outcrop.exports SET state = 'gone', expires_at = least(expires_at, now())
         WHERE run_id = $1 AND state = 'complete' AND ($2 OR expires_at <= now()) RETURNING id`,
        [runId, which === 'all'],
      );
      const [removed] = await transaction.query<{ archive_key: string }>(
        `UPDATE outcrop.runs SET state = 'removed' WHERE id = $1 AND state = 'complete'
           AND NOT EXISTS (SELECT 1 FROM outcrop.exports WHERE run_id = $1 AND state = 'complete')
         RETURNING archive_key`,
        [runId],
      );
      await this.#tell(transaction, gone, 'gone');
      return { exports: gone.length, archiveKey: removed?.archive_key ?? null };
    });
  }

  #end(
    runId: number,
    event: 'complete' | 'error',
    endRun: (transaction: Queryable) => Promise<object[]>,
  ): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      if ((await endRun(transaction)).length === 0) {
        return false;
      }
      const ended = await transaction.query<{ id: number }>(
        `UPDATE outcrop.exports SET state = $2, finished_at = now(),
           expires_at = CASE WHEN $2 = 'complete' THEN ${expiryIn('$3')} END
         WHERE run_id = $1 AND state = 'processing' RETURNING id`,
        [runId, event, this.#keepDays],
      );
      await removeTasks(transaction, runId);
      await this.#tell(transaction, ended, event);
      return true;
    });
  }

  #tell(
    transaction: Queryable,
    exports: readonly { readonly id: number }[],
    event: EndingEvent,
  ): Promise<void> {
    return this.#announce(
      transaction,
      exports.map(({ id }) => ({ exportId: id, event })),
    );
  }
}

/** How far a run is by its tasks; `runs.id` is the run. Never above what is left to do, however the shares were rounded. */
export const progressOfTasks = `(SELECT least(1, greatest(0, 1 - coalesce(sum(share * (1 - progress)), 0)))
  FROM outcrop.tasks WHERE run_id = runs.id)`;

/** When a run began; `runs.id` is the run. It is kept with the tasks, so that taking one does not touch the run, which whoever ends it has locked. */
export const startOfTasks = '(SELECT min(started_at) FROM outcrop.tasks WHERE run_id = runs.id)';

/**
 * Ends a run that nobody waits for any more. The caller has locked the run.
 *
 * @returns whether it has ended.
 */
export async function endUnwantedRun(transaction: Queryable, runId: number): Promise<boolean> {
  const ended = await transaction.query(
    `UPDATE outcrop.runs SET state = 'cancelled', progress = ${progressOfTasks}, started_at = ${startOfTasks}, finished_at = now()
     WHERE id = $1 AND state = 'active'
       AND NOT EXISTS (SELECT 1 FROM outcrop.exports WHERE run_id = $1 AND state = 'processing')
     RETURNING id`,
    [runId],
  );
  if (ended.length > 0) {
    await removeTasks(transaction, runId);
  }
  return ended.length > 0;
}

/** Locks the tasks in the order of their numbers, as a worker does that finishes one: so neither waits for the other in a circle. */
async function removeTasks(transaction: Queryable, runId: number): Promise<void> {
  await transaction.query('SELECT id FROM outcrop.tasks WHERE run_id = $1 ORDER BY id FOR UPDATE', [runId]);
  await transaction.query('DELETE FROM outcrop.tasks WHERE run_id = $1', [runId]);
}

async function addTasks(transaction: Queryable, runId: number, { owner, tasks }: RunDraft): Promise<void> {
  const tags = await takeTurns(
    transaction,
    owner,
    tasks.map(({ cost }) => cost),
  );
  for (const [index, task] of tasks.entries()) {
    await transaction.query(
      `INSERT INTO outcrop.tasks (run_id, items, packs, waits_for, share, seconds, start_tag)
       VALUES ($1, $2::integer[], $3, $4, $5, $6, $7)`,
      [
        runId,
        task.items,
        task.packs,
        task.packs ? tasks.length - 1 : 0,
        task.share,
        task.seconds,
        tags[index],
      ],
    );
  }
}

/** A run that several wait for is done when it is the first one's turn. */
async function hurry(transaction: Queryable, runId: number, { owner, tasks }: RunDraft): Promise<void> {
  const waiting = await firstTag(transaction, runId, '');
  if (waiting === null) {
    return;
  }
  const [own] = await takeTurns(transaction, owner, [tasks.reduce((total, { cost }) => total + cost, 0)]);
  if (own === undefined || own >= waiting) {
    return;
  }
  // Another may have hurried it meanwhile: moved twice, it would be before all others.
  const locked = await firstTag(transaction, runId, 'FOR UPDATE SKIP LOCKED');
  if (locked !== null && own < locked) {
    await transaction.query(
      `UPDATE outcrop.tasks SET start_tag = start_tag - $2::double precision WHERE id IN (${waitingTasks} FOR UPDATE SKIP LOCKED)`,
      [runId, locked - own],
    );
  }
}

/** Of a run, the tasks that nobody does yet; `$1` is the run. */
const waitingTasks =
  'SELECT id FROM outcrop.tasks WHERE run_id = $1 AND NOT done AND lease IS NULL ORDER BY id';

/** The tag of the task of a run that comes first; null where none waits, or others have all of them. */
async function firstTag(
  transaction: Queryable,
  runId: number,
  lock: '' | 'FOR UPDATE SKIP LOCKED',
): Promise<number | null> {
  const [waiting] = await transaction.query<{ first: number | null }>(
    `WITH waiting AS (${waitingTasks.replace('SELECT id', 'SELECT id, start_tag')} ${lock})
     SELECT min(start_tag) AS first FROM waiting`,
    [runId],
  );
  return waiting?.first ?? null;
}
