import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import type { Database } from '../database/database.ts';
import { openTestDatabase } from '../testing/open-test-database.ts';
import { type OperationsParts, operationsEndpoints } from './operations-endpoints.ts';
import { type CheckName, type ReadinessSources, readinessOf } from './readiness.ts';
import { registerSiteFigures } from './register-site-figures.ts';
import { createSiteMetrics } from './site-metrics.ts';

let database: Database;
let folder: URL;
let failed: CheckName[];

beforeAll(async () => {
  database = await openTestDatabase();
  folder = pathToFileURL(`${await mkdtemp(join(tmpdir(), 'outcrop-operations-'))}/`);
}, 60_000);

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  failed = [];
});

const nobody: Omit<OperationsParts, 'readiness' | 'metrics'> = { metricsToken: null, isLocalTrusted: true };

function endpointsOf(
  changes: { sources?: Partial<ReadinessSources>; parts?: Partial<OperationsParts> } = {},
) {
  const metrics = createSiteMetrics();
  registerSiteFigures(metrics.registry, {
    database: changes.sources?.database ?? database,
    workFolder: folder,
    archiveFolder: folder,
    onError: () => undefined,
  });
  const readiness = readinessOf({
    database,
    objectStore: { stat: async () => null },
    workFolder: folder,
    isDraining: () => false,
    onFailure: (check) => failed.push(check),
    ...changes.sources,
  });
  const endpoints = operationsEndpoints({ ...nobody, metrics, readiness, ...changes.parts });
  const ask = async (path: string, init: RequestInit & { from?: string; host?: string } = {}) => {
    const { from = '127.0.0.1', host = 'localhost:8080', ...request } = init;
    const environment = { incoming: { socket: { remoteAddress: from } } };
    const answer = await endpoints(new Request(`http://${host}${path}`, request), environment);
    return answer ?? new Response(null, { status: 404 });
  };
  return { ask, metrics };
}

test('a process that lives says so, and asks nobody', async () => {
  const { ask } = endpointsOf({ sources: { database: { ...database, query: away } } });
  const answer = await ask('/healthz');
  expect([answer.status, await answer.json()]).toEqual([200, { status: 'alive' }]);
});

test('a process that has all it needs is ready', async () => {
  const answer = await endpointsOf().ask('/readyz');
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    status: 'ready',
    checks: { database: 'ok', schema: 'ok', storage: 'ok', work: 'ok' },
  });
});

const away = (): Promise<never> => Promise.reject(new Error('postgres://outcrop:hunter2@db/ is away'));

test.each<[string, CheckName[], () => Partial<ReadinessSources>]>([
  ['database', ['database', 'schema'], () => ({ database: { ...database, query: away } })],
  [
    'schema',
    ['schema'],
    () => ({
      database: {
        ...database,
        query: async <Row extends object>(sql: string) =>
          (sql.includes('to_regclass') ? [{ name: 'outcrop.migrations' }] : [{ id: 999 }]) as Row[],
      },
    }),
  ],
  ['storage', ['storage'], () => ({ objectStore: { stat: away } })],
  ['work folder', ['work'], () => ({ workFolder: new URL('not-there/', folder) })],
])(
  'without its %s a process is not ready, and says which it lacks and no more',
  async (_, lacking, sources) => {
    const answer = await endpointsOf({ sources: sources() }).ask('/readyz');
    const body = await answer.text();
    expect(answer.status).toBe(503);
    const { checks } = JSON.parse(body) as { checks: Record<string, string> };
    expect(Object.keys(checks).filter((check) => checks[check] === 'failed')).toEqual(lacking);
    expect(failed).toEqual(lacking);
    expect(body).not.toContain('hunter2');
  },
);

test('a process that is ending is not ready', async () => {
  const answer = await endpointsOf({ sources: { isDraining: () => true } }).ask('/readyz');
  expect([answer.status, await answer.json()]).toMatchObject([503, { status: 'draining' }]);
});

test('many probes at once make one check', async () => {
  let stats = 0;
  const { ask } = endpointsOf({
    sources: {
      objectStore: {
        stat: async () => {
          stats += 1;
          return null;
        },
      },
    },
  });
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask('/readyz')));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
  expect(stats).toBe(1);
});

const bearer = { headers: { Authorization: 'Bearer 0123456789abcdef' } };
const forwarded = { headers: { 'X-Forwarded-For': '203.0.113.9' } };

test.each<[string, number, Partial<OperationsParts>, Parameters<ReturnType<typeof endpointsOf>['ask']>[1]]>([
  ['this machine', 200, {}, {}],
  ['this machine, by IPv6', 200, {}, { from: '::ffff:127.0.0.1', host: '[::1]:8080' }],
  ['another machine', 403, {}, { from: '203.0.113.9' }],
  ['another machine through a proxy here', 403, {}, forwarded],
  ['a web page by a name that leads here', 403, {}, { host: 'evil.example' }],
  ['anyone, where a proxy here may hide who', 403, { isLocalTrusted: false }, {}],
  ['another machine without the token', 401, { metricsToken: '0123456789abcdef' }, { from: '203.0.113.9' }],
  [
    'another machine with another token',
    401,
    { metricsToken: 'f'.repeat(16) },
    { ...bearer, from: '203.0.113.9' },
  ],
  [
    'another machine with the token',
    200,
    { metricsToken: '0123456789abcdef' },
    { ...bearer, from: '203.0.113.9' },
  ],
  ['someone with a token where none is set', 403, {}, { ...bearer, from: '203.0.113.9' }],
])('metrics asked for by %s: %i', async (_, status, parts, request) => {
  const answer = await endpointsOf({ parts }).ask('/metrics', request);
  expect(answer.status).toBe(status);
  expect((await answer.text()).includes('nodejs_eventloop_lag')).toBe(status === 200);
});

