import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

import { scopes } from '@outcrop/contract';
import { z } from 'zod';

import { adminSecretHeader } from '../http/admin-operations.ts';
import type { AppParts, RequestContext } from '../http/app-parts.ts';
import { HttpError, notFound } from '../http/http-error.ts';
import { readJsonBody } from '../http/read-json-body.ts';
import { insertToken } from '../tokens/token-store.ts';

/** Where a running site makes login links, for whoever knows its secret. Not part of the API. */
export const loginLinksPath = '/.outcrop/login-links';

const validMs = 15 * 60 * 1000;
const mostWaiting = 1000;

const orderSchema = z.object({
  name: z.string().max(200).default('login link'),
  scopes: z
    .array(z.enum(scopes))
    .min(1)
    .default([...scopes]),
});
const redemptionSchema = z.object({ code: z.string().max(100) });

interface Waiting {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expires: number;
}

/**
 * Login links: each opens the page with a code behind `#`, which browsers keep to themselves, and which can be
 * exchanged for a key once. Codes are kept in memory, as hashes, for a quarter of an hour.
 */
export class LoginLinks {
  readonly #parts: AppParts;
  readonly #waiting = new Map<string, Waiting>();

  constructor(parts: AppParts) {
    this.#parts = parts;
  }

  /** Makes a link. To those who do not know the site's secret there is nothing here. */
  readonly create = async (context: RequestContext): Promise<Response> => {
    const { adminSecret, siteRoot } = this.#parts;
    if (adminSecret === null || !isEqual(context.req.header(adminSecretHeader) ?? '', adminSecret))
      throw notFound();
    const order = orderSchema.safeParse(await readJsonBody(context, 10_000));
    if (!order.success) throw new HttpError(400, { detail: z.prettifyError(order.error) });
    this.#forgetExpired();
    const code = randomBytes(24).toString('base64url');
    const expires = Date.now() + validMs;
    this.#waiting.set(hash(code), { ...order.data, expires });
    return context.json(
      { url: `${siteRoot.href}#login=${code}`, expires_at: new Date(expires).toISOString() },
      201,
    );
  };

  /** Exchanges a code for a key, once. */
  readonly redeem = async (context: RequestContext): Promise<Response> => {
    const body = redemptionSchema.safeParse(await readJsonBody(context, 1000));
    this.#forgetExpired();
    const key = body.success ? hash(body.data.code) : '';
    const found = this.#waiting.get(key);
    if (found === undefined) {
      throw new HttpError(401, {
        detail: 'This login link was used before, or is older than 15 minutes; ask for a new one.',
      });
    }
    this.#waiting.delete(key);
    const { token } = await insertToken(this.#parts.database, found);
    return context.json({ key: token }, 201, { 'Cache-Control': 'no-store' });
  };

  #forgetExpired(): void {
    for (const [key, { expires }] of this.#waiting) {
      if (expires < Date.now() || this.#waiting.size > mostWaiting) this.#waiting.delete(key);
    }
  }
}

function hash(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}

function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
