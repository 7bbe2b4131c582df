import { z } from 'zod';

import { TokenRequestError } from '../tokens/token-order.ts';
import type { NewToken, TokenChange, TokenRecord } from '../tokens/token-store.ts';
import { openSiteAdmin, type SiteAdmin } from './site-admin.ts';

/** A token that a command makes. */
export interface TokenWish {
  readonly folder: URL;
  readonly scopes: readonly string[];
  /** What it is for, in words. Default: none. */
  readonly name?: string;
  /** Groups of the site that its holder is in. Default: none. */
  readonly groups?: readonly string[];
  /** Pages that may use it: `example.com`, `*.example.com`. Default: it may be used from anywhere. */
  readonly referers?: readonly string[];
  /** When it ends: `90d`, a date, a time. Default: never. */
  readonly expires?: string;
}

const newTokenSchema = z.object({ id: z.int(), token: z.string(), scopes: z.array(z.string()) });
const recordSchema = z.object({
  id: z.int(),
  name: z.string(),
  scopes: z.array(z.string()),
  groups: z.array(z.string()),
  referers: z.array(z.string()),
  is_session: z.boolean(),
  owner_id: z.int().nullable(),
  created_at: z.string(),
  expires_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
  last_used_at: z.string().nullable(),
}) satisfies z.ZodType<TokenRecord>;
const refusalSchema = z.object({ detail: z.string() });
const pageSize = 100;

/**
 * Makes a token for a site, whether it runs or not.
 *
 * @throws TokenRequestError for what cannot be granted; SiteError where the folder is in use otherwise.
 */
export async function createToken({ folder, ...wish }: TokenWish): Promise<NewToken> {
  return withAdmin(folder, async (admin) => {
    const body = { ...wish, name: wish.name ?? '' };
    return newTokenSchema.parse(await read(await admin.ask('tokens/', { method: 'POST', body })));
  });
}

/** Every token of a site, oldest first, without what it is: that is known to its holder only. */
export async function listTokens({ folder }: { readonly folder: URL }): Promise<TokenRecord[]> {
  return withAdmin(folder, async (admin) => {
    const records: TokenRecord[] = [];
    for (let page = 1; ; page += 1) {
      const answer = await admin.ask(`tokens/?sort=id&page_size=${pageSize}&page=${page}`);
      const found = z.array(recordSchema).parse(await read(answer));
      records.push(...found);
      if (!(answer.headers.get('Link') ?? '').includes('page-next')) return records;
    }
  });
}

/** What of a token a command changes; what is absent stays. */
export interface TokenChangeWish {
  readonly folder: URL;
  readonly tokenId: number;
  readonly change: TokenChange;
}

/**
 * Changes what a token of a site may do, whether the site runs or not.
 *
 * @throws TokenRequestError for what cannot be granted, and where there is none of this number; SiteError where the folder is in
 *   use otherwise.
 */
export async function changeToken({ folder, tokenId, change }: TokenChangeWish): Promise<TokenRecord> {
  return withAdmin(folder, async (admin) => {
    const answer = await admin.ask(`tokens/${tokenId}/`, { method: 'PATCH', body: change });
    if (answer.status === 404) {
      throw new TokenRequestError(
        `There is no token ${tokenId} that is not revoked; see outcrop token list, or make a new one.`,
      );
    }
    return recordSchema.parse(await read(answer));
  });
}

/**
 * Ends a token, and the keys of login links that stand in for it.
 *
 * @throws TokenRequestError where there is none of this number.
 */
export async function revokeToken(order: {
  readonly folder: URL;
  readonly tokenId: number;
}): Promise<TokenRecord> {
  return withAdmin(order.folder, async (admin) => {
    const answer = await admin.ask(`tokens/${order.tokenId}/`, { method: 'DELETE' });
    if (answer.status === 404) {
      throw new TokenRequestError(`There is no token ${order.tokenId}; see outcrop token list.`);
    }
    return recordSchema.parse(await read(answer));
  });
}

async function withAdmin<T>(folder: URL, work: (admin: SiteAdmin) => Promise<T>): Promise<T> {
  const admin = await openSiteAdmin(folder);
  try {
    return await work(admin);
  } finally {
    await admin.close();
  }
}

async function read(answer: Response): Promise<unknown> {
  const body: unknown = await answer.json();
  if (answer.ok) return body;
  const refusal = refusalSchema.safeParse(body);
  if (answer.status === 400 && refusal.success) throw new TokenRequestError(refusal.data.detail);
  throw new Error(`The site did not take the order (HTTP ${answer.status}); start it again.`);
}