test('metrics tell what waits, what there is, and what this process did', async () => {
  await database.query(
    `INSERT INTO outcrop.runs (id, plan, state, error_code, archive_key, archive_bytes, created_at)
     VALUES (1, '{}', 'active', NULL, NULL, NULL, now() - interval '90 seconds'),
            (2, '{}', 'failed', 'disk-full', NULL, NULL, now()),
            (3, '{}', 'complete', NULL, '3/archive.zip', 5000, now())`,
  );
  await database.query(
    `INSERT INTO outcrop.exports (run_id, name, request, state)
     VALUES (1, 'a', '{}', 'processing'), (2, 'b', '{}', 'error'), (3, 'c', '{}', 'complete'), (3, 'd', '{}', 'complete')`,
  );
  await database.query(
    `INSERT INTO outcrop.tasks (run_id, items, packs, share, waits_for, lease, done, available_at)
     VALUES (1, '{0}', false, 0.2, 0, NULL, false, now()),
            (1, '{1}', false, 0.2, 0, gen_random_uuid(), false, now() + interval '60 seconds'),
            (1, '{2}', false, 0.2, 0, gen_random_uuid(), false, now() - interval '1 second'),
            (1, '{3}', false, 0.2, 0, NULL, false, now() + interval '8 seconds'),
            (1, '{4}', false, 0.1, 0, NULL, true, now()),
            (1, '{5}', true, 0.1, 4, NULL, false, now())`,
  );
  const { ask, metrics } = endpointsOf();
  metrics.requestAnswered({ operation: 'getExport', method: 'GET', status: 200, seconds: 0.02 });
  metrics.runCompleted({ formats: ['text/csv', 'application/x-ogc-gpkg'], seconds: 4, bytes: 5000 });
  metrics.runFailed({ formats: ['text/csv'], seconds: 1, code: 'disk-full' });
  const answer = await ask('/metrics');
  expect(answer.headers.get('Content-Type')).toContain('text/plain; version=0.0.4');
  const text = await answer.text();
  const value = (line: string): number =>
    Number(
      text
        .split('\n')
        .find((one) => one.startsWith(`${line} `))
        ?.split(' ')[1],
    );
  // One whose lease has run out waits again.
  expect(value('outcrop_queue_tasks{state="waiting"}')).toBe(2);
  expect(value('outcrop_queue_tasks{state="running"}')).toBe(1);
  expect(value('outcrop_queue_tasks{state="blocked"}')).toBe(1);
  expect(value('outcrop_queue_tasks{state="retrying"}')).toBe(1);
  expect(value('outcrop_queue_oldest_seconds')).toBeGreaterThanOrEqual(90);
  expect(value('outcrop_exports{state="complete"}')).toBe(2);
  expect(value('outcrop_exports{state="gone"}')).toBe(0);
  expect(value('outcrop_exports_failed{code="disk-full"}')).toBe(1);
  expect(value('outcrop_archives')).toBe(1);
  expect(value('outcrop_archive_stored_bytes')).toBe(5000);
  expect(value('outcrop_archive_bytes_total')).toBe(5000);
  expect(value('outcrop_disk_free_bytes{place="work"}')).toBeGreaterThan(0);
  expect(value('outcrop_run_failures_total{code="disk-full"}')).toBe(1);
  expect(value('outcrop_run_seconds_bucket{le="5",format="text/csv",outcome="complete"}')).toBe(1);
  expect(value('outcrop_run_seconds_count{format="text/csv",outcome="error"}')).toBe(1);
  expect(value('outcrop_http_request_seconds_count{operation="getExport",method="GET",status="200"}')).toBe(
    1,
  );
  await database.runScript('DELETE FROM outcrop.exports; DELETE FROM outcrop.runs;');
});

test('metrics are told without the database too, but for what comes from it', async () => {
  const { ask } = endpointsOf({ sources: { database: { ...database, query: away } } });
  const answer = await ask('/metrics');
  const text = await answer.text();
  expect(answer.status).toBe(200);
  expect(text).toContain('nodejs_heap_size_used_bytes');
  expect(text).not.toMatch(/^outcrop_(queue_|exports\{|archives)/m);
});

test('a database that does not answer holds neither probes nor metrics up', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const silent = { ...database, query: () => new Promise<never>(() => undefined) };
    const { ask } = endpointsOf({ sources: { database: silent } });
    const answers = Promise.all([ask('/readyz'), ask('/metrics')]);
    await vi.waitFor(() => {
      vi.advanceTimersByTime(3000);
      expect(failed).toContain('database');
    });
    const [ready, metrics] = await answers;
    expect([ready!.status, metrics!.status]).toEqual([503, 200]);
  } finally {
    vi.useRealTimers();
  }
});

test('only reading is allowed, and other addresses are none of theirs', async () => {
  const { ask } = endpointsOf();
  expect((await ask('/metrics', { method: 'POST' })).status).toBe(405);
  expect((await ask('/services/api/v1/')).status).toBe(404);
});
