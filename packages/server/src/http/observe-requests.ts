import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';

import type { Next } from 'hono';

import { withLogFields } from '../operations/log-context.ts';
import { currentTraceId, inSpan } from '../operations/spans.ts';
import type { AppParts, RequestContext } from './app-parts.ts';

/**
 * One line a request, without query and headers: those may hold what is nobody's business. Every other line that is written
 * on its behalf has its id too. Counts and times it, and makes it a span of the caller's trace.
 */
export function observeRequests(parts: AppParts): (context: RequestContext, next: Next) => Promise<void> {
  return async (context, next) => {
    const started = performance.now();
    const { method, path } = context.req;
    const parent = readTraceparent(context.req.header('traceparent'));
    const requestId = readRequestId(context.req.header('X-Request-Id')) ?? traceIdOf(parent) ?? randomUUID();
    context.set('requestId', requestId);
    context.header('X-Request-Id', requestId);
    countBytes(parts, context);
    await inSpan(method, { parent, isServer: true }, (span) => {
      const traceId = currentTraceId();
      return withLogFields({ requestId, ...(traceId === null ? {} : { traceId }) }, async () => {
        await next();
        const { status } = context.res;
        const operation = operationOf(context);
        const ms = performance.now() - started;
        span.updateName(`${method} ${operation}`);
        span.setAttributes({
          'http.request.method': method,
          'http.response.status_code': status,
          'outcrop.operation': operation,
          'outcrop.request_id': requestId,
        });
        parts.metrics.requestAnswered({ operation, method: knownMethod(method), status, seconds: ms / 1000 });
        parts.logger.info(
          { method, path: loggedPath(path), status, ms: Math.round(ms) },
          'Request:Serve:Done',
        );
      });
    });
  };
}

const partsOfSite = [
  ['downloadArchive', '/services/download/'],
  ['page', '/services/page/'],
  ['admin', '/services/admin/'],
  ['assets', '/assets/'],
] as const;

/** A path as it may be written down: who reads a log must not be able to open what a signed address opens. */
function loggedPath(path: string): string {
  return path.replace(/^(.*\/services\/download\/[^/]*\/).*$/s, '$1...').slice(0, 500);
}

/** What was asked, in few words: the name in the OpenAPI document, or which part of the site it was. */
function operationOf(context: RequestContext): string {
  const named: string | undefined = context.get('operation');
  if (named !== undefined) {
    return named;
  }
  const path = context.req.path;
  return partsOfSite.find(([, beginning]) => path.startsWith(beginning))?.[0] ?? 'other';
}

/** Anyone can make up methods, and each would be a time series of its own. */
function knownMethod(method: string): string {
  return ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].includes(method) ? method : 'other';
}

/** A proxy's name for the request, where it is one that can go into a log and a header. */
function readRequestId(header: string | undefined): string | null {
  return header !== undefined && /^[\w.:@/+=-]{8,128}$/.test(header) ? header : null;
}

/** W3C Trace Context, version 00: the only one there is; later ones begin alike. */
function readTraceparent(header: string | undefined): string | null {
  return header !== undefined &&
    /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(header)
    ? header
    : null;
}

function traceIdOf(traceparent: string | null): string | null {
  return traceparent?.slice(3, 35) ?? null;
}

/** Counted by the socket, once the answer is over: a stream in between would slow downloads down. */
function countBytes(parts: AppParts, context: RequestContext): void {
  const { outgoing } = (context.env ?? {}) as { outgoing?: ServerResponse };
  const socket = outgoing?.socket;
  if (outgoing === undefined || socket === undefined || socket === null) {
    return;
  }
  const before = socket.bytesWritten;
  outgoing.once('close', () =>
    parts.metrics.bytesSent(operationOf(context), Math.max(socket.bytesWritten - before, 0)),
  );
}
