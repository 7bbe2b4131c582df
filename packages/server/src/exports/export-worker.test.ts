import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';

import { EngineError } from '@outcrop/engine';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { localUser } from '../tokens/caller.ts';
import { deferred } from '../testing/deferred.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';
import { ExportWorker } from './export-worker.ts';
import { RunStore } from './run-store.ts';

let site: TestSite;
let runStore: RunStore;

beforeAll(async () => {
  site = await openTestSite();
  runStore = new RunStore(site.parts.database);
}, 60_000);

beforeEach(() => {
  site.engine.run = async () => undefined;
});

afterAll(() => site.close());

/** An export whose job is not in the queue, so that the test decides who runs it. */
async function abandonedExport(): Promise<{ exportId: number; jobId: string }> {
  const jobId = randomUUID();
  const plan = {
    name: 'kx-a',
    crs: null,
    region: null,
    cropMode: 'clip',
    coordinatePrecision: null,
    items: [],
    cacheFolder: '',
    operations: {},
    body: {},
  } as const;
  const request = { items: [], formats: {}, crs: null, extent: null, options: {} };
  const record = await site.parts.exportStore.insert(
    localUser,
    { jobId, name: 'kx-a', plan, request, warnings: [], sizeEstimateZipped: 1, sizeEstimateUnzipped: 1 },
    site.parts.database,
  );
  return { exportId: record.id, jobId };
}

function aWorker(): ExportWorker {
  return new ExportWorker({
    ...site.parts,
    engine: site.engine,
    runStore,
    logger: pino({ level: 'silent' }),
    folder: site.folder,
    workFolder: site.parts.site.paths.work,
  });
}

async function stateOf(exportId: number): Promise<unknown> {
  return (await site.parts.exportStore.find(localUser, exportId))?.state;
}

test.each([
  [
    new EngineError('source-changed', 'The data changed.'),
    { code: 'source-changed', detail: /^The data changed\.$/ },
  ],
  [
    Object.assign(new Error('write /secret/path'), { code: 'ENOSPC' }),
    { code: 'disk-full', detail: /no room/ },
  ],
  [new Error('secret'), { code: 'internal', detail: /incident [0-9a-f-]{36}/ }],
  [new EngineError('internal', 'secret'), { code: 'internal', detail: /^(?!.*secret)/ }],
])('a run that fails with %s ends in the state error, in words for the caller', async (error, failure) => {
  site.engine.run = async () => {
    throw error;
  };
  const { id } = await site.create();
  expect(await site.waitFor(id, 'error')).toMatchObject({
    error: { code: failure.code, detail: expect.stringMatching(failure.detail) },
    download_url: null,
    sha256: null,
  });
  expect(await readdir(site.parts.site.paths.work)).toEqual([]);
});

test('progress is shown while it runs and never goes back', async () => {
  const reported = deferred();
  const goOn = deferred();
  site.engine.run = async ({ onProgress }) => {
    onProgress?.({ fraction: 0.6, stage: 'Cities: 6 of 10' });
    reported.resolve();
    await goOn.promise;
  };
  const { id } = await site.create();
  await reported.promise;
  let seen: Record<string, unknown> = {};
  while (seen['progress'] !== 0.6) {
    seen = (await (await site.ask(`exports/${String(id)}/`)).json()) as Record<string, unknown>;
  }
  expect(seen).toMatchObject({
    state: 'processing',
    stage: 'Cities: 6 of 10',
    started_at: expect.any(String),
  });
  const [row] = await site.parts.database.query<{ job_id: string }>(
    'SELECT job_id FROM outcrop.exports WHERE id = $1',
    [id],
  );
  expect(
    await runStore.keep({ exportId: Number(id), jobId: row!.job_id }, { fraction: 0.2, stage: null }),
  ).toBe(true);
  expect(await (await site.ask(`exports/${String(id)}/`)).json()).toMatchObject({
    progress: 0.6,
    stage: 'Cities: 6 of 10',
  });
  goOn.resolve();
  await site.waitFor(id, 'complete');
});

test('a run is taken once, whoever asks', async () => {
  const job = await abandonedExport();
  let runs = 0;
  site.engine.run = async () => {
    runs += 1;
  };
  await Promise.all([
    aWorker().handle(job),
    aWorker().handle(job),
    aWorker().handle({ ...job, jobId: randomUUID() }),
  ]);
  await aWorker().handle(job);
  expect([runs, await stateOf(job.exportId)]).toEqual([1, 'complete']);
});

test('a worker that closes gives its run back, and the next one finishes it', async () => {
  const job = await abandonedExport();
  const started = deferred();
  site.engine.run = async ({ signal }) => {
    started.resolve();
    await new Promise((_, reject) =>
      signal!.addEventListener('abort', () => reject(signal!.reason as Error)),
    );
  };
  const worker = aWorker();
  const handled = worker.handle(job);
  await started.promise;
  await worker.close();
  await handled;
  expect(await stateOf(job.exportId)).toBe('processing');
  site.engine.run = async () => undefined;
  await aWorker().handle(job);
  expect(await stateOf(job.exportId)).toBe('complete');
});

test('what a dead process left is queued again, once, and runs once', async () => {
  const job = await abandonedExport();
  let runs = 0;
  site.engine.run = async () => {
    runs += 1;
  };
  expect(await runStore.claim(job)).not.toBeNull();
  expect(await runStore.requeueAbandoned(site.parts.queue, 0)).toEqual([]);
  await runStore.forgetLeases();
  const requeued = await Promise.all([
    runStore.requeueAbandoned(site.parts.queue, 0),
    runStore.requeueAbandoned(site.parts.queue, 0),
  ]);
  expect(requeued.flat()).toEqual([job.exportId]);
  site.parts.queue.wake();
  while ((await stateOf(job.exportId)) === 'processing') {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await aWorker().handle(job);
  expect([runs, await stateOf(job.exportId)]).toEqual([1, 'complete']);
});

test('an export that ends its process again and again is given up', async () => {
  const job = await abandonedExport();
  for (let attempt = 0; attempt < 3; attempt += 1) {
    expect(await runStore.claim(job)).not.toBeNull();
    await runStore.forgetLeases();
  }
  await aWorker().handle(job);
  expect(await site.parts.exportStore.find(localUser, job.exportId)).toMatchObject({
    state: 'error',
    error: { code: 'process-died' },
  });
});

test('a worker elsewhere notices a cancel by its next report', async () => {
  const job = await abandonedExport();
  expect(await runStore.claim(job)).not.toBeNull();
  await site.parts.exportStore.cancel(localUser, job.exportId, async () => undefined);
  expect(await runStore.keep(job, { fraction: 0.5, stage: null })).toBe(false);
  expect(await runStore.complete(job, { key: 'x/y', bytes: 1, unzippedBytes: 1, sha256: '' })).toBe(false);
  expect(await runStore.fail(job, { code: 'internal', detail: '' })).toBe(false);
  expect(await stateOf(job.exportId)).toBe('cancelled');
});
