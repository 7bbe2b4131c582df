import type { Next } from 'hono';

import { adminPath } from '../admin/admin-parts.ts';
import type { AppParts, RequestContext } from './app-parts.ts';
import { HttpError } from './http-error.ts';

const exposedHeaders = [
  'Accept-Ranges',
  'Accepted-OAuth-Scopes',
  'Allow',
  'Content-Disposition',
  'Content-Length',
  'Content-Range',
  'ETag',
  'Idempotency-Replayed',
  'Link',
  'Location',
  'OAuth-Scopes',
  'Repr-Digest',
  'Retry-After',
  'WWW-Authenticate',
  'X-Paginate-By',
  'X-Request-Id',
  'X-Resource-Range',
].join(', ');

/**
 * Lets web pages of other sites use the API with a token, but not administer the site; no cookies are involved, so any
 * origin may. Where no token is needed,
 * a page of another site must not act for the person whose browser shows it: only pages of this machine and of this
 * site may, and only under a name of this machine (which stops DNS rebinding).
 */
export function crossOrigin(
  parts: AppParts,
): (context: RequestContext, next: Next) => Promise<Response | void> {
  return async (context, next) => {
    const origin = context.req.header('Origin');
    const isLocal = parts.access === 'local';
    if (isLocal && !isOwnHost(parts, new URL(context.req.url).hostname)) {
      throw new HttpError(403, {
        detail: `This site is open to this machine only; use ${parts.siteRoot.href}`,
      });
    }
    if (isLocal && origin !== undefined && !isOwnOrigin(parts, origin)) {
      throw new HttpError(403, {
        detail: `Pages of ${JSON.stringify(origin)} may not use this site, which is open to this machine only.`,
      });
    }
    if (new URL(context.req.url).pathname.startsWith(adminPath)) {
      // Without these headers no browser lets a page of another site ask.
      await next();
      return undefined;
    }
    if (origin !== undefined) {
      context.header('Access-Control-Allow-Origin', isLocal ? origin : '*');
      context.header('Access-Control-Expose-Headers', exposedHeaders);
    }
    if (isLocal) {
      context.header('Vary', 'Origin');
    }
    if (
      context.req.method === 'OPTIONS' &&
      context.req.header('Access-Control-Request-Method') !== undefined
    ) {
      return context.body(null, 204, {
        'Access-Control-Allow-Methods': 'GET, HEAD, POST, PATCH, DELETE, OPTIONS',
        'Access-Control-Allow-Headers':
          context.req.header('Access-Control-Request-Headers') ?? 'Authorization, Content-Type',
        'Access-Control-Max-Age': '7200',
      });
    }
    await next();
    return undefined;
  };
}

function isOwnOrigin(parts: AppParts, origin: string): boolean {
  return URL.canParse(origin) && isOwnHost(parts, new URL(origin).hostname);
}

function isOwnHost(parts: AppParts, hostname: string): boolean {
  return isLoopback(hostname) || hostname === parts.siteRoot.hostname;
}

/** Whether a host name or address means this machine only. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname);
}
