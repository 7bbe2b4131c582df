import { timingSafeEqual } from 'node:crypto';

import { z } from 'zod';

import { insertToken, TokenRequestError } from '../tokens/token-store.ts';
import type { AppParts, RequestContext } from './app-parts.ts';
import { HttpError, notFound } from './http-error.ts';
import { readJsonBody } from './read-json-body.ts';

/** Where a running site takes orders from its own machine. Not part of the API. */
export const adminTokensPath = '/.outcrop/tokens';
/** The header that carries the secret of `site.json`, which only the site's own user can read. */
export const adminSecretHeader = 'X-Outcrop-Secret';

/** Body of an order for a token. */
const tokenOrderSchema = z.object({
  scopes: z.array(z.string().max(100)).max(50),
  name: z.string().max(200),
});

/** Makes a token for whoever knows the running site's secret. To others there is nothing here. */
export function createTokenOperation(parts: AppParts): (context: RequestContext) => Promise<Response> {
  return async (context) => {
    if (!isAdmin(context, parts.adminSecret)) {
      throw notFound();
    }
    const order = tokenOrderSchema.safeParse(await readJsonBody(context, 10_000));
    if (!order.success) {
      throw new HttpError(400, { detail: z.prettifyError(order.error) });
    }
    try {
      return context.json(await insertToken(parts.database, order.data), 201);
    } catch (error) {
      throw error instanceof TokenRequestError ? new HttpError(400, { detail: error.message }) : error;
    }
  };
}

/** Whether a request has the secret of the running site; nobody has where it has none. */
export function isAdmin(context: RequestContext, adminSecret: string | null): boolean {
  return adminSecret !== null && isEqual(context.req.header(adminSecretHeader) ?? '', adminSecret);
}

function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
