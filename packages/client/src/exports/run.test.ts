import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { anExport } from '../node/testing/an-export.ts';
import { archive } from '../node/testing/archive-answer.ts';
import { localClient } from '../node/testing/local-client.ts';
import {
  json,
  type LoopbackSite,
  plain,
  type Routes,
  startLoopbackSite,
} from '../node/testing/loopback-site.ts';
import { Export } from './export.ts';
import type { RunProgress } from './run.ts';

const bytes = randomBytes(10_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outcrop-run-'));
});

afterEach(() => rm(folder, { recursive: true }));

const wanted = (): Export => new Export({ items: ['layers/3'], formats: { vector: 'text/csv' } });

function site(more: Routes = {}): Promise<LoopbackSite> {
  return startLoopbackSite({
    'POST exports/': json(201, anExport()),
    'GET exports/9/': json(200, anExport({ state: 'complete', progress: 1 })),
    'GET exports/9/download/': archive(bytes),
    ...more,
  });
}

test('a run creates, waits and downloads, and tells of both', async () => {
  await using server = await site();
  const steps: RunProgress[] = [];
  const mine = wanted();
  const result = await localClient(server.url).exports.run(mine, {
    to: folder,
    idempotencyKey: 'once',
    onProgress: (step) => steps.push(step),
  });
  expect(result).toMatchObject({ path: join(folder, 'kx-roads-SHP.zip'), bytes: bytes.length, sha256 });
  expect(result.export).toBe(mine);
  expect(bytes.equals(await readFile(result.path))).toBe(true);
  expect(steps.map(({ step }) => step)).toEqual(['build', 'download', 'download']);
  expect(steps[0]).toMatchObject({ state: 'complete', progress: 1, export: mine });
  expect(steps.at(-1)).toMatchObject({ bytes: bytes.length, totalBytes: bytes.length });
  expect(server.requests[0]?.headers['idempotency-key']).toBe('once');
});

test('a run can go into a stream', async () => {
  await using server = await site();
  const chunks: Uint8Array[] = [];
  const to = new WritableStream<Uint8Array>({ write: (chunk) => void chunks.push(chunk) });
  const result = await localClient(server.url).exports.run(wanted(), { to });
  expect(result).toMatchObject({ name: 'kx-roads-SHP.zip', sha256 });
  expect(bytes.equals(Buffer.concat(chunks))).toBe(true);
});

test('an abort is heard of although the export cannot be cancelled any more', async () => {
  await using server = await site({
    'GET exports/9/': json(200, anExport()),
    'DELETE exports/9/': json(409, { errors: ["Can't cancel"] }),
  });
  const controller = new AbortController();
  const reason = new Error('enough');
  const run = localClient(server.url).exports.run(wanted(), {
    to: folder,
    signal: controller.signal,
    onProgress: () => controller.abort(reason),
  });
  await expect(run).rejects.toBe(reason);
  expect(server.requests.at(-1)?.method).toBe('DELETE');
});

test('a run that fails on the site cancels nothing', async () => {
  await using server = await site({ 'GET exports/9/': json(200, anExport({ state: 'error' })) });
  await expect(localClient(server.url).exports.run(wanted(), { to: folder })).rejects.toMatchObject({
    code: 'export-failed',
  });
  expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
});

test('a refused create downloads nothing', async () => {
  await using server = await site({ 'POST exports/': plain(403) });
  await expect(localClient(server.url).exports.run(wanted(), { to: folder })).rejects.toMatchObject({
    code: 'permission',
  });
  expect(server.requests).toHaveLength(1);
});
