import type { ExportPlan } from '@outcrop/engine';

import type { Database, Queryable } from '../database/database.ts';
import { type Caller, isOwned, ownerOf } from '../tokens/caller.ts';
import { exportConditions } from './export-conditions.ts';
import { exportColumns, type ExportRecord, type ExportRow, toExportRecord } from './export-record.ts';
import type { SubmittedRequest } from './resolve-request.ts';
import type { Selection } from './selection.ts';

/** What a new export is made of. */
export interface NewExport {
  readonly jobId: string;
  readonly name: string;
  readonly request: SubmittedRequest;
  readonly plan: ExportPlan;
  readonly warnings: readonly string[];
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

/** What callers do with exports. Each sees only its own. */
export class ExportStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Writes an export in a transaction, with whatever else belongs to it. */
  async insert(caller: Caller, created: NewExport, transaction: Queryable): Promise<ExportRecord> {
    const [row] = await transaction.query<ExportRow>(
      `INSERT INTO outcrop.exports (token_id, job_id, name, request, plan, warnings, size_estimate_zipped, size_estimate_unzipped)
       VALUES ($1, $2, $3, $4::json, $5::json, $6::json, $7, $8) RETURNING ${exportColumns}`,
      [
        caller.tokenId,
        created.jobId,
        created.name,
        JSON.stringify(created.request),
        JSON.stringify(created.plan),
        JSON.stringify(created.warnings),
        Math.round(created.sizeEstimateZipped),
        Math.round(created.sizeEstimateUnzipped),
      ],
    );
    if (row === undefined) {
      throw new Error('The database gave no row for the export');
    }
    return toExportRecord(row);
  }

  /** Null where there is no such export, or it is another caller's. */
  async find(caller: Caller, exportId: number): Promise<ExportRecord | null> {
    const [row] = await this.#database.query<ExportRow>(
      `SELECT ${exportColumns} FROM outcrop.exports WHERE ${isOwned} AND id = $2`,
      [ownerOf(caller), exportId],
    );
    return row === undefined ? null : toExportRecord(row);
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
      `SELECT ${exportColumns} FROM outcrop.exports WHERE ${isOwned}${where}
       ORDER BY ${orderBy} OFFSET $${offset} LIMIT $${limit}`,
      [owner, ...values, part.offset, part.limit],
    );
    return { total: counted?.total ?? 0, records: rows.map(toExportRecord) };
  }

  /**
   * Cancels an export that is processing; null where it is not, or is not the caller's. One statement, so that either
   * the cancel or the end of the run wins.
   *
   * @param note writes down what was done, in the same transaction.
   */
  async cancel(
    caller: Caller,
    exportId: number,
    note: (transaction: Queryable, cancelled: ExportRecord) => Promise<void>,
  ): Promise<ExportRecord | null> {
    return this.#database.transaction(async (transaction) => {
      const [row] = await transaction.query<ExportRow>(
        `UPDATE outcrop.exports
         SET state = 'cancelled', progress = NULL, stage = NULL, lease_until = NULL, finished_at = now()
         WHERE ${isOwned} AND id = $2 AND state = 'processing'
         RETURNING ${exportColumns}`,
        [ownerOf(caller), exportId],
      );
      if (row === undefined) return null;
      const cancelled = toExportRecord(row);
      await note(transaction, cancelled);
      return cancelled;
    });
  }

  /**
   * Notes that a download has started. Only the first counts.
   *
   * @param note writes it down, in the same transaction.
   */
  async markDownloaded(
    exportId: number,
    note: (transaction: Queryable) => Promise<void>,
  ): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      await transaction.query(
        'UPDATE outcrop.exports SET downloaded_at = now() WHERE id = $1 AND downloaded_at IS NULL',
        [exportId],
      );
      await note(transaction);
    });
  }

  /** Notes that the archive of a complete export is no longer there. */
  async markGone(exportId: number): Promise<void> {
    await this.#database.query(
      `UPDATE outcrop.exports SET state = 'gone' WHERE id = $1 AND state = 'complete'`,
      [exportId],
    );
  }
}
