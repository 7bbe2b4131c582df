import { afterAll, beforeAll, expect, test } from 'vitest';

import { createLogger } from '../operations/create-logger.ts';
import { createSiteMetrics } from '../operations/site-metrics.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';
import { insertToken } from '../tokens/token-store.ts';

let site: TestSite;

beforeAll(async () => {
  site = await openTestSite();
}, 60_000);

afterAll(() => site.close());

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

test.each([
  ['a name of a proxy', { 'X-Request-Id': 'req_01J9-ab.c' }, 'req_01J9-ab.c'],
  ['the trace of a proxy', { traceparent: `00-${traceId}-00f067aa0ba902b7-01` }, traceId],
  [
    'a name before a trace',
    { 'X-Request-Id': 'abcdefgh', traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    'abcdefgh',
  ],
])('a request keeps %s', async (_, headers, requestId) => {
  const response = await site.ask('layers/2/', { headers });
  expect(response.headers.get('X-Request-Id')).toBe(requestId);
});

test.each([
  ['too short', { 'X-Request-Id': 'a' }],
  ['too long', { 'X-Request-Id': 'a'.repeat(129) }],
  ['with a space', { 'X-Request-Id': 'abcdefgh ijkl' }],
  ['with quotes', { 'X-Request-Id': '"abcdefgh"' }],
  ['a trace of zeros', { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }],
  ['a trace that is none', { traceparent: '00-xyz-01' }],
  ['none at all', {}],
])('a request whose name is %s gets one of its own', async (_, headers: Record<string, string>) => {
  const response = await site.ask('layers/2/', { headers });
  expect(response.headers.get('X-Request-Id')).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
});

test('every line of a request has its id, that of a failure too', async () => {
  const lines: string[] = [];
  const logger = createLogger({ logLevel: 'info', logFormat: 'json' }, { write: (line) => lines.push(line) });
  const broken = { ...site.parts.exportStore, list: () => Promise.reject(new Error('the database is away')) };
  const app = site.appWith({ logger, exportStore: broken as never });
  const response = await app.request(site.at('exports/'), {
    headers: { Authorization: await authorization(), 'X-Request-Id': 'req-12345' },
  });
  expect(response.status).toBe(500);
  const entries = lines.map((line) => JSON.parse(line) as { msg: string; requestId: string });
  expect(entries.map(({ msg }) => msg)).toEqual(['Request:Serve:Failed', 'Request:Serve:Done']);
  expect(entries.map(({ requestId }) => requestId)).toEqual(['req-12345', 'req-12345']);
});

test('a signed address is written down without what opens it', async () => {
  const lines: string[] = [];
  const logger = createLogger({ logLevel: 'info', logFormat: 'json' }, { write: (line) => lines.push(line) });
  const signature = 'a'.repeat(43);
  await site.appWith({ logger }).request(`http://localhost/services/download/7/1.1795651200.${signature}`);
  expect(lines.join('')).toContain('/services/download/7/...');
  expect(lines.join('')).not.toContain(signature);
});

test('requests are counted by operation, and what is made up is counted together', async () => {
  const metrics = createSiteMetrics();
  const app = site.appWith({ metrics });
  const headers = { Authorization: await authorization() };
  await app.request(site.at('layers/2/'), { headers });
  await app.request(site.at('layers/1/', 'v1.x'), { headers });
  await app.request(site.at('layers/2/'));
  await app.request('http://localhost/wp-admin.php');
  await app.request('http://localhost/another');
  const text = await metrics.registry.getSingleMetricAsString('outcrop_http_request_seconds');
  const count = (labels: string): string | undefined =>
    new RegExp(`_count\\{${labels}\\} (\\d+)`).exec(text)?.[1];
  expect(count('operation="getLayer",method="GET",status="200"')).toBe('2');
  expect(count('operation="getLayer",method="GET",status="401"')).toBe('1');
  expect(count('operation="other",method="GET",status="404"')).toBe('2');
});

async function authorization(): Promise<string> {
  const { token } = await insertToken(site.parts.database, {
    scopes: ['exports:read', 'layers:read'],
    name: 'observer',
  });
  return `key ${token}`;
}
