import type { TokenScope } from '@outcrop/contract';

import { type Caller, hasScope, localUser, visitor } from '../tokens/caller.ts';
import { findCaller, type FoundToken } from '../tokens/find-caller.ts';
import { comesFromAllowedPage } from '../tokens/referer-patterns.ts';
import type { Access, AppParts, RequestContext } from './app-parts.ts';
import { HttpError } from './http-error.ts';

/** What finding out who asks takes. */
export type IdentityParts = Pick<AppParts, 'access' | 'database' | 'rateLimits' | 'tokenUses'>;

/**
 * Finds who asks and whether they may. The header is `Authorization: key <32 hex>`, the scheme in any case.
 *
 * @throws HttpError 429 for too many requests; 401 for no token where one is needed, one that opens nothing, and one without the scope (wire contract, section 2).
 */
export async function authenticate(
  parts: IdentityParts,
  context: RequestContext,
  scope: TokenScope,
): Promise<Caller> {
  const caller = await parts.rateLimits.admit(context, () => identify(parts, context, scope));
  context.header('Accepted-OAuth-Scopes', scope);
  context.header('OAuth-Scopes', caller.scopes.join(' '));
  if (!hasScope(caller, scope)) {
    const has = caller.scopes.join(', ') || 'none';
    throw unauthorised(
      scope,
      caller.scopes,
      `The token lacks the scope ${scope} (it has ${has}); use one that has it.`,
    );
  }
  return caller;
}

/** Who asks without a token, of a site that needs none. */
export function anonymousCaller(access: Exclude<Access, 'token'>): Caller {
  return access === 'local' ? localUser : visitor;
}

/**
 * Finds who asks, whatever they may do.
 *
 * @param scope what the answer to whoever is not known says that it takes.
 * @throws HttpError 401
 */
export async function identify(
  parts: IdentityParts,
  context: RequestContext,
  scope: TokenScope,
): Promise<Caller> {
  const header = context.req.header('Authorization');
  if (header === undefined) {
    if (parts.access !== 'token') {
      return anonymousCaller(parts.access);
    }
    throw unauthorised(
      scope,
      [],
      `Authentication credentials were not provided. Send "Authorization: key <token>" with a token that has the scope ${scope}.`,
    );
  }
  const match = /^key\s+([0-9a-f]{32})$/i.exec(header.trim());
  const found = match?.[1] === undefined ? null : await findCaller(parts.database, match[1]);
  if (found === null) {
    const problem =
      match === null
        ? 'The Authorization header is not "key" and 32 hexadecimal digits'
        : 'The token is not known to this site';
    throw unauthorised(
      scope,
      [],
      `${problem}. Send "Authorization: key <token>" with a token of this site that has the scope ${scope}.`,
    );
  }
  const refused = refusalOf(found, context);
  if (refused !== null) {
    throw unauthorised(scope, [], refused);
  }
  if (found.isUseOld && found.caller.keyId !== null) {
    parts.tokenUses.note(found.caller.keyId);
  }
  return found.caller;
}

/** Why a token that is known opens nothing. Only its holder is told: whoever sent it has it. */
function refusalOf({ ended, referers }: FoundToken, context: RequestContext): string | null {
  if (ended !== null) {
    const remedy = 'sign in again, or ask whoever runs the site for a new one';
    return ended === 'expired' ? `The token has expired; ${remedy}.` : `The token was revoked; ${remedy}.`;
  }
  const [origin, referer] = [context.req.header('Origin'), context.req.header('Referer')];
  if (referers.length === 0 || comesFromAllowedPage(referers, { origin, referer })) {
    return null;
  }
  const page = origin ?? referer;
  const from =
    page === undefined
      ? 'the request has no Referer'
      : `the request is from ${JSON.stringify(page.slice(0, 200))}`;
  return `The token may be used from certain web pages only, and ${from}.`;
}

function unauthorised(scope: TokenScope, scopes: readonly string[], detail: string): HttpError {
  return new HttpError(
    401,
    { detail },
    {
      'WWW-Authenticate': 'key',
      'Accepted-OAuth-Scopes': scope,
      'OAuth-Scopes': scopes.join(' '),
    },
  );
}
