import { expect, test } from 'vitest';

import { ExportFailedError } from '../errors/export-failed-error.ts';
import { TimeoutError } from '../errors/timeout-error.ts';
import { anExport } from '../node/testing/an-export.ts';
import { localClient } from '../node/testing/local-client.ts';
import { type Answer, json, plain, type Routes, startLoopbackSite } from '../node/testing/loopback-site.ts';
import type { Export } from './export.ts';

const quick = { minMs: 1, maxMs: 5 };

async function started(url: URL): Promise<Export> {
  return localClient(url).exports.get(9);
}

const states = (...bodies: Parameters<typeof anExport>[0][]): Routes => ({
  'GET exports/9/': [json(200, anExport()), ...bodies.map((body) => json(200, anExport(body)))],
});

test('wait returns the same export when it is complete, and tells of each look', async () => {
  await using site = await startLoopbackSite(
    states({ progress: 0, stage: 'reading' }, { progress: 0.5 }, { state: 'complete', progress: 1 }),
  );
  const awaited = await started(site.url);
  const seen: unknown[] = [];
  expect(await awaited.wait({ ...quick, onProgress: (progress) => seen.push(progress) })).toBe(awaited);
  expect(seen).toEqual([
    { state: 'processing', progress: 0, stage: 'reading' },
    { state: 'processing', progress: 0.5, stage: null },
    { state: 'complete', progress: 1, stage: null },
  ]);
});

test('a state that no one knows is waited through', async () => {
  await using site = await startLoopbackSite(states({ state: 'queued' as never }, { state: 'complete' }));
  expect((await (await started(site.url)).wait(quick)).state).toBe('complete');
});

test('a hiccup of the site does not end a wait', async () => {
  await using site = await startLoopbackSite({
    'GET exports/9/': [json(200, anExport()), plain(502), json(200, anExport({ state: 'complete' }))],
  });
  expect((await (await started(site.url)).wait(quick)).state).toBe('complete');
});

test.each([
  [
    'error',
    { code: 'disk-full', detail: 'The disk is full; free 3 GB' } as const,
    /failed: The disk is full; free 3 GB/,
  ],
  ['error', null, /failed: the site does not say why/],
  ['cancelled', null, /was cancelled/],
  ['gone', null, /create it again/],
] as const)('the end %s is an ExportFailedError that holds the export', async (state, error, message) => {
  await using site = await startLoopbackSite(states({ state, error }));
  const awaited = await started(site.url);
  const failure = await awaited.wait(quick).catch((caught: unknown) => caught);
  expect(failure).toBeInstanceOf(ExportFailedError);
  expect(failure).toMatchObject({ code: 'export-failed', message: expect.stringMatching(message) as string });
  expect((failure as ExportFailedError).export).toBe(awaited);
});

test('a deadline ends the wait and says what to do', async () => {
  await using site = await startLoopbackSite(states({}));
  const failure = await (
    await started(site.url)
  )
    .wait({ ...quick, deadlineMs: 30 })
    .catch((caught: unknown) => caught);
  expect(failure).toBeInstanceOf(TimeoutError);
  expect(String(failure)).toMatch(/still processing after 30 ms.*cancel\(\)/);
});

test('an abort ends the wait at once', async () => {
  await using site = await startLoopbackSite(states({}));
  const reason = new Error('enough');
  const controller = new AbortController();
  const wait = (await started(site.url)).wait({
    minMs: 60_000,
    maxMs: 60_000,
    signal: controller.signal,
    onProgress: () => setTimeout(() => controller.abort(reason), 5),
  });
  await expect(wait).rejects.toBe(reason);
});

test('a pause that the site asks for is kept', async () => {
  const asking = json(200, anExport(), { 'retry-after': '0.2' });
  await using site = await startLoopbackSite({
    'GET exports/9/': [asking, asking, json(200, anExport({ state: 'complete' }))],
  });
  const awaited = await started(site.url);
  const startedAt = performance.now();
  await awaited.wait(quick);
  expect(performance.now() - startedAt).toBeGreaterThan(190);
});

test('a site that is gone for longer than reads are repeated does not end a wait', async () => {
  const lost: Answer = (response) => void response.socket?.destroy();
  await using site = await startLoopbackSite({
    'GET exports/9/': [
      json(200, anExport()),
      lost,
      lost,
      lost,
      lost,
      json(200, anExport({ state: 'complete' })),
    ],
  });
  const client = localClient(site.url, { retry: { retries: 0 } });
  expect((await (await client.exports.get(9)).wait(quick)).state).toBe('complete');
});

test('a site that stays gone ends a wait, and so does one that refuses', async () => {
  await using site = await startLoopbackSite({
    'GET exports/9/': [json(200, anExport()), plain(503)],
    'GET exports/8/': [json(200, anExport({ id: 8 })), plain(401)],
  });
  const { exports } = localClient(site.url, { retry: { retries: 0 } });
  await expect((await exports.get(9)).wait(quick)).rejects.toMatchObject({ status: 503 });
  expect(site.requests).toHaveLength(7);
  await expect((await exports.get(8)).wait(quick)).rejects.toMatchObject({ status: 401 });
  expect(site.requests).toHaveLength(9);
});

test('a deadline ends a look too', async () => {
  await using site = await startLoopbackSite({ 'GET exports/9/': [json(200, anExport()), () => undefined] });
  const awaited = await started(site.url);
  await expect(awaited.wait({ ...quick, deadlineMs: 30 })).rejects.toThrow(TimeoutError);
});

test.each([{ minMs: 0 }, { minMs: -1 }, { minMs: 10, maxMs: 5 }, { minMs: Number.NaN }])(
  'pauses of %j are refused',
  async (options) => {
    await using site = await startLoopbackSite(states({}));
    await expect((await started(site.url)).wait(options)).rejects.toThrow(/give a minMs above 0/);
  },
);
