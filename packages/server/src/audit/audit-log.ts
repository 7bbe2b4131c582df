import type { Database, Queryable } from '../database/database.ts';
import { listConditions } from '../database/list-conditions.ts';
import { wireTime } from '../database/wire-time.ts';
import type { Filter, Selection } from '../exports/selection.ts';
import type { AuditAction, AuditActor, AuditFacts } from './audit-entry.ts';

/** A line of the log, as the admin endpoint and `outcrop audit` give it. */
export interface AuditRecord {
  readonly id: number;
  /** ISO 8601, UTC, microseconds. */
  readonly at: string;
  readonly action: AuditAction;
  readonly token_id: number | null;
  readonly token_name: string;
  readonly request_id: string | null;
  readonly remote_address: string | null;
  readonly export_id: number | null;
  readonly subject_token_id: number | null;
  readonly items: readonly string[];
  readonly bbox: readonly number[] | null;
  readonly crs: string | null;
  readonly formats: object | null;
  readonly bytes: number | null;
  readonly detail: string | null;
}

const columns = [
  'id::double precision AS id, action, token_id, token_name, request_id, remote_address, export_id, subject_token_id',
  'items, bbox, crs, formats, bytes::double precision AS bytes, detail',
  wireTime('at'),
].join(', ');

const selectable = {
  id: { sql: 'id', type: 'bigint' },
  at: { sql: 'at', type: 'timestamptz' },
  action: { sql: 'action', type: 'text' },
  token: { sql: 'coalesce(token_id, 0)', type: 'integer' },
  export: { sql: 'export_id', type: 'integer' },
  item: { sql: 'items', type: 'list' },
} as const;

/** Writes a line, in the transaction of the change that it tells of, where there is one. */
export async function writeAudit(database: Queryable, actor: AuditActor, facts: AuditFacts): Promise<void> {
  await database.query(
    `INSERT INTO outcrop.audit (action, token_id, token_name, request_id, remote_address, export_id, subject_token_id,
       items, bbox, crs, formats, bytes, detail)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::json, $12, $13)`,
    [
      facts.action,
      actor.tokenId,
      actor.tokenName,
      actor.requestId,
      actor.remoteAddress,
      facts.exportId ?? null,
      facts.subjectTokenId ?? null,
      facts.items ?? [],
      facts.bbox ?? null,
      facts.crs ?? null,
      facts.formats == null ? null : JSON.stringify(facts.formats),
      facts.bytes == null ? null : Math.round(facts.bytes),
      facts.detail ?? null,
    ],
  );
}

/** A part of the log, newest first where no other order is asked for. */
export async function listAudit(
  database: Queryable,
  part: Selection & { offset: number; limit: number },
): Promise<{ total: number; records: AuditRecord[] }> {
  const { where, orderBy, values } = listConditions(selectable, part, 1);
  const [counted] = await database.query<{ total: number }>(
    `SELECT count(*)::integer AS total FROM outcrop.audit WHERE true${where}`,
    values,
  );
  const records = await database.query<AuditRecord>(
    `SELECT ${columns} FROM outcrop.audit WHERE true${where}
     ORDER BY ${orderBy} OFFSET $${values.length + 1} LIMIT $${values.length + 2}`,
    [...values, part.offset, part.limit],
  );
  return { total: counted?.total ?? 0, records };
}

/** All of the log that fits, oldest first, a portion at a time. */
export async function* readAudit(
  database: Queryable,
  filters: readonly Filter[],
): AsyncGenerator<AuditRecord[], void, undefined> {
  const portion = 1000;
  const { where, values } = listConditions(selectable, { filters, sort: null }, 2);
  for (let lastId = 0; ;) {
    const records = await database.query<AuditRecord>(
      `SELECT ${columns} FROM outcrop.audit WHERE id > $1::bigint${where} ORDER BY id LIMIT ${portion}`,
      [lastId, ...values],
    );
    if (records.length > 0) yield records;
    if (records.length < portion) return;
    lastId = records.at(-1)?.id ?? lastId;
  }
}

/** Forgets what is older than so many days, in portions so that no lock is held for long; null keeps all. Gives how many lines. */
export async function forgetOldAudit(database: Database, days: number | null): Promise<number> {
  if (days === null) return 0;
  const portion = 10_000;
  for (let total = 0; ;) {
    const rows = await database.transaction(async (transaction) => {
      await transaction.query(`SELECT set_config('outcrop.audit_retention', 'on', true)`);
      return transaction.query(
        `DELETE FROM outcrop.audit WHERE id IN (
           SELECT id FROM outcrop.audit WHERE at < now() - make_interval(days => $1::integer) ORDER BY at LIMIT ${portion})
         RETURNING id`,
        [days],
      );
    });
    total += rows.length;
    if (rows.length < portion) return total;
  }
}
