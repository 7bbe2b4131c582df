import { randomUUID } from 'node:crypto';

import type { Next } from 'hono';
import type { Logger } from 'pino';

import type { RequestContext } from './app-parts.ts';

/** One line a request, without query and headers: those may hold what is nobody's business. */
export function logRequests(logger: Logger): (context: RequestContext, next: Next) => Promise<void> {
  return async (context, next) => {
    const started = performance.now();
    const requestId = randomUUID();
    context.set('requestId', requestId);
    context.header('X-Request-Id', requestId);
    await next();
    const { method, path } = context.req;
    const ms = Math.round(performance.now() - started);
    logger.info(
      { requestId, method, path: withoutTicket(path).slice(0, 500), status: context.res.status, ms },
      'Request:Serve:Done',
    );
  };
}

/** Whoever reads a log must not be able to download what others have exported. */
function withoutTicket(path: string): string {
  return path.replace(/^(.*\/services\/download\/\d+\/).*$/, '$1…');
}
