import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import { isLoopback } from '../http/cross-origin.ts';
import type { Readiness } from './readiness.ts';
import type { SiteMetrics } from './site-metrics.ts';

/** What the endpoints tell. */
export interface OperationsParts {
  readonly metrics: SiteMetrics;
  readonly readiness: () => Promise<Readiness>;
  /** Opens `/metrics` to whoever sends it; null where nobody can. */
  readonly metricsToken: string | null;
  /** Whether a program of this machine may read `/metrics` without: not where a proxy of this machine passes on what others ask. */
  readonly isLocalTrusted: boolean;
}

/** Answers a request for one of the endpoints; null for anything else. */
export type OperationsEndpoints = (request: Request, environment: object) => Promise<Response> | null;

const noStore = { 'Cache-Control': 'no-store' };

/**
 * `/healthz`: the process lives. `/readyz`: it may be given work; 503 with what stands in the way. `/metrics`: Prometheus text,
 * for programs of this machine and whoever has the token. They come before everything else: no log, no limit, no token of the site.
 */
export function operationsEndpoints(parts: OperationsParts): OperationsEndpoints {
  const answers: Readonly<Record<string, (request: Request, environment: object) => Promise<Response>>> = {
    '/healthz': async () => Response.json({ status: 'alive' }, { headers: noStore }),
    '/readyz': async () => {
      const readiness = await parts.readiness();
      return Response.json(readiness, { status: readiness.status === 'ready' ? 200 : 503, headers: noStore });
    },
    '/metrics': (request, environment) => sendMetrics(parts, request, environment),
  };
  return (request, environment) => {
    const answer = answers[new URL(request.url).pathname];
    if (answer === undefined) {
      return null;
    }
    return request.method === 'GET' || request.method === 'HEAD'
      ? answer(request, environment)
      : Promise.resolve(refuse(405, 'Only GET is allowed here.', { Allow: 'GET, HEAD' }));
  };
}

async function sendMetrics(parts: OperationsParts, request: Request, environment: object): Promise<Response> {
  const isOpen = hasToken(parts, request) || (parts.isLocalTrusted && isLocal(request, environment));
  if (!isOpen) {
    return parts.metricsToken === null
      ? refuse(403, 'Metrics are for this machine; set OUTCROP_METRICS_TOKEN to read them from elsewhere.')
      : refuse(401, 'Send the token of OUTCROP_METRICS_TOKEN as "Authorization: Bearer <token>".', {
          'WWW-Authenticate': 'Bearer',
        });
  }
  const { registry } = parts.metrics;
  return new Response(await registry.metrics(), {
    headers: { ...noStore, 'Content-Type': registry.contentType },
  });
}

function refuse(status: number, detail: string, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json({ detail }, { status, headers: { ...noStore, ...headers } });
}

function hasToken({ metricsToken }: OperationsParts, request: Request): boolean {
  const given = /^bearer\s+(.+)$/i.exec(request.headers.get('Authorization') ?? '')?.[1];
  return metricsToken !== null && given !== undefined && timingSafeEqual(digest(given), digest(metricsToken));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Asked over the loopback, under a name of it (which stops DNS rebinding), and not on behalf of another machine. */
function isLocal(request: Request, environment: object): boolean {
  const { incoming } = environment as { incoming?: IncomingMessage };
  const peer = incoming?.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  const isForwarded = ['Forwarded', 'X-Forwarded-For', 'X-Real-IP', 'Via'].some((name) =>
    request.headers.has(name),
  );
  return isLoopback(peer) && isLoopback(new URL(request.url).hostname) && !isForwarded;
}
