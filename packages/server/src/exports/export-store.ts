import type { Database, Queryable } from '../database/database.ts';
import { insertSubscription } from '../notifications/delivery-store.ts';
import type { NotifyRequest } from '../notifications/notify-request.ts';
import { type Announce, announceToNobody } from '../runs/announce.ts';
import { endUnwantedRun, type JoinedRun } from '../runs/run-store.ts';
import { type Caller, isOwned, ownerOf } from '../tokens/caller.ts';
import { exportConditions } from './export-conditions.ts';
import {
  exportColumns,
  type ExportRecord,
  type ExportRow,
  exportTables,
  toExportRecord,
} from './export-record.ts';
import type { SubmittedRequest } from './resolve-request.ts';
import type { Selection } from './selection.ts';
import { expiryIn, stateNow } from './state-now.ts';

/** What a new export is made of. */
export interface NewExport {
  readonly name: string;
  readonly request: SubmittedRequest;
  readonly warnings: readonly string[];
  /** Who wants to be told of its end; null for nobody. */
  readonly notify: NotifyRequest | null;
  /** Bytes. */
  readonly sizeEstimateZipped: number;
  /** Bytes. */
  readonly sizeEstimateUnzipped: number;
}

/** A part of a caller's exports, and how many there are. */
export interface ExportPage {
  readonly total: number;
  readonly records: readonly ExportRecord[];
}

/** An export that was cancelled. */
export interface CancelledExport {
  readonly record: ExportRecord;
  /** Whether its run has ended with it: nobody else waits for it. */
  readonly hasRunEnded: boolean;
}

/** Writes down what was done with an export, in the transaction that does it. */
type Note = (transaction: Queryable, record: ExportRecord) => Promise<void>;

/** What callers do with exports. Each sees only its own. */
export class ExportStore {
  readonly #database: Database;
  readonly #announce: Announce;
  readonly #keepDays: number | null;

  /** @param keepDays how long a complete export can be downloaded; null for ever. */
  constructor(database: Database, announce: Announce = announceToNobody, keepDays: number | null = null) {
    this.#database = database;
    this.#announce = announce;
    this.#keepDays = keepDays;
  }

  /** Writes an export in a transaction, with whatever else belongs to it. Its run may be complete already, and then it is, too. */
  async insert(
    caller: Caller,
    created: NewExport & { readonly run: JoinedRun },
    transaction: Queryable,
  ): Promise<ExportRecord> {
    const isComplete = created.run.state === 'complete';
    const [inserted] = await transaction.query<{ id: number }>(
      `INSERT INTO outcrop.exports (token_id, run_id, reused, state, finished_at, name, request, warnings,
         size_estimate_zipped, size_estimate_unzipped, expires_at)
       VALUES ($1, $2, $3, $4, CASE WHEN $4 = 'complete' THEN now() END, $5, $6::json, $7::json, $8, $9,
         CASE WHEN $4 = 'complete' THEN ${expiryIn('$10')} END) RETURNING id`,
      [
        caller.tokenId,
        created.run.runId,
        created.run.isShared,
        isComplete ? 'complete' : 'processing',
        created.name,
        JSON.stringify(created.request),
        JSON.stringify(created.warnings),
        Math.round(created.sizeEstimateZipped),
        Math.round(created.sizeEstimateUnzipped),
        this.#keepDays,
      ],
    );
    const record = inserted === undefined ? null : await findIn(transaction, caller, inserted.id);
    if (record === null) {
      throw new Error('The database gave no row for the export');
    }
    if (created.notify !== null) {
      await insertSubscription(transaction, record.id, created.notify);
    }
    if (isComplete) {
      await this.#announce(transaction, [{ exportId: record.id, event: 'complete' }]);
    }
    return record;
  }

