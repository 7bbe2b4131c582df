import { exportStates } from '@outcrop/contract';

import { requestActor } from '../audit/audit-entry.ts';
import { writeAudit } from '../audit/audit-log.ts';
import { exportFacts } from '../audit/export-facts.ts';
import { wireTime } from '../database/wire-time.ts';
import { exportConditions } from '../exports/export-conditions.ts';
import type { RequestContext } from '../http/app-parts.ts';
import { HttpError, notFound } from '../http/http-error.ts';
import type { ListFields } from '../http/lists/list-fields.ts';
import { respondWithPage } from '../http/lists/respond-with-page.ts';
import { readPathId } from '../http/read-path-id.ts';
import { operator } from '../tokens/caller.ts';
import type { AdminParts } from './admin-parts.ts';
import { readAdminList } from './read-admin-list.ts';

const fields: ListFields = {
  sorts: ['created_at', 'finished_at', 'expires_at', 'name', 'state', 'id'],
  filters: {
    state: { type: exportStates },
    name: { type: 'text' },
    q: { type: 'search', attribute: 'name' },
    token: { type: 'integer' },
    created_at: { type: 'time' },
    finished_at: { type: 'time' },
    expires_at: { type: 'time' },
  },
  order: 'newest first',
};

interface Row {
  readonly token_id: number | null;
  readonly token_name: string | null;
  readonly items: readonly { readonly item: string }[];
}

/** `GET /services/admin/exports/`: everybody's exports, with whose they are. */
export async function listExports(parts: AdminParts, context: RequestContext): Promise<Response> {
  const query = readAdminList(context, fields);
  const { where, orderBy, values } = exportConditions(query, 1);
  const [counted] = await parts.database.query<{ total: number }>(
    `SELECT count(*)::integer AS total FROM outcrop.exports WHERE true${where}`,
    values,
  );
  const rows = await parts.database.query<Row>(
    `SELECT id, name, state, ${wireTime('created_at')}, ${wireTime('finished_at')}, ${wireTime('expires_at')},
            size_estimate_zipped::double precision AS size_estimate_zipped, request->'items' AS items, token_id,
            (SELECT t.name FROM outcrop.tokens t WHERE t.id = token_id) AS token_name
     FROM outcrop.exports WHERE true${where}
     ORDER BY ${orderBy} OFFSET $${values.length + 1} LIMIT $${values.length + 2}`,
    [...values, query.offset, query.pageSize],
  );
  const items = rows.map(({ token_id: id, token_name: name, items: requested, ...shown }) => ({
    ...shown,
    items: requested.map(({ item }) => item),
    owner: id === null ? null : { id, name },
  }));
  return respondWithPage(parts, context, { fields, query, total: counted?.total ?? 0, items });
}

/** `DELETE /services/admin/exports/{id}/`: cancels an export, whoever made it. */
export async function cancelExport(parts: AdminParts, context: RequestContext): Promise<Response> {
  const exportId = readPathId(context);
  const [row] = await parts.database.query<{ token_id: number | null; state: string }>(
    'SELECT token_id, state FROM outcrop.exports WHERE id = $1',
    [exportId],
  );
  if (row === undefined) throw notFound();
  const actor = requestActor(context, parts.trustedProxies);
  const owner = { ...operator, tokenId: row.token_id };
  const cancelled = await parts.exportStore.cancel(owner, exportId, (transaction, record) =>
    writeAudit(transaction, actor, exportFacts('export-cancelled', record)),
  );
  if (cancelled === null) {
    const detail = `Can't cancel: export ${exportId} is ${row.state}; only one that is processing can be cancelled.`;
    throw new HttpError(409, { errors: ["Can't cancel"], detail });
  }
  if (cancelled.hasRunEnded) parts.workers.abort(cancelled.record.runId);
  const { id, name, state } = cancelled.record;
  return context.json({ id, name, state }, 202);
}
