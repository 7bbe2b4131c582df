import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import { countHoldings } from '../testing/fuzz/leaks.ts';
import { openFuzzSite } from '../testing/fuzz/open-fuzz-site.ts';
import { exchange, rawRequest } from '../testing/fuzz/raw-http.ts';
import type { TestSite } from '../testing/test-site.ts';
import { createApp } from './create-app.ts';
import { type HttpServer, listen } from './listen.ts';
import { socketLimits } from './socket-limits.ts';

const { rawCases, seed } = inject('fuzz');
/** Connections at the same time. */
const lanes = 20;

let site: TestSite;
let server: HttpServer;

beforeAll(async () => {
  site = await openFuzzSite();
  server = await listen('127.0.0.1', 0, {
    ...socketLimits,
    headersMs: 1000,
    requestMs: 2000,
    idleMs: 500,
    stalledMs: 2000,
  });
  const app = createApp(site.parts);
  server.answerWith((request, environment) => app.fetch(request, environment));
});

afterAll(async () => {
  await server.close();
  await site.close();
});

test(`${rawCases} pieces of raw and broken HTTP end in an answer or a closed connection, and leave nothing behind`, async () => {
  const statuses = new Map<string, number>();
  const port = Number(server.url.port);
  const send = async (bytes: Buffer): Promise<void> => {
    const answer = await exchange(port, bytes);
    for (const status of statusesOf(answer)) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status.startsWith('5')) throw new Error(`${status}: ${answer.slice(0, 500)}`);
    }
  };
  await send(Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'));
  const before = await countHoldings();
  const started = performance.now();
  const batches = fc.array(rawRequest, { minLength: lanes, maxLength: lanes });
  await fc.assert(
    fc.asyncProperty(batches, async (batch) => void (await Promise.all(batch.map(send)))),
    { seed, numRuns: Math.ceil(rawCases / lanes) },
  );
  const after = await countHoldings();
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const counts = [...statuses]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([status, count]) => `${status}: ${count}`);
  process.stdout.write(
    `socket fuzz: seed ${seed}, ${rawCases} connections in ${seconds} s; ${counts.join(', ')}; files ${before.files} → ${after.files}\n`,
  );
  expect(statuses.size).toBeGreaterThan(3);
  expect(after.files).toBeLessThanOrEqual(before.files + 2);
  const response = await fetch(new URL('services/api/v1/openapi.json', server.url));
  expect(response.status).toBe(200);
  await response.body?.cancel();
}, 3_600_000);

/** Of all answers that came on a connection; what is neither empty nor HTTP counts as a failure. */
function statusesOf(answer: string): string[] {
  if (answer === '') return ['closed'];
  if (!answer.startsWith('HTTP/1.1 ')) return [`5xx, not HTTP: ${answer.slice(0, 20)}`];
  return [...answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => status ?? '');
}
