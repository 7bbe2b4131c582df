import type { Next } from 'hono';

import type { AppParts, RequestContext } from './app-parts.ts';
import { documentPath } from './document-operations.ts';

/**
 * Sends requests without the slash at the end to the address with it. A 301 would turn a write into a read in most HTTP
 * clients, so writes get a 308 (wire contract, section 1).
 */
export function trailingSlash(
  parts: AppParts,
): (context: RequestContext, next: Next) => Promise<Response | void> {
  return async (context, next) => {
    const { pathname, search } = new URL(context.req.url);
    if (
      pathname.endsWith('/') ||
      pathname.endsWith(documentPath) ||
      !/^\/services\/(?:api|admin)\//.test(pathname)
    ) {
      await next();
      return undefined;
    }
    const target = new URL(`./${pathname.slice(1)}/`, parts.siteRoot);
    target.search = search;
    const isRead = context.req.method === 'GET' || context.req.method === 'HEAD';
    return context.redirect(target.href, isRead ? 301 : 308);
  };
}