  /** Null where there is no such export, or it is another caller's. */
  find(caller: Caller, exportId: number): Promise<ExportRecord | null> {
    return findIn(this.#database, caller, exportId);
  }

  /** A part of a caller's exports, newest first where no other order is asked for. */
  async list(caller: Caller, part: Selection & { offset: number; limit: number }): Promise<ExportPage> {
    const { where, orderBy, values } = exportConditions(part, 2);
    const owner = ownerOf(caller);
    const [counted] = await this.#database.query<{ total: number }>(
      `SELECT count(*)::integer AS total FROM outcrop.exports WHERE ${isOwned}${where}`,
      [owner, ...values],
    );
    const [offset, limit] = [values.length + 2, values.length + 3];
    const rows = await this.#database.query<ExportRow>(
      `SELECT ${exportColumns} FROM ${exportTables} WHERE ${isOwned}${where}
       ORDER BY ${orderBy} OFFSET $${offset} LIMIT $${limit}`,
      [owner, ...values, part.offset, part.limit],
    );
    return { total: counted?.total ?? 0, records: rows.map(toExportRecord) };
  }

  /**
   * Cancels an export that is processing; null where it is not, or is not the caller's. Its run ends with it, unless others
   * wait for the same. Either the cancel or the end of the run wins: both lock the run first.
   *
   * @param note writes down what was done, in the same transaction. Default: nothing.
   */
  cancel(caller: Caller, exportId: number, note: Note = noteNothing): Promise<CancelledExport | null> {
    return this.#database.transaction(async (transaction) => {
      const [run] = await transaction.query<{ id: number }>(
        `SELECT id FROM outcrop.runs
         WHERE id = (SELECT run_id FROM outcrop.exports WHERE ${isOwned} AND id = $2) FOR UPDATE`,
        [ownerOf(caller), exportId],
      );
      const cancelled = await transaction.query(
        `UPDATE outcrop.exports SET state = 'cancelled', finished_at = now()
         WHERE ${isOwned} AND id = $2 AND state = 'processing' RETURNING id`,
        [ownerOf(caller), exportId],
      );
      if (run === undefined || cancelled.length === 0) {
        return null;
      }
      const hasRunEnded = await endUnwantedRun(transaction, run.id);
      await this.#announce(transaction, [{ exportId, event: 'cancelled' }]);
      const record = await findIn(transaction, caller, exportId);
      if (record === null) {
        return null;
      }
      await note(transaction, record);
      return { record, hasRunEnded };
    });
  }

  /**
   * Sets until when a complete export can be downloaded; null where it is not complete (any more), or is not the caller's.
   *
   * @param until ISO 8601.
   * @param note writes down what was done, in the same transaction. Default: nothing.
   */
  keepUntil(
    caller: Caller,
    exportId: number,
    { until, note = noteNothing }: { readonly until: string; readonly note?: Note },
  ): Promise<ExportRecord | null> {
    return this.#database.transaction(async (transaction) => {
      const kept = await transaction.query(
        `UPDATE outcrop.exports SET expires_at = $3::timestamptz
         WHERE ${isOwned} AND id = $2 AND ${stateNow} = 'complete' RETURNING id`,
        [ownerOf(caller), exportId, until],
      );
      const record = kept.length === 0 ? null : await findIn(transaction, caller, exportId);
      if (record !== null) await note(transaction, record);
      return record;
    });
  }

  /**
   * Notes that a download has started. Only the first counts.
   *
   * @param note writes it down, in the same transaction. Default: nothing.
   */
  async markDownloaded(
    exportId: number,
    note: (transaction: Queryable) => Promise<void> = noteNothing,
  ): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      await transaction.query(
        'UPDATE outcrop.exports SET downloaded_at = now() WHERE id = $1 AND downloaded_at IS NULL',
        [exportId],
      );
      await note(transaction);
    });
  }
}

async function noteNothing(): Promise<void> {}

async function findIn(queryable: Queryable, caller: Caller, exportId: number): Promise<ExportRecord | null> {
  const [row] = await queryable.query<ExportRow>(
    `SELECT ${exportColumns} FROM ${exportTables} WHERE ${isOwned} AND exports.id = $2`,
    [ownerOf(caller), exportId],
  );
  return row === undefined ? null : toExportRecord(row);
}
