import { mkdir, readdir } from 'node:fs/promises';

import { failures } from '@outcrop/contract';
import { EngineError } from '@outcrop/engine';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { deferred } from '../testing/deferred.ts';
import { writeExport } from '../testing/new-export.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';
import { localUser } from '../tokens/caller.ts';
import type { TaskParts } from './run-task.ts';
import { TaskWorker } from './task-worker.ts';

let site: TestSite;
const workers: TaskWorker[] = [];

beforeAll(async () => {
  site = await openTestSite({ hasWorker: false });
}, 60_000);

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
  site.engine.run = async () => undefined;
  await site.parts.database.query('TRUNCATE outcrop.runs CASCADE');
});

afterAll(() => site.close());

function startWorker(parts: Partial<TaskParts> = {}, places = 1): TaskWorker {
  const worker = new TaskWorker({ ...site.taskParts, ...parts });
  workers.push(worker);
  worker.start(places);
  return worker;
}

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason as Error)));
}

async function workFolders(): Promise<string[]> {
  return readdir(site.parts.site.paths.work);
}

test.each([
  [
    new EngineError('source-corrupt', 'The data are broken.'),
    { code: 'source-corrupt', detail: /^The data are broken\. Tell the site's operator/ },
  ],
  [
    Object.assign(new Error('write /secret/path'), { code: 'ENOSPC' }),
    { code: 'disk-full', detail: /no room/ },
  ],
  [new Error('secret'), { code: 'internal', detail: /incident [0-9a-f-]{36}/ }],
  [new EngineError('internal', 'secret'), { code: 'internal', detail: /^(?!.*secret)/ }],
])(
  'an export that fails with %s ends in the state error, in words for the caller',
  async (error, failure) => {
    site.engine.run = async () => {
      throw error;
    };
    startWorker();
    const { id } = await site.create();
    expect(await site.waitFor(id, 'error')).toMatchObject({
      error: { code: failure.code, detail: expect.stringMatching(failure.detail) },
      download_url: null,
      sha256: null,
    });
    await expect.poll(workFolders).toEqual([]);
  },
);

test('what may pass is tried again, from where it was, and then succeeds', async () => {
  const attempts: number[] = [];
  site.engine.run = async ({ workFolder }) => {
    attempts.push((await readdir(workFolder)).length);
    await mkdir(`${workFolder}/items`, { recursive: true });
    if (attempts.length === 1) throw new EngineError('process-died', 'Killed.', { retryable: true });
  };
  startWorker();
  const { id } = await site.create();
  expect(await site.waitFor(id, 'complete')).toMatchObject({ error: null });
  expect(attempts).toEqual([0, 1]);
  await expect.poll(workFolders).toEqual([]);
});

test('what never passes is given up with its reason', async () => {
  site.engine.run = async () => {
    throw new EngineError('process-died', 'Killed again.', { retryable: true });
  };
  const { id } = await writeExport(site.parts.database);
  await site.parts.database.query('UPDATE outcrop.tasks SET failures = 4');
  startWorker();
  await expect
    .poll(async () => (await site.parts.exportStore.find(localUser, id))?.error)
    .toEqual({ code: 'process-died', detail: `Killed again. ${failures['process-died'].remedy}` });
});

test('an export whose workers die without an answer, again and again, is given up and not run', async () => {
  let runs = 0;
  site.engine.run = async () => {
    runs += 1;
  };
  const { id } = await writeExport(site.parts.database);
  await site.parts.database.query('UPDATE outcrop.tasks SET attempts = 20');
  startWorker();
  await expect
    .poll(async () => (await site.parts.exportStore.find(localUser, id))?.error)
    .toMatchObject({
      code: 'process-died',
      detail: expect.stringContaining('20 times'),
    });
  expect(runs).toBe(0);
});

test('one that takes longer than the site gives to one is ended with the reason', async () => {
  site.engine.run = ({ signal }) => untilAborted(signal);
  startWorker({ limits: { seconds: 0.05, memoryBytes: null } });
  const { id } = await site.create();
  expect(await site.waitFor(id, 'error')).toMatchObject({ error: { code: 'time-limit' } });
});

test('progress is shown while it runs, with what is being done', async () => {
  const reported = deferred();
  const goOn = deferred();
  site.engine.run = async ({ onProgress }) => {
    onProgress?.({ fraction: 0.6, stage: 'Cities: 6 of 10' });
    reported.resolve();
    await goOn.promise;
  };
  startWorker();
  const { id } = await site.create();
  await reported.promise;
  await expect
    .poll(async () => (await site.ask(`exports/${String(id)}/`)).json())
    .toMatchObject({
      state: 'processing',
      progress: 0.6,
      stage: 'Cities: 6 of 10',
      started_at: expect.any(String),
    });
  goOn.resolve();
  expect(await site.waitFor(id, 'complete')).toMatchObject({ progress: 1, stage: null });
});

test('a worker that closes gives its task back, and the next one finishes it', async () => {
  const started = deferred();
  site.engine.run = async ({ signal }) => {
    started.resolve();
    await untilAborted(signal);
  };
  const first = startWorker();
  const { id } = await site.create();
  await started.promise;
  await first.close();
  expect(await (await site.ask(`exports/${String(id)}/`)).json()).toMatchObject({ state: 'processing' });
  site.engine.run = async () => undefined;
  startWorker();
  await site.waitFor(id, 'complete');
});

test('a worker that is given time lets its task end, and takes no other', async () => {
  const started = deferred();
  const goOn = deferred();
  site.engine.run = async () => {
    started.resolve();
    await goOn.promise;
  };
  const first = startWorker();
  const [running, waiting] = [await site.create(), await site.create()];
  await started.promise;
  const closed = first.close(60_000);
  goOn.resolve();
  await closed;
  expect(await (await site.ask(`exports/${String(running['id'])}/`)).json()).toMatchObject({
    state: 'complete',
  });
  expect(await (await site.ask(`exports/${String(waiting['id'])}/`)).json()).toMatchObject({
    state: 'processing',
  });
});

test('a cancel ends the task in this process at once, and one elsewhere by its next report', async () => {
  for (const isHere of [true, false]) {
    const started = deferred<AbortSignal>();
    site.engine.run = async ({ signal }) => {
      started.resolve(signal!);
      await untilAborted(signal);
    };
    const worker = startWorker();
    const { id } = await site.create();
    const signal = await started.promise;
    // Elsewhere: the process that cancels has no such worker.
    site.parts.workers.abort = (runId) => (isHere ? worker.abort(runId) : undefined);
    const answer = await site.ask(`exports/${String(id)}/`, { method: 'DELETE' });
    expect(answer.status).toBe(202);
    expect(signal.aborted).toBe(isHere);
    await expect.poll(() => signal.aborted, { timeout: 5000 }).toBe(true);
    await worker.close();
    await expect.poll(workFolders).toEqual([]);
  }
});

test('data that changed since the export was asked for end it with the reason, and nothing is delivered', async () => {
  const { id } = await site.create();
  const layer = { title: 'Roads', version: 1, source: { path: '/data/roads.gpkg', table: 'roads' } };
  await site.parts.database.query('UPDATE outcrop.runs SET plan = $1', [{ name: 'x', items: [{ layer }] }]);
  startWorker({ engine: { ...site.engine, sourceVersion: () => 2 } });
  expect(await site.waitFor(id, 'error')).toMatchObject({
    error: { code: 'source-changed', detail: expect.stringContaining('"Roads" have changed') },
  });
});

test('folders of runs that have ended are removed, those of others are kept', async () => {
  const { runId } = await writeExport(site.parts.database);
  for (const name of [`run-${runId}`, 'run-99999', 'other']) {
    await mkdir(new URL(`${name}/items/0/`, site.parts.site.paths.work), { recursive: true });
  }
  expect(await site.taskParts.folders.sweep(site.taskParts.runStore)).toBe(1);
  expect((await workFolders()).toSorted()).toEqual(['other', `run-${runId}`]);
});

test('a database that does not answer for a while loses nothing', async () => {
  let failures = 0;
  const { runStore } = site.taskParts;
  const flaky: Pick<typeof runStore, 'complete'> = {
    complete: async (...args) => {
      failures += 1;
      if (failures === 1) throw new Error('terminating connection due to administrator command');
      return runStore.complete(...args);
    },
  };
  const parts = { runStore: Object.assign(Object.create(runStore) as typeof runStore, flaky) };
  startWorker(parts);
  const { id } = await site.create();
  await expect.poll(() => failures).toBe(1);
  expect(await (await site.ask(`exports/${String(id)}/`)).json()).toMatchObject({ state: 'processing' });
  // As if the lease had ended.
  await site.parts.database.query('UPDATE outcrop.tasks SET available_at = now()');
  expect(await site.waitFor(id, 'complete')).toMatchObject({ error: null });
});
