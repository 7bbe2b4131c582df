import { createHash, randomBytes } from 'node:crypto';

import type { Queryable } from '../database/database.ts';
import { wireTime } from '../database/wire-time.ts';
import { checkTokenOrder, type TokenOrder, TokenRequestError } from './token-order.ts';

/** A token as its owner sees it, once: only its hash is kept. */
export interface NewToken {
  readonly id: number;
  /** 32 hex characters. */
  readonly token: string;
  readonly scopes: string[];
}

/** A token as operators see it. Times are ISO 8601, UTC, microseconds. */
export interface TokenRecord {
  readonly id: number;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  readonly referers: readonly string[];
  /** Whether it was made by a login link. */
  readonly is_session: boolean;
  /** The token that a key of a login link stands in for. */
  readonly owner_id: number | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
}

/** What to select of a token. Never its hash. */
export const tokenColumns = [
  'id, name, scopes, groups, referers, is_session, owner_id',
  ...['created_at', 'expires_at', 'revoked_at', 'last_used_at'].map((column) => wireTime(column)),
].join(', ');

/**
 * Makes a token.
 *
 * @throws TokenRequestError for what cannot be granted.
 */
export async function insertToken(database: Queryable, order: TokenOrder): Promise<NewToken> {
  const { name, scopes, groups, referers, expiresAt, ownerId, isSession } = checkTokenOrder(order);
  const token = randomBytes(16).toString('hex');
  const [row] = await database.query<{ id: number }>(
    `INSERT INTO outcrop.tokens (name, hash, scopes, groups, referers, expires_at, owner_id, is_session)
     VALUES ($1, $2, $3, $4, $5, $6::timestamptz, $7, $8) RETURNING id`,
    [name, hashToken(token), scopes, groups, referers, expiresAt, ownerId, isSession],
  );
  if (row === undefined) {
    throw new Error('The database gave no id for the token');
  }
  return { id: row.id, token, scopes: [...scopes] };
}

/** What of a token is to be another; what is absent stays. */
export interface TokenChange {
  readonly name?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly referers?: readonly string[] | undefined;
  /** As in an order; null for never. */
  readonly expires?: string | null | undefined;
}

/**
 * Changes what a token may do, from its next request on. Null where there is none of this number that works: what was revoked
 * stays so.
 *
 * @throws TokenRequestError for what cannot be granted.
 */
export async function changeToken(
  database: Queryable,
  tokenId: number,
  { change, siteGroups }: { readonly change: TokenChange; readonly siteGroups: readonly string[] },
): Promise<{ readonly before: TokenRecord; readonly after: TokenRecord } | null> {
  const [before] = await database.query<TokenRecord>(
    `SELECT ${tokenColumns} FROM outcrop.tokens WHERE id = $1 AND revoked_at IS NULL FOR UPDATE`,
    [tokenId],
  );
  if (before === undefined) return null;
  if (before.owner_id !== null) {
    const words = `Key ${tokenId} stands in for token ${before.owner_id}, whose groups and rights it has`;
    throw new TokenRequestError(`${words}; change that one, or revoke this one.`);
  }
  const checked = checkTokenOrder(
    { scopes: before.scopes, name: before.name, ...defined(change) },
    siteGroups,
  );
  const [after] = await database.query<TokenRecord>(
    `UPDATE outcrop.tokens SET name = $2, scopes = $3,
       groups = CASE WHEN $4 THEN $5::text[] ELSE groups END,
       referers = CASE WHEN $6 THEN $7::text[] ELSE referers END,
       expires_at = CASE WHEN $8 THEN $9::timestamptz ELSE expires_at END
     WHERE id = $1 RETURNING ${tokenColumns}`,
    [
      tokenId,
      checked.name,
      checked.scopes,
      change.groups !== undefined,
      checked.groups,
      change.referers !== undefined,
      checked.referers,
      change.expires !== undefined,
      checked.expiresAt,
    ],
  );
  return after === undefined ? null : { before, after };
}

function defined(change: TokenChange): Partial<TokenOrder> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

/** Ends a token, and with it the keys that stand in for it. Null where there is none; one that had ended stays as it was. */
export async function revokeToken(database: Queryable, tokenId: number): Promise<TokenRecord | null> {
  const rows = await database.query<TokenRecord>(
    `UPDATE outcrop.tokens SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1 OR owner_id = $1
     RETURNING ${tokenColumns}`,
    [tokenId],
  );
  return rows.find(({ id }) => id === tokenId) ?? null;
}

/** Ends a key that a login link gave. False for any other, and for one that had ended. */
export async function endSession(database: Queryable, tokenId: number): Promise<boolean> {
  const rows = await database.query(
    'UPDATE outcrop.tokens SET revoked_at = now() WHERE id = $1 AND is_session AND revoked_at IS NULL RETURNING id',
    [tokenId],
  );
  return rows.length > 0;
}

/**
 * What is kept of a token. One pass of SHA-256 is enough: a token is 128 random bits, which nobody can try one by one,
 * unlike a password that a person chose; and without salt, so that a request finds its token by an index.
 */
export function hashToken(token: string): string {
  return createHash('sha256').update(token.toLowerCase()).digest('hex');
}
