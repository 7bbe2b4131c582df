import { type Scope, scopes } from '@outcrop/contract';

/** Who is asking, and what they may do. */
export interface Caller {
  /** Null for the local user of an anonymous site. */
  readonly tokenId: number | null;
  /** What the token is for, in words. */
  readonly name: string;
  /** When the token was made: ISO 8601, UTC, microseconds; null for the local user. */
  readonly createdAt: string | null;
  readonly scopes: readonly string[];
}

/** The person at the machine of an anonymous site: everything is allowed. */
export const localUser: Caller = {
  tokenId: null,
  name: 'Local user',
  createdAt: null,
  scopes,
};

/** Whether a caller may do what a scope allows. */
export function hasScope(caller: Caller, scope: Scope): boolean {
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
