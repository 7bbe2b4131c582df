import { type Scope, scopes } from '@outcrop/contract';

/** Who is asking, and what they may do. */
export interface Caller {
  /** Null for the local user of an anonymous site. */
  readonly tokenId: number | null;
  readonly scopes: readonly string[];
}

/** The person at the machine of an anonymous site: everything is allowed. */
export const localUser: Caller = { tokenId: null, scopes };

/** Whether a caller may do what a scope allows. */
export function hasScope(caller: Caller, scope: Scope): boolean {
  return caller.scopes.includes(scope);
}
