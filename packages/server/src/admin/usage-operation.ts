import { wireTime } from '../database/wire-time.ts';
import { type ListColumns, listConditions } from '../database/list-conditions.ts';
import type { RequestContext } from '../http/app-parts.ts';
import type { ListFields } from '../http/lists/list-fields.ts';
import { respondWithPage } from '../http/lists/respond-with-page.ts';
import type { AdminParts } from './admin-parts.ts';
import { readAdminList } from './read-admin-list.ts';

const fields: ListFields = {
  sorts: ['token', 'created', 'downloads', 'bytes_downloaded'],
  filters: { token: { type: 'integer' }, at: { type: 'time' } },
  order: 'by token',
};

const filtered: ListColumns = {
  id: { sql: 'id', type: 'bigint' },
  token: { sql: 'coalesce(token_id, 0)', type: 'integer' },
  at: { sql: 'at', type: 'timestamptz' },
};

const count = (action: string): string => `(count(*) FILTER (WHERE action = '${action}'))::integer`;

const grouped = `
  SELECT coalesce(token_id, 0) AS token, (array_agg(token_name ORDER BY id DESC))[1] AS name,
    ${count('export-created')} AS created, ${count('export-cancelled')} AS cancelled,
    ${count('export-refused')} AS refused, ${count('export-downloaded')} AS downloads,
    coalesce(sum(bytes) FILTER (WHERE action = 'export-downloaded'), 0)::double precision AS bytes_downloaded,
    min(at) AS first_at, max(at) AS last_at
  FROM outcrop.audit WHERE action LIKE 'export-%'`;

/**
 * `GET /services/admin/usage/`: what each token did, from the audit log: so exports that are deleted count too. 0 is whoever
 * sent no token. `at.gte` and `at.lt` bound the time.
 */
export async function listUsage(parts: AdminParts, context: RequestContext): Promise<Response> {
  const query = readAdminList(context, fields);
  const { where, values } = listConditions(filtered, { ...query, sort: null }, 1);
  const usage = `${grouped}${where} GROUP BY coalesce(token_id, 0)`;
  const [counted] = await parts.database.query<{ total: number }>(
    `SELECT count(*)::integer AS total FROM (${usage}) AS usage`,
    values,
  );
  const sort = fields.sorts.find((name) => name === query.sort?.attribute) ?? 'token';
  const items = await parts.database.query(
    `SELECT token, name, created, cancelled, refused, downloads, bytes_downloaded,
            ${wireTime('first_at')}, ${wireTime('last_at')}
     FROM (${usage}) AS usage ORDER BY usage.${sort} ${query.sort?.isDescending === true ? 'DESC' : 'ASC'}, token
     OFFSET $${values.length + 1} LIMIT $${values.length + 2}`,
    [...values, query.offset, query.pageSize],
  );
  return respondWithPage(parts, context, { fields, query, total: counted?.total ?? 0, items });
}
