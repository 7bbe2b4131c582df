import { randomUUID } from 'node:crypto';

import type { Queryable } from '../database/database.ts';
import { wireTime } from '../database/wire-time.ts';
import {
  exportColumns,
  type ExportRecord,
  type ExportRow,
  exportTables,
  toExportRecord,
} from '../exports/export-record.ts';
import type { EndedExport } from '../runs/announce.ts';
import type { NotificationEvent } from './notification-event.ts';

/** How somebody is told: the webhook of an export's owner, one of the site's, or by mail. */
export type Channel = 'webhook' | 'site-webhook' | 'email';

/** Somebody to be told of something. */
export interface NewDelivery extends EndedExport {
  readonly channel: Channel;
  /** Where to: an address of the web, or of mail. */
  readonly target: string;
}

/** A delivery that is to be tried. */
export interface PendingDelivery {
  readonly event: NotificationEvent;
  readonly eventId: string;
  readonly channel: Channel;
  readonly target: string;
  /** Whose export it is: the id of the token, or 0. */
  readonly owner: number;
  readonly record: ExportRecord;
}

/** A delivery and how far it is. */
export interface DeliveryStatus {
  readonly id: string;
  readonly export_id: number;
  readonly event: NotificationEvent;
  readonly event_id: string;
  readonly channel: Channel;
  readonly target: string;
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly tries: number;
  /** What came of the last try, in words. */
  readonly detail: string | null;
  /** ISO 8601, UTC, microseconds. */
  readonly created_at: string;
  readonly tried_at: string | null;
}

/** Who wants to be told of an export. */
export interface Subscriber {
  readonly exportId: number;
  readonly webhook: string | null;
  /** Null where no mail is wanted, or no address is known. */
  readonly email: string | null;
}

/** Writes down who wants to be told of an export, with the export itself. */
export async function insertSubscription(
  transaction: Queryable,
  exportId: number,
  wanted: { webhook: string | null; email: boolean },
): Promise<void> {
  await transaction.query(
    'INSERT INTO outcrop.subscriptions (export_id, webhook, email) VALUES ($1, $2, $3)',
    [exportId, wanted.webhook, wanted.email],
  );
}

/** Who wants to be told of some exports. */
export function findSubscribers(transaction: Queryable, exportIds: readonly number[]): Promise<Subscriber[]> {
  return transaction.query<Subscriber>(
    `SELECT s.export_id AS "exportId", s.webhook, CASE WHEN s.email THEN t.email END AS email
     FROM outcrop.subscriptions s JOIN outcrop.exports e ON e.id = s.export_id
     LEFT JOIN outcrop.tokens t ON t.id = e.token_id
     WHERE s.export_id = ANY ($1::integer[])`,
    [exportIds],
  );
}

/** Writes deliveries, and gives their ids. What was announced before is not written again. */
export async function insertDeliveries(
  transaction: Queryable,
  deliveries: readonly NewDelivery[],
): Promise<string[]> {
  const eventIds = new Map<string, string>();
  const rows = deliveries.map(({ exportId, event, channel, target }) => {
    const key = `${exportId} ${event}`;
    const eventId = eventIds.get(key) ?? randomUUID();
    eventIds.set(key, eventId);
    return { id: randomUUID(), export_id: exportId, event, event_id: eventId, channel, target };
  });
  const inserted = await transaction.query<{ id: string }>(
    `INSERT INTO outcrop.deliveries (id, export_id, event, event_id, channel, target)
     SELECT id, export_id, event, event_id, channel, target
     FROM json_to_recordset($1::json) AS row (id uuid, export_id integer, event text, event_id uuid, channel text, target text)
     ON CONFLICT DO NOTHING RETURNING id`,
    [JSON.stringify(rows)],
  );
  return inserted.map(({ id }) => id);
}

/** A delivery that has not come to an end, with its export as it is now; null where there is none. */
export async function findPending(database: Queryable, deliveryId: string): Promise<PendingDelivery | null> {
  const [delivery] = await database.query<Omit<PendingDelivery, 'record' | 'owner'> & { exportId: number }>(
    `SELECT export_id AS "exportId", event, event_id AS "eventId", channel, target
     FROM outcrop.deliveries WHERE id = $1 AND state = 'pending'`,
    [deliveryId],
  );
  if (delivery === undefined) {
    return null;
  }
  const [row] = await database.query<ExportRow & { owner: number }>(
    `SELECT ${exportColumns}, coalesce(token_id, 0) AS owner FROM ${exportTables} WHERE exports.id = $1`,
    [delivery.exportId],
  );
  return row === undefined ? null : { ...delivery, owner: row.owner, record: toExportRecord(row) };
}

/** Notes how a try went. */
export async function noteTry(
  database: Queryable,
  deliveryId: string,
  outcome: { state: DeliveryStatus['state']; detail: string | null },
): Promise<void> {
  await database.query(
    `UPDATE outcrop.deliveries SET state = $2, detail = $3, tries = tries + 1, tried_at = now()
     WHERE id = $1 AND state = 'pending'`,
    [deliveryId, outcome.state, outcome.detail],
  );
}

/** Notes that a delivery will not be tried again. */
export async function noteGivenUp(database: Queryable, deliveryId: string): Promise<void> {
  await database.query(`UPDATE outcrop.deliveries SET state = 'failed' WHERE id = $1 AND state = 'pending'`, [
    deliveryId,
  ]);
}

const statusColumns = `id, export_id, event, event_id, channel, target, state, tries, detail, ${wireTime('created_at')}, ${wireTime('tried_at')}`;

/** The latest deliveries of a site. */
export function listDeliveries(
  database: Queryable,
  wanted: { state: DeliveryStatus['state'] | null; limit: number },
): Promise<DeliveryStatus[]> {
  return database.query<DeliveryStatus>(
    `SELECT ${statusColumns} FROM outcrop.deliveries WHERE ($1::text IS NULL OR state = $1::text)
     ORDER BY outcrop.deliveries.created_at DESC, id LIMIT $2`,
    [wanted.state, wanted.limit],
  );
}

/** The deliveries of an export that are its owner's: not those to webhooks of the site. */
export function listOwnDeliveries(database: Queryable, exportId: number): Promise<DeliveryStatus[]> {
  return database.query<DeliveryStatus>(
    `SELECT ${statusColumns} FROM outcrop.deliveries WHERE export_id = $1 AND channel <> 'site-webhook'
     ORDER BY outcrop.deliveries.created_at, id`,
    [exportId],
  );
}
