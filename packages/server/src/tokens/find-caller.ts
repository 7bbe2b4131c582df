import type { Queryable } from '../database/database.ts';
import { wireTime } from '../database/wire-time.ts';
import type { Caller } from './caller.ts';
import { hashToken } from './token-store.ts';

/** A token that somebody sent, found. */
export interface FoundToken {
  readonly caller: Caller;
  /** Why it opens nothing now; null where it does. */
  readonly ended: 'revoked' | 'expired' | null;
  /** Pages that may use it; none where anything may. */
  readonly referers: readonly string[];
  /** Whether it is a minute or more since its use was noted. */
  readonly isUseOld: boolean;
}

interface Row {
  readonly key_id: number;
  readonly token_id: number;
  readonly name: string;
  readonly created_at: string;
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  readonly referers: readonly string[];
  readonly is_revoked: boolean;
  readonly is_expired: boolean;
  readonly is_use_old: boolean;
}

/** A key that stands in for another token has the groups of that one, no scope that it has not, and ends with it. */
const columns = `k.id AS key_id, coalesce(o.id, k.id) AS token_id, coalesce(o.name, k.name) AS name,
  coalesce(o.created_at, k.created_at) AS created_at, coalesce(o.groups, k.groups) AS groups, k.referers,
  CASE WHEN o.id IS NULL THEN k.scopes ELSE ARRAY(SELECT unnest(k.scopes) INTERSECT SELECT unnest(o.scopes) ORDER BY 1) END AS scopes,
  (k.revoked_at IS NOT NULL OR o.revoked_at IS NOT NULL) AS is_revoked,
  (coalesce(k.expires_at <= now(), false) OR coalesce(o.expires_at <= now(), false)) AS is_expired,
  coalesce(k.last_used_at < now() - interval '1 minute', true) AS is_use_old`;

/** The holder of a token; null where nobody has it. */
export async function findCaller(database: Queryable, token: string): Promise<FoundToken | null> {
  return find(database, 'k.hash = $1', hashToken(token));
}

/** The holder of a token by its number, for what was signed in its name; null where there is none, or it has ended. */
export async function findCallerById(database: Queryable, tokenId: number): Promise<Caller | null> {
  const found = await find(database, 'k.id = $1', tokenId);
  return found === null || found.ended !== null ? null : found.caller;
}

async function find(
  database: Queryable,
  condition: string,
  value: string | number,
): Promise<FoundToken | null> {
  const [row] = await database.query<Row>(
    `SELECT key_id, token_id, name, scopes, groups, referers, is_revoked, is_expired, is_use_old, ${wireTime('created_at')}
     FROM (SELECT ${columns} FROM outcrop.tokens k LEFT JOIN outcrop.tokens o ON o.id = k.owner_id
           WHERE ${condition}) AS found`,
    [value],
  );
  if (row === undefined) return null;
  const { key_id: keyId, token_id: tokenId, name, created_at: createdAt, scopes, groups, referers } = row;
  return {
    caller: { tokenId, keyId, name, createdAt, scopes, groups },
    ended: row.is_revoked ? 'revoked' : row.is_expired ? 'expired' : null,
    referers,
    isUseOld: row.is_use_old,
  };
}
