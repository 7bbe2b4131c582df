import type { Scope } from '@outcrop/contract';

import { type Caller, hasScope, localUser } from '../tokens/caller.ts';
import { findCaller } from '../tokens/token-store.ts';
import type { AppParts, RequestContext } from './app-parts.ts';
import { HttpError } from './http-error.ts';

/**
 * Finds who asks and whether they may. The header is `Authorization: key <32 hex>`, the scheme in any case.
 *
 * @throws HttpError 429 for too many requests; 401 for no token where one is needed, an unknown one, and one without the scope (wire contract, section 2).
 */
export async function authenticate(parts: AppParts, context: RequestContext, scope: Scope): Promise<Caller> {
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

async function identify(parts: AppParts, context: RequestContext, scope: Scope): Promise<Caller> {
  const header = context.req.header('Authorization');
  if (header === undefined) {
    if (parts.access !== 'token') {
      return localUser;
    }
    throw unauthorised(
      scope,
      [],
      `Authentication credentials were not provided. Send "Authorization: key <token>" with a token that has the scope ${scope}.`,
    );
  }
  const match = /^key\s+([0-9a-f]{32})$/i.exec(header.trim());
  const caller = match?.[1] === undefined ? null : await findCaller(parts.database, match[1]);
  if (caller === null) {
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
  return caller;
}

function unauthorised(scope: Scope, scopes: readonly string[], detail: string): HttpError {
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
