import { createHash, randomBytes } from 'node:crypto';

import type { Queryable } from '../database/database.ts';
import { wireTime } from '../database/wire-time.ts';

/** Whom a login link is for, and what the key that it gives may do. */
export interface LoginOrder {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  /** The token that the key stands in for; null where it is its own. */
  readonly ownerId: number | null;
}

/** A code that was made: told once, kept as a hash. */
export interface LoginCode {
  readonly code: string;
  /** ISO 8601, UTC, microseconds. */
  readonly expiresAt: string;
}

/** Keeps a code for a quarter of an hour, for whichever process of the site is asked, and forgets those that are over. */
export async function insertLoginCode(database: Queryable, order: LoginOrder): Promise<LoginCode> {
  const code = randomBytes(24).toString('base64url');
  await database.query('DELETE FROM outcrop.login_codes WHERE expires_at <= now()');
  const [row] = await database.query<{ expires_at: string }>(
    `INSERT INTO outcrop.login_codes (hash, name, scopes, groups, owner_id, expires_at)
     VALUES ($1, $2, $3, $4, $5, now() + interval '15 minutes') RETURNING ${wireTime('expires_at')}`,
    [hash(code), order.name, order.scopes, order.groups, order.ownerId],
  );
  return { code, expiresAt: row?.expires_at ?? '' };
}

/** Takes a code, so that nobody can take it again. Null where it was taken, is over, or never was. */
export async function takeLoginCode(database: Queryable, code: string): Promise<LoginOrder | null> {
  const [row] = await database.query<Omit<LoginOrder, 'ownerId'> & { owner_id: number | null }>(
    `DELETE FROM outcrop.login_codes WHERE hash = $1 AND expires_at > now()
     RETURNING name, scopes, groups, owner_id`,
    [hash(code)],
  );
  if (row === undefined) return null;
  const { owner_id: ownerId, ...order } = row;
  return { ...order, ownerId };
}

/** 192 random bits, which nobody can try one by one: one pass is enough. */
function hash(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}
