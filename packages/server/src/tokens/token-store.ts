import { createHash, randomBytes } from 'node:crypto';

import { scopes as knownScopes } from '@outcrop/contract';

import type { Database } from '../database/database.ts';
import { wireTime } from '../database/wire-time.ts';
import type { Caller } from './caller.ts';

/** A token as its owner sees it, once: only its hash is kept. */
export interface NewToken {
  readonly id: number;
  /** 32 hex characters. */
  readonly token: string;
  readonly scopes: string[];
}

/** A request for a token that cannot be granted, in words. */
export class TokenRequestError extends Error {
  override readonly name = 'TokenRequestError';
}

/**
 * Makes a token.
 *
 * @throws TokenRequestError for no scope, or one that does not exist.
 */
export async function insertToken(
  database: Database,
  wanted: { scopes: readonly string[]; name: string },
): Promise<NewToken> {
  const scopes = [...new Set(wanted.scopes)];
  const unknown = scopes.find((scope) => !(knownScopes as readonly string[]).includes(scope));
  if (unknown !== undefined || scopes.length === 0) {
    const problem =
      unknown === undefined
        ? 'A token needs at least one scope'
        : `There is no scope ${JSON.stringify(unknown)}`;
    throw new TokenRequestError(`${problem}; use one or more of ${knownScopes.join(', ')}.`);
  }
  const token = randomBytes(16).toString('hex');
  const [row] = await database.query<{ id: number }>(
    'INSERT INTO outcrop.tokens (name, hash, scopes) VALUES ($1, $2, $3) RETURNING id',
    [wanted.name, hashToken(token), scopes],
  );
  if (row === undefined) {
    throw new Error('The database gave no id for the token');
  }
  return { id: row.id, token, scopes };
}

/** Who a token belongs to; null where nobody has it. */
export function findCaller(database: Database, token: string): Promise<Caller | null> {
  return selectCaller(database, 'hash = $1', hashToken(token));
}

/** The same for one who is known already, and whose token may have ended since. */
export function findCallerById(database: Database, tokenId: number): Promise<Caller | null> {
  return selectCaller(database, 'id = $1', tokenId);
}

async function selectCaller(
  database: Database,
  condition: 'hash = $1' | 'id = $1',
  value: string | number,
): Promise<Caller | null> {
  const [row] = await database.query<{ id: number; name: string; created_at: string; scopes: string[] }>(
    `SELECT id, name, ${wireTime('created_at')}, scopes FROM outcrop.tokens WHERE ${condition}`,
    [value],
  );
  return row === undefined
    ? null
    : { tokenId: row.id, name: row.name, createdAt: row.created_at, scopes: row.scopes };
}

function hashToken(token: string): string {
  return createHash('sha256').update(token.toLowerCase()).digest('hex');
}
