import { z } from 'zod';

import { requestActor } from '../audit/audit-entry.ts';
import { writeAudit } from '../audit/audit-log.ts';
import { type ListColumns, listConditions } from '../database/list-conditions.ts';
import type { RequestContext } from '../http/app-parts.ts';
import { HttpError, notFound } from '../http/http-error.ts';
import type { ListFields } from '../http/lists/list-fields.ts';
import { respondWithPage } from '../http/lists/respond-with-page.ts';
import { readJsonBody } from '../http/read-json-body.ts';
import { readPathId } from '../http/read-path-id.ts';
import { checkTokenOrder, type TokenOrder, TokenRequestError } from '../tokens/token-order.ts';
import {
  changeToken as change,
  insertToken,
  revokeToken as endToken,
  tokenColumns,
  type TokenRecord,
} from '../tokens/token-store.ts';
import type { AdminParts } from './admin-parts.ts';
import { readAdminList } from './read-admin-list.ts';
import { tokenNameSchema } from './token-name.ts';

const texts = z.array(z.string().max(300)).max(50);

const tokenOrderSchema = z.strictObject({
  scopes: texts,
  name: tokenNameSchema.default(''),
  groups: texts.default([]),
  referers: texts.default([]),
  expires: z.string().max(100).nullable().default(null),
});

const tokenChangeSchema = z
  .strictObject({
    scopes: texts.optional(),
    name: tokenNameSchema.optional(),
    groups: texts.optional(),
    referers: texts.optional(),
    expires: z.string().max(100).nullable().optional(),
  })
  .refine(
    (change) => Object.keys(change).length > 0,
    'say what to change: scopes, name, groups, referers or expires',
  );

const fields: ListFields = {
  sorts: ['id', 'name', 'created_at', 'last_used_at', 'expires_at'],
  filters: {
    id: { type: 'integer' },
    name: { type: 'text' },
    q: { type: 'search', attribute: 'name' },
    group: { type: 'text' },
    created_at: { type: 'time' },
    last_used_at: { type: 'time' },
    expires_at: { type: 'time' },
    state: { type: ['active', 'expired', 'revoked'] },
  },
  order: 'newest first',
};

const columns: ListColumns = {
  id: { sql: 'id', type: 'integer' },
  name: { sql: 'name', type: 'text' },
  group: { sql: 'groups', type: 'list' },
  created_at: { sql: 'created_at', type: 'timestamptz' },
  last_used_at: { sql: 'last_used_at', type: 'timestamptz' },
  expires_at: { sql: 'expires_at', type: 'timestamptz' },
  state: {
    sql: `(CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= now() THEN 'expired' ELSE 'active' END)`,
    type: 'text',
  },
};

/** `GET /services/admin/tokens/`: every token, without its secret. */
export async function listTokens(parts: AdminParts, context: RequestContext): Promise<Response> {
  const query = readAdminList(context, fields);
  const { where, orderBy, values } = listConditions(columns, query, 1);
  const [counted] = await parts.database.query<{ total: number }>(
    `SELECT count(*)::integer AS total FROM outcrop.tokens WHERE true${where}`,
    values,
  );
  const items = await parts.database.query<TokenRecord>(
    `SELECT ${tokenColumns} FROM outcrop.tokens WHERE true${where}
     ORDER BY ${orderBy} OFFSET $${values.length + 1} LIMIT $${values.length + 2}`,
    [...values, query.offset, query.pageSize],
  );
  return respondWithPage(parts, context, { fields, query, total: counted?.total ?? 0, items });
}

/** `GET /services/admin/tokens/{id}/`. */
export async function getToken(parts: AdminParts, context: RequestContext): Promise<Response> {
  const [record] = await parts.database.query<TokenRecord>(
    `SELECT ${tokenColumns} FROM outcrop.tokens WHERE id = $1`,
    [readPathId(context)],
  );
  if (record === undefined) throw notFound();
  return context.json(record);
}

/** `POST /services/admin/tokens/`: makes a token, which is told here and never again. */
export async function createToken(parts: AdminParts, context: RequestContext): Promise<Response> {
  const order = tokenOrderSchema.safeParse(await readJsonBody(context, 50_000));
  if (!order.success) throw new HttpError(400, { detail: z.prettifyError(order.error) });
  refuseUnusable(order.data, Object.keys(parts.config.access.groups));
  const made = await parts.database.transaction(async (transaction) => {
    const created = await insertToken(transaction, order.data);
    await writeAudit(transaction, requestActor(context, parts.trustedProxies), {
      action: 'token-created',
      subjectTokenId: created.id,
      detail: describeOrder(order.data),
    });
    return created;
  });
  return context.json(made, 201);
}

/** `PATCH /services/admin/tokens/{id}/`: changes what a token may do, from its next request on. */
export async function changeToken(parts: AdminParts, context: RequestContext): Promise<Response> {
  const tokenId = readPathId(context);
  const sent = tokenChangeSchema.safeParse(await readJsonBody(context, 50_000));
  if (!sent.success) throw new HttpError(400, { detail: z.prettifyError(sent.error) });
  const siteGroups = Object.keys(parts.config.access.groups);
  const changed = await parts.database
    .transaction(async (transaction) => {
      const result = await change(transaction, tokenId, { change: sent.data, siteGroups });
      if (result === null) return null;
      const detail = JSON.stringify({ from: rightsOf(result.before), to: rightsOf(result.after) });
      const facts = { action: 'token-changed', subjectTokenId: tokenId, detail } as const;
      await writeAudit(transaction, requestActor(context, parts.trustedProxies), facts);
      return result.after;
    })
    .catch(refuse);
  if (changed === null) throw notFound(`There is no token ${tokenId} that is not revoked.`);
  return context.json(changed);
}

/** `DELETE /services/admin/tokens/{id}/`: ends a token, and the keys that stand in for it. Again, it changes nothing. */
export async function revokeToken(parts: AdminParts, context: RequestContext): Promise<Response> {
  const tokenId = readPathId(context);
  const revoked = await parts.database.transaction(async (transaction) => {
    const [before] = await transaction.query<{ revoked_at: unknown }>(
      'SELECT revoked_at FROM outcrop.tokens WHERE id = $1 FOR UPDATE',
      [tokenId],
    );
    const record = await endToken(transaction, tokenId);
    if (before?.revoked_at === null) {
      const actor = requestActor(context, parts.trustedProxies);
      await writeAudit(transaction, actor, { action: 'token-revoked', subjectTokenId: tokenId });
    }
    return record;
  });
  if (revoked === null) throw notFound();
  return context.json(revoked);
}

function refuseUnusable(order: TokenOrder, siteGroups: readonly string[]): void {
  try {
    checkTokenOrder(order, siteGroups);
  } catch (error) {
    refuse(error);
  }
}

function refuse(error: unknown): never {
  throw error instanceof TokenRequestError ? new HttpError(400, { detail: error.message }) : error;
}

function rightsOf({ name, scopes, groups, referers, expires_at: expires }: TokenRecord): object {
  return { name, scopes, groups, referers, expires: expires ?? 'never' };
}

/** What the log keeps of a token: never the token. */
function describeOrder({ name, scopes, groups = [], referers = [], expires }: TokenOrder): string {
  const parts = { name, scopes, groups, referers, expires: expires ?? 'never' };
  return JSON.stringify(parts);
}
