import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, Export, ExportFailedError, ValidationError } from '@outcrop/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { makeLargeLayer } from './support/large-layer.ts';
import { finished, pressCtrlC, runOutcrop, startOutcrop } from './support/run-outcrop.ts';
import { createKey, serveSite, type ServedSite } from './support/serve-site.ts';

const pointCount = 300_000;
const patience = { timeout: 60_000, interval: 100 };

let root: string;
let folder: string;
let site: ServedSite;
let key: string;
let client: Client;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'outcrop-e2e-'));
  folder = join(root, 'site');
  await mkdir(folder);
  await makeLargeLayer(folder, pointCount);
  const init = await runOutcrop(['init', folder], { cwd: root });
  if (init.exitCode !== 0) throw new Error(`init failed: ${init.stderr}`);
  site = await serveSite(folder);
  key = await createKey(folder, ['exports:read', 'exports:write', 'layers:read']);
  client = new Client(site.url, { apiKey: key });
});

afterAll(async () => {
  await site.stop();
  await rm(root, { recursive: true });
});

/** A request that takes seconds: every point is reprojected and written as text. */
async function largeExport(): Promise<Export> {
  const wanted = new Export({ crs: 'EPSG:4326', formats: { vector: 'application/geo+json' } });
  return wanted.addItem(await client.layers.get(1));
}

async function startedExport(): Promise<Export> {
  const running = await client.exports.create(await largeExport());
  await vi.waitFor(async () => expect((await running.refresh()).progress).toBeGreaterThan(0), patience);
  expect(running.state).toBe('processing');
  return running;
}

/** Whatever a site keeps of exports and runs. */
async function keptFiles(): Promise<string[]> {
  const names = await readdir(join(folder, '.outcrop'), { recursive: true });
  return names.filter((name) => !/^(?:database|cache)\b/.test(name)).toSorted();
}

test('a cancelled export ends at once, leaves nothing, and has no archive', async () => {
  const before = await keptFiles();
  const running = await startedExport();
  expect(await keptFiles()).not.toEqual(before);
  await running.cancel();
  expect(running).toMatchObject({ state: 'cancelled', progress: null, downloadUrl: null });
  const failure = await running.wait().catch((caught: unknown) => caught);
  expect(failure).toBeInstanceOf(ExportFailedError);
  await expect(running.download(root)).rejects.toThrow(/cancelled/);
  await vi.waitFor(async () => expect(await keptFiles()).toEqual(before), patience);
  expect((await running.refresh()).state).toBe('cancelled');
});

test('Ctrl-C on an export cancels it on the site and leaves no file', async () => {
  const to = await mkdtemp(join(root, 'interrupted-'));
  const options = ['--crs', 'EPSG:4326', '--format', 'vector=geojson', '--to', to];
  const child = startOutcrop(['export', '1', '--url', site.url, ...options], { cwd: root, key });
  const end = finished(child);
  const newest = await vi.waitFor(async () => {
    const found = await client.exports.list().expand('list').first();
    expect(found?.state).toBe('processing');
    return found;
  }, patience);
  pressCtrlC(child);
  expect(await end).toMatchObject({
    exitCode: 130,
    stdout: '',
    stderr: expect.stringMatching(/cancelled\n$/) as string,
  });
  expect((await newest?.refresh())?.state).toBe('cancelled');
  expect(await readdir(to)).toEqual([]);
});

test('Ctrl-C on a run leaves neither archive nor work files', async () => {
  const to = await mkdtemp(join(root, 'run-'));
  const request = {
    crs: 'EPSG:4326',
    formats: { vector: 'application/geo+json' },
    items: [{ item: 'layers/1' }],
  };
  await writeFile(join(root, 'request.json'), JSON.stringify(request));
  const child = startOutcrop(['run', 'request.json', '--site', folder, '--output', join(to, 'out.zip')], {
    cwd: root,
  });
  const end = finished(child);
  await vi.waitFor(async () => expect(await readdir(to)).not.toEqual([]), patience);
  pressCtrlC(child);
  expect(await end).toMatchObject({ exitCode: 130, stdout: '' });
  expect(await readdir(to)).toEqual([]);
});

test('Ctrl-C on a site that is exporting ends it in order, and the next start finishes the export', async () => {
  const running = await startedExport();
  expect(await site.stop()).toBe(0);
  site = await serveSite(folder);
  client = new Client(site.url, { apiKey: key });
  const again = await client.exports.get(running.id ?? 0);
  await again.wait({ deadlineMs: 120_000 });
  expect(again.state).toBe('complete');
});

test('an export outlives the death of its site: the next start finishes it, once', async () => {
  const running = await startedExport();
  process.kill(site.pid, 'SIGKILL');
  await site.stop();
  site = await serveSite(folder);
  client = new Client(site.url, { apiKey: key });
  const again = await client.exports.get(running.id ?? 0);
  await again.wait({ deadlineMs: 120_000 });
  const { path } = await again.download(root);
  expect(await runOutcrop(['verify', path], { cwd: root })).toMatchObject({ exitCode: 0 });
  expect((await client.exports.list().toArray()).filter(({ id }) => id === running.id)).toHaveLength(1);
});

test('an altered archive, a cut one and no archive are told apart from a good one', async () => {
  const archive = (await readdir(root)).find((name) => name.endsWith('.zip')) ?? '';
  const bytes = await readFile(join(root, archive));
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
  await writeFile(join(root, 'altered.zip'), bytes);
  await writeFile(join(root, 'cut.zip'), bytes.subarray(0, middle));
  await writeFile(join(root, 'text.zip'), 'not an archive');
  for (const name of ['altered.zip', 'cut.zip', 'text.zip', 'none.zip']) {
    const verdict = await runOutcrop(['verify', name], { cwd: root });
    expect(verdict.exitCode).toBe(1);
    expect(verdict.stderr).toMatch(/^outcrop: \S+ is not a good archive: [^\n]+\n$/);
  }
  const { stdout } = await runOutcrop(['verify', 'altered.zip', '--json'], { cwd: root });
  expect(JSON.parse(stdout)).toMatchObject({ ok: false });
});

test('a GeoPackage that becomes corrupt is refused with the reason, and the site stays up', async () => {
  await truncate(join(folder, 'points.gpkg'), 2000);
  const error = await client.exports.create(await largeExport()).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ValidationError);
  expect((error as ValidationError).issues).toEqual([
    expect.objectContaining({ code: 'source-unavailable' }),
  ]);
  const run = await runOutcrop(['run', 'request.json', '--site', folder, '--output', 'x.zip'], { cwd: root });
  expect(run).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/source-unavailable/) as string });
  expect((await client.layers.get(1)).unavailable).not.toBeNull();
});
