import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, Export } from '@outcrop/client';
import { freePort } from '@outcrop/testkit';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';

import { makeLargeLayer } from './support/large-layer.ts';
import { runOutcrop } from './support/run-outcrop.ts';
import { createKey } from './support/serve-site.ts';
import { type SiteProcess, SiteProcesses } from './support/site-processes.ts';

const patience = { timeout: 60_000, interval: 50 };
const metricsToken = 'e2e-metrics-token-0123456789';

let root: string;
let folder: string;
let processes: SiteProcesses | null = null;
/** One person's, over all starts of the site. */
let key: string | null = null;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'outcrop-e2e-'));
  folder = join(root, 'site');
  await mkdir(folder);
  await makeLargeLayer(folder, 200_000);
  const init = await runOutcrop(['init', folder], { cwd: root });
  if (init.exitCode !== 0) throw new Error(`init failed: ${init.stderr}`);
});

afterEach(async () => {
  await processes?.[Symbol.asyncDispose]();
  processes = null;
});

afterAll(() => rm(root, { recursive: true }));

interface Served {
  readonly site: SiteProcess;
  readonly client: Client;
  /** Asks the port for operations. */
  ask(path: string): Promise<Response>;
  logs(): Record<string, unknown>[];
}

async function serve(environment: Readonly<Record<string, string>> = {}): Promise<Served> {
  const port = await freePort();
  processes = new SiteProcesses(folder, {
    OUTCROP_METRICS_PORT: String(port),
    OUTCROP_METRICS_TOKEN: metricsToken,
    ...environment,
  });
  const started = processes;
  const site = await started.start('serve');
  key ??= await createKey(folder, ['exports:read', 'exports:write', 'layers:read']);
  return {
    site,
    client: new Client(site.url ?? '', { apiKey: key }),
    ask: (path) => fetch(`http://127.0.0.1:${port}${path}`),
    logs: () =>
      started.logs
        .join('')
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

/** Takes seconds: every point is reprojected and written as text. The name makes it one that nobody has asked for before. */
async function startLarge({ client }: Served, name: string): Promise<Export> {
  const wanted = new Export({ name, crs: 'EPSG:4326', formats: { vector: 'application/geo+json' } });
  const running = await client.exports.create(wanted.addItem(await client.layers.get(1)));
  await vi.waitFor(async () => expect((await running.refresh()).progress).toBeGreaterThan(0), patience);
  return running;
}

function terminate({ site }: Served): void {
  process.kill(site.pid, 'SIGTERM');
}

const messages = (served: Served): unknown[] => served.logs().map(({ msg }) => msg);

test('a site says that it lives, that it is ready, and what it has done; its log leads from a request to its run', async () => {
  const served = await serve();
  const { client, site } = served;
  expect([(await served.ask('/healthz')).status, (await served.ask('/readyz')).status]).toEqual([200, 200]);
  const wanted = new Export({ crs: 'EPSG:2193', formats: { vector: 'text/csv' } });
  await client.exports.run(wanted.addItem(await client.layers.get(1)), { to: `${root}/` });
  const own = await (await served.ask('/metrics')).text();
  expect(own).toContain('outcrop_run_seconds_count{format="text/csv",outcome="complete"} 1');
  expect(own).toContain('outcrop_queue_tasks{state="waiting"} 0');
  // The site may hear a little later than the client that all has arrived.
  await vi.waitFor(async () => {
    const metrics = await (await served.ask('/metrics')).text();
    const sent = /outcrop_http_response_bytes_total\{operation="downloadArchive"\} (\d+)/.exec(metrics)?.[1];
    expect(Number(sent)).toBeGreaterThan(100_000);
  }, patience);
  const bearer = { headers: { Authorization: `Bearer ${metricsToken}`, 'X-Forwarded-For': '203.0.113.1' } };
  expect((await fetch(`${site.url}metrics`, bearer)).status).toBe(200);
  expect((await fetch(`${site.url}metrics`, { headers: { 'X-Forwarded-For': '203.0.113.1' } })).status).toBe(
    401,
  );
  const created = served.logs().find(({ msg }) => msg === 'Export:Create:Done');
  expect(created).toMatchObject({ requestId: expect.any(String), exportIds: [wanted.id] });
  const work = served
    .logs()
    .filter(({ runId, msg }) => runId === created!['runId'] && msg !== 'Export:Create:Done');
  expect(work.map(({ msg }) => msg)).toEqual(['Export:Task:Started', 'Export:Task:Done']);
  expect(processes!.logs.join('')).not.toContain(key);
});

test('a site that is told to end lets what runs end, takes nothing more, and says that it is not ready', async () => {
  const served = await serve({ OUTCROP_DRAIN_SECONDS: '120' });
  const running = await startLarge(served, 'drained');
  terminate(served);
  await vi.waitFor(
    async () => expect(await (await served.ask('/readyz')).json()).toMatchObject({ status: 'draining' }),
    patience,
  );
  expect((await served.ask('/readyz')).status).toBe(503);
  await expect(fetch(served.site.url!)).rejects.toThrow('fetch failed');
  expect((await served.site.end).exitCode).toBe(0);
  expect(messages(served)).toContain('Export:Task:Done');
  const again = await serve();
  expect((await again.client.exports.get(running.id!)).state).toBe('complete');
});

test('without time to end, what runs is given back at once and done by the next start', async () => {
  const served = await serve({ OUTCROP_DRAIN_SECONDS: '0' });
  const running = await startLarge(served, 'given back');
  terminate(served);
  expect((await served.site.end).exitCode).toBe(0);
  expect(messages(served)).toContain('Export:Task:GivenBack');
  expect(messages(served)).not.toContain('Export:Task:Done');
  const again = await serve();
  expect((await (await again.client.exports.get(running.id!)).wait()).state).toBe('complete');
  const taken = again.logs().find(({ msg }) => msg === 'Export:Task:Started');
  expect(taken).toMatchObject({ attempt: 1 });
});

test('a second signal does not wait', async () => {
  const served = await serve({ OUTCROP_DRAIN_SECONDS: '600' });
  const running = await startLarge(served, 'forced');
  terminate(served);
  await vi.waitFor(() => expect(messages(served)).toContain('Process:Drain:Started'), patience);
  terminate(served);
  expect((await served.site.end).exitCode).toBe(130);
  const again = await serve();
  expect((await (await again.client.exports.get(running.id!)).wait()).state).toBe('complete');
});
