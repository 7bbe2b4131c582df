import { tokenScopes } from '@outcrop/contract';

import { parseExpiry } from './parse-expiry.ts';
import { parseRefererPattern } from './referer-patterns.ts';

/** A token to make. */
export interface TokenOrder {
  readonly scopes: readonly string[];
  /** What it is for, in words. */
  readonly name: string;
  /** Groups of the site that its holder is in. Default: none. */
  readonly groups?: readonly string[];
  /** Pages that may use it: `example.com`, `*.example.com`. Default: it may be used from anywhere. */
  readonly referers?: readonly string[];
  /** When it ends: `90d`, `12h`, `52w`, a date, a time. Default: never. */
  readonly expires?: string | null;
  /** Whether it is made by a login link. */
  readonly isSession?: boolean;
  /** The token that it stands in for. */
  readonly ownerId?: number | null;
}

/** A token that can be made. */
export interface CheckedTokenOrder {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly groups: readonly string[];
  readonly referers: readonly string[];
  /** ISO 8601, UTC. */
  readonly expiresAt: string | null;
  readonly isSession: boolean;
  readonly ownerId: number | null;
}

/** A request about a token that cannot be granted, in words. */
export class TokenRequestError extends Error {
  override readonly name = 'TokenRequestError';
}

/**
 * Looks at what was ordered.
 *
 * @param siteGroups the groups that the site has; null where the caller has looked.
 * @throws TokenRequestError naming the value that cannot be used.
 */
export function checkTokenOrder(
  order: TokenOrder,
  siteGroups: readonly string[] | null = null,
): CheckedTokenOrder {
  const { groups = [], isSession = false, ownerId = null } = order;
  return {
    name: order.name,
    scopes: checkScopes(order.scopes),
    groups: siteGroups === null ? [...new Set(groups)] : checkGroups(groups, siteGroups),
    referers: (order.referers ?? []).map(checkReferer),
    expiresAt: checkExpiry(order.expires ?? null),
    isSession,
    ownerId,
  };
}

function checkScopes(ordered: readonly string[]): string[] {
  const scopes = [...new Set(ordered)];
  const unknown = scopes.find((scope) => !(tokenScopes as readonly string[]).includes(scope));
  if (unknown === undefined && scopes.length > 0) return scopes;
  const problem =
    unknown === undefined
      ? 'A token needs at least one scope'
      : `There is no scope ${JSON.stringify(unknown)}`;
  throw new TokenRequestError(`${problem}; use one or more of ${tokenScopes.join(', ')}.`);
}

function checkGroups(ordered: readonly string[], known: readonly string[]): string[] {
  const unknown = ordered.find((group) => !known.includes(group));
  if (unknown === undefined) return [...new Set(ordered)];
  const remedy =
    known.length === 0 ? 'it has none; name groups under access: in outcrop.yaml' : `use ${known.join(', ')}`;
  throw new TokenRequestError(`The site has no group ${JSON.stringify(unknown)}; ${remedy}.`);
}

function checkReferer(written: string): string {
  const pattern = parseRefererPattern(written);
  if (pattern !== null) return pattern;
  throw new TokenRequestError(
    `${JSON.stringify(written)} names no web pages; write a host such as example.com or *.example.com.`,
  );
}

function checkExpiry(written: string | null): string | null {
  if (written === null) return null;
  const expiresAt = parseExpiry(written, Date.now());
  if (expiresAt === null) {
    throw new TokenRequestError(
      `${JSON.stringify(written)} is no time; write 12h, 90d, 52w, a date such as 2027-06-30, or a time.`,
    );
  }
  if (Date.parse(expiresAt) <= Date.now()) {
    throw new TokenRequestError(`${JSON.stringify(written)} is over; give a time to come.`);
  }
  return expiresAt;
}
