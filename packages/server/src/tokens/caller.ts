import { scopes, type TokenScope } from '@outcrop/contract';

/** Who is asking, and what they may do. */
export interface Caller {
  /** The token whose exports these are: for a key of a login link the one it stands in for. Null where none was sent. */
  readonly tokenId: number | null;
  /** The token that was sent. */
  readonly keyId: number | null;
  /** What the token is for, in words. */
  readonly name: string;
  /** When the token was made: ISO 8601, UTC, microseconds; null where none was sent. */
  readonly createdAt: string | null;
  readonly scopes: readonly string[];
  /** Groups of the site that the caller is in; null for whom no rule of a layer holds. */
  readonly groups: readonly string[] | null;
}

/** The person at the machine of an anonymous site, who has its files: everything is allowed. */
export const localUser: Caller = {
  tokenId: null,
  keyId: null,
  name: 'Local user',
  createdAt: null,
  scopes,
  groups: null,
};

/** Whoever reaches a site that is open to all: may do what the public may. */
export const visitor: Caller = { ...localUser, name: 'Visitor', groups: [] };

/** Whoever has the folder of the site, and so its secret or its database. */
export const operator: Caller = { ...localUser, name: 'Operator' };

/** Whether a caller may do what a scope allows. */
export function hasScope(caller: Caller, scope: TokenScope): boolean {
  return caller.scopes.includes(scope);
}

/**
 * The condition of a statement that a row is the caller's; `$1` is `ownerOf`. An index can be used for it, unlike for
 * a comparison with a number that may be null.
 */
export const isOwned = 'coalesce(token_id, 0) = $1';

/** Who owns what a caller makes: the token, or 0 for the local user. */
export function ownerOf(caller: Caller): number {
  return caller.tokenId ?? 0;
}
