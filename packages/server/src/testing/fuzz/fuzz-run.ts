import { inTime } from '../../in-time.ts';
import type { CheckedApp } from '../conformance.ts';
import type { FuzzRequest } from './fuzz-request.ts';

/** What came of many requests. */
export interface Tally {
  requests: number;
  slowestMs: number;
  slowest: string;
  readonly statuses: Map<number, number>;
  readonly endpoints: Map<string, number>;
  /** Exports that were made, and not given again by their key. */
  created: number;
  tokens: number;
}

/** Longer than anything takes on a busy machine; what takes as long hangs. */
const deadlineMs = 30_000;

/** An empty tally. */
export function newTally(): Tally {
  return {
    requests: 0,
    slowestMs: 0,
    slowest: '',
    statuses: new Map(),
    endpoints: new Map(),
    created: 0,
    tokens: 0,
  };
}

/**
 * Sends a request and reads its whole answer.
 *
 * @throws Error for a 5xx, for no answer in time, and for an answer that is not in the OpenAPI document.
 */
export async function sendAndCheck(app: CheckedApp, request: FuzzRequest, tally: Tally): Promise<void> {
  const { method, path, body } = request;
  const started = performance.now();
  const response = await inTime(
    app.request(`http://localhost${path}`, {
      method,
      body,
      headers: request.headers.map(([a, b]) => [a, b]),
    }),
    { ms: deadlineMs },
  );
  const text = await inTime(response.text(), { ms: deadlineMs });
  note(tally, request, { response, ms: performance.now() - started });
  if (response.status >= 500) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
  if (response.headers.get('X-Content-Type-Options') !== 'nosniff') throw new Error(`${path}: no headers`);
  if (Reflect.get({}, 'polluted') !== undefined)
    throw new Error(`${path} has changed the prototype of objects`);
}

function note(tally: Tally, { method, path }: FuzzRequest, answer: { response: Response; ms: number }): void {
  const { status, headers } = answer.response;
  tally.requests += 1;
  tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
  if (answer.ms > tally.slowestMs)
    [tally.slowestMs, tally.slowest] = [answer.ms, `${method} ${path.slice(0, 80)}`];
  if (status !== 201) return;
  if (/^\/services\/(?:admin\/tokens|page\/sign-in)/.test(path)) tally.tokens += 1;
  else if (headers.has('Location')) tally.created += headers.has('Idempotency-Replayed') ? 0 : 1;
}
