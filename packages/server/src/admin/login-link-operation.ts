import { scopes } from '@outcrop/contract';
import { z } from 'zod';

import { requestActor } from '../audit/audit-entry.ts';
import { writeAudit } from '../audit/audit-log.ts';
import type { RequestContext } from '../http/app-parts.ts';
import { HttpError } from '../http/http-error.ts';
import { readJsonBody } from '../http/read-json-body.ts';
import { findCallerById } from '../tokens/find-caller.ts';
import { insertLoginCode } from '../tokens/login-codes.ts';
import { checkTokenOrder, TokenRequestError } from '../tokens/token-order.ts';
import type { AdminParts } from './admin-parts.ts';
import { tokenNameSchema } from './token-name.ts';

const orderSchema = z.strictObject({
  name: tokenNameSchema.default('login link'),
  scopes: z
    .array(z.enum(scopes))
    .min(1)
    .default([...scopes]),
  groups: z.array(z.string().max(300)).max(50).default([]),
  token: z.int().positive().max(2_147_483_647).nullable().default(null),
});

/**
 * `POST /services/admin/login-links/`: a link that opens the page, signed in. Its code stands behind `#`, which browsers
 * keep to themselves, and can be exchanged for a key once. With a `token`, the key stands in for that one: it has
 * its groups and its exports, and ends with it.
 */
export async function createLoginLink(parts: AdminParts, context: RequestContext): Promise<Response> {
  const order = orderSchema.safeParse(await readJsonBody(context, 10_000));
  if (!order.success) throw new HttpError(400, { detail: z.prettifyError(order.error) });
  const { name, scopes: wanted, groups, token: ownerId } = order.data;
  await refuseUnusable(parts, { scopes: wanted, name, groups, ownerId });
  const { code, expiresAt } = await parts.database.transaction(async (transaction) => {
    await writeAudit(transaction, requestActor(context, parts.trustedProxies), {
      action: 'login-link-created',
      subjectTokenId: ownerId,
      detail: JSON.stringify({ name, scopes: wanted, groups }),
    });
    return insertLoginCode(transaction, { name, scopes: wanted, groups, ownerId });
  });
  return context.json({ url: `${parts.siteRoot.href}#login=${code}`, expires_at: expiresAt }, 201);
}

async function refuseUnusable(
  { config, database }: AdminParts,
  order: { scopes: string[]; name: string; groups: string[]; ownerId: number | null },
): Promise<void> {
  try {
    checkTokenOrder(order, Object.keys(config.access.groups));
  } catch (error) {
    throw error instanceof TokenRequestError ? new HttpError(400, { detail: error.message }) : error;
  }
  const { ownerId, groups } = order;
  if (ownerId === null) return;
  if (groups.length > 0) {
    const detail = `The key of token ${ownerId} has the groups of that token; leave out ${groups.join(', ')}.`;
    throw new HttpError(400, { detail });
  }
  const owner = await findCallerById(database, ownerId);
  if (owner === null || owner.keyId !== owner.tokenId) {
    const detail = `There is no token ${ownerId} that works and is no login key itself; see outcrop token list.`;
    throw new HttpError(400, { detail });
  }
}
