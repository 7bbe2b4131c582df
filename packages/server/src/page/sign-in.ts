import { z } from 'zod';

import { requestActor } from '../audit/audit-entry.ts';
import { writeAudit } from '../audit/audit-log.ts';
import type { Queryable } from '../database/database.ts';
import type { AppParts, RequestContext } from '../http/app-parts.ts';
import { identify } from '../http/authenticate.ts';
import { HttpError } from '../http/http-error.ts';
import { readJsonBody } from '../http/read-json-body.ts';
import { findCallerById } from '../tokens/find-caller.ts';
import { type LoginOrder, takeLoginCode } from '../tokens/login-codes.ts';
import { endSession, insertToken } from '../tokens/token-store.ts';

const redemptionSchema = z.object({ code: z.string().max(100) });

/** `POST /services/page/sign-in`: exchanges the code of a login link for a key, once. The key ends by itself. */
export function signIn(parts: AppParts): (context: RequestContext) => Promise<Response> {
  return async (context) => {
    const body = redemptionSchema.safeParse(await readJsonBody(context, 1000));
    const key = await parts.database.transaction(async (transaction) => {
      const order = body.success ? await takeLoginCode(transaction, body.data.code) : null;
      return order === null ? null : openSession(parts, context, { transaction, order });
    });
    if (key === null) {
      throw new HttpError(401, {
        detail: 'This login link was used before, or is older than 15 minutes; ask for a new one.',
      });
    }
    return context.json({ key }, 201, { 'Cache-Control': 'no-store' });
  };
}

/** `POST /services/page/sign-out`: ends the key that was sent, if a login link gave it; other keys are their owner's to end. */
export function signOut(parts: AppParts): (context: RequestContext) => Promise<Response> {
  return async (context) => {
    context.set('caller', await identify(parts, context, 'exports:read'));
    const { keyId } = context.get('caller');
    const isRevoked = await parts.database.transaction(async (transaction) => {
      if (keyId === null || !(await endSession(transaction, keyId))) return false;
      const actor = requestActor(context, parts.trustedProxies);
      await writeAudit(transaction, actor, {
        action: 'token-revoked',
        subjectTokenId: keyId,
        detail: 'signed out',
      });
      return true;
    });
    return context.json({ revoked: isRevoked });
  };
}

/** Null where the token that the key would stand in for has ended meanwhile. */
async function openSession(
  parts: AppParts,
  context: RequestContext,
  { transaction, order }: { transaction: Queryable; order: LoginOrder },
): Promise<string | null> {
  const owner = order.ownerId === null ? null : await findCallerById(transaction, order.ownerId);
  if (order.ownerId !== null && owner === null) return null;
  const ms = parts.site.config.access.session_days * 24 * 60 * 60 * 1000;
  const expires = new Date(Date.now() + ms).toISOString();
  const { id, token } = await insertToken(transaction, { ...order, expires, isSession: true });
  const caller = await findCallerById(transaction, id);
  if (caller === null) throw new Error('A key that was just made has ended');
  context.set('caller', caller);
  await writeAudit(transaction, requestActor(context, parts.trustedProxies), {
    action: 'token-created',
    subjectTokenId: id,
    detail: 'login link',
  });
  return token;
}
