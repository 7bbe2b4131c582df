import type { Database, Queryable } from '../database/database.ts';
import { type Caller, isOwned, ownerOf } from '../tokens/caller.ts';

/** What a create was sent with: the caller's name for it, and what it asked for. */
export interface KeyedRequest {
  /** 1 to 255 characters. */
  readonly key: string;
  /** See `bodyFingerprint`. */
  readonly fingerprint: string;
}

/** The export that a key already stands for. */
export interface KeyedExport {
  readonly exportId: number;
  readonly fingerprint: string;
}

/** How long a key stands for its export (wire contract, section 21). */
const isAlive = `created_at > now() - interval '24 hours'`;

/**
 * Which export a caller's `Idempotency-Key` stands for. A key is claimed in the transaction that writes its export, so
 * that of two requests at the same time the second waits, and then finds the export of the first.
 */
export class IdempotencyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Null where the key is new, or has lapsed. */
  async find(caller: Caller, key: string): Promise<KeyedExport | null> {
    const [row] = await this.#database.query<{ export_id: number; body_sha256: string }>(
      `SELECT export_id, body_sha256 FROM outcrop.idempotency_keys WHERE ${isOwned} AND key = $2 AND ${isAlive}`,
      [ownerOf(caller), key],
    );
    return row === undefined ? null : { exportId: row.export_id, fingerprint: row.body_sha256 };
  }

  /** Takes a key for an export that is about to be written. False where another export has it. */
  async claim(caller: Caller, request: KeyedRequest, transaction: Queryable): Promise<boolean> {
    const rows = await transaction.query(
      `INSERT INTO outcrop.idempotency_keys AS known (token_id, key, body_sha256) VALUES ($1, $2, $3)
       ON CONFLICT (coalesce(token_id, 0), key) DO UPDATE
         SET body_sha256 = excluded.body_sha256, export_id = NULL, created_at = now()
         WHERE NOT known.${isAlive}
       RETURNING key`,
      [caller.tokenId, request.key, request.fingerprint],
    );
    // Afterwards, so that while one waits for its key it holds no other row that someone may want.
    await forgetLapsed(transaction);
    return rows.length === 1;
  }

  /** Says which export a claimed key stands for. */
  async bind(
    caller: Caller,
    claimed: { key: string; exportId: number },
    transaction: Queryable,
  ): Promise<void> {
    await transaction.query(
      `UPDATE outcrop.idempotency_keys SET export_id = $3 WHERE ${isOwned} AND key = $2`,
      [ownerOf(caller), claimed.key, claimed.exportId],
    );
  }
}

/** Those that another transaction is forgetting are left to it, so that nobody waits for anybody. */
async function forgetLapsed(transaction: Queryable): Promise<void> {
  await transaction.query(
    `DELETE FROM outcrop.idempotency_keys WHERE ctid IN (
       SELECT ctid FROM outcrop.idempotency_keys WHERE NOT ${isAlive} LIMIT 100 FOR UPDATE SKIP LOCKED)`,
  );
}
