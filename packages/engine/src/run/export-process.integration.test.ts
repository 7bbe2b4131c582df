import { existsSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

import { temporaryFolder, type TemporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { checkExport, surveyTable } from '../plan/engine-thread.ts';
import type { ExportPlan } from '../plan/plan.ts';
import { contextOf, planOf, requestOf, tableOf } from '../testing/export-fixture.ts';
import { exportProcesses } from '../testing/measured-export.ts';
import { type ProcessOptions, runInProcess } from './run-in-process.ts';
import { runExport } from './run-export.ts';

let folder: TemporaryFolder;
let path: string;
let plan: ExportPlan;

beforeAll(async () => {
  folder = await temporaryFolder();
  path = folder.file('source.gpkg');
  writeGeoPackage(path, {
    tables: [
      {
        name: 'points',
        geometry: { type: 'POINT', epsg: 2193 },
        columns: [{ name: 'label', type: 'TEXT' }],
        features: Array.from({ length: 150_000 }, (_, index) => ({
          geometry: { type: 'Point', coordinates: [1_750_000 + (index % 400), 5_900_000 + index / 400] },
          attributes: { label: `point ${index}` },
        })),
      },
    ],
  });
  plan = await planOf({ tables: [tableOf(path)], format: 'text/csv', crs: 'EPSG:4326' }, folder.path);
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

let runs = 0;

function place(): ProcessOptions & { readonly home: string; readonly archivePath: string } {
  const home = folder.file(`place-${runs++}`);
  mkdirSync(home);
  return { home, items: [0], archivePath: `${home}/archive.zip`, workFolder: `${home}/work` };
}

async function childThatRuns(): Promise<number> {
  for (let waited = 0; waited < 200; waited++) {
    const [pid] = exportProcesses();
    if (pid !== undefined) return pid;
    await setTimeout(10);
  }
  throw new Error('no process runs the export');
}

test('a child process makes the same archive as this one', async () => {
  const [ours, theirs] = [place(), place()];
  const seen: number[] = [];
  const [here, there] = await Promise.all([
    runExport(plan, ours),
    runInProcess(plan, { ...theirs, onProgress: ({ fraction }) => seen.push(fraction) }),
  ]);
  expect(there!.sha256).toBe(here.sha256);
  expect(seen.length).toBeGreaterThan(0);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(readdirSync(theirs.home)).toEqual(['archive.zip', 'work']);
  expect(readdirSync(ours.home)).toEqual(['archive.zip']);
});

test('a cancel ends the process within two seconds and leaves no archive', async () => {
  const { home, ...options } = place();
  const reason = new Error('cancelled by the test');
  const controller = new AbortController();
  let cancelledAt = 0;
  const run = runInProcess(plan, {
    ...options,
    signal: controller.signal,
    onProgress: ({ fraction }) => {
      if (fraction === 0 || cancelledAt > 0) return;
      cancelledAt = Date.now();
      controller.abort(reason);
    },
  });
  await expect(run).rejects.toBe(reason);
  expect(cancelledAt).toBeGreaterThan(0);
  expect(Date.now() - cancelledAt).toBeLessThan(2000);
  expect(readdirSync(home)).toEqual(['work']);
  expect(exportProcesses()).toEqual([]);
});

test('a signal that was aborted before starts no process', async () => {
  const { home, ...options } = place();
  const reason = new Error('too late');
  const run = runInProcess(plan, { ...options, signal: AbortSignal.abort(reason) });
  await expect(run).rejects.toBe(reason);
  expect(readdirSync(home)).toEqual([]);
});

test('a process that is killed is an error that may be tried again', async () => {
  const { home, ...options } = place();
  const run = runInProcess(plan, options);
  // Waited for together: the run may end before the kill returns.
  const killed = childThatRuns().then((pid) => process.kill(pid, 'SIGKILL'));
  await expect(run).rejects.toMatchObject({
    name: 'EngineError',
    code: 'process-died',
    retryable: true,
    message: expect.stringContaining('SIGKILL'),
  });
  expect(await killed).toBe(true);
  expect(readdirSync(home)).not.toContain('archive.zip');
});

test('an error in the process keeps its code and its words', async () => {
  const [item] = plan.items;
  const gone = { ...tableOf(path), path: folder.file('gone.gpkg') };
  const broken = { ...plan, items: [{ ...item!, layer: { ...item!.layer, source: gone } }] };
  await expect(runInProcess(broken, place())).rejects.toMatchObject({
    name: 'EngineError',
    code: 'source-unavailable',
    message: expect.stringContaining('gone.gpkg'),
  });
});

test('a run takes over the files of one that was killed with its whole machine', async () => {
  const { home, ...options } = place();
  mkdirSync(`${home}/work/items/0.killed/files`, { recursive: true });
  writeFileSync(`${home}/work/items/0.killed/files/points.csv`, 'half');
  writeFileSync(`${home}/work/items/0.killed/files/stray.csv`, 'left over');
  writeFileSync(`${home}/.archive.zip.part`, 'half');
  const result = await runInProcess(plan, options);
  expect(result!.report.items[0]!.files).toEqual(['points.csv', 'points.vrt']);
  expect(readdirSync(home)).toEqual(['archive.zip', 'work']);
  expect(readdirSync(`${home}/work/items`)).toEqual(['0']);
});

test('a run goes on after the last item that is done, and its archive is the same', async () => {
  const both = { ...plan, items: [plan.items[0]!, { ...plan.items[0]!, slug: 'again' }] };
  const whole = await runInProcess(both, { ...place(), items: [0, 1] });
  const { archivePath, ...options } = place();
  const done: number[] = [];
  const onItem = (index: number): void => void done.push(index);
  const stage = { ...options, archivePath: null, onItem };
  expect(await runInProcess(both, { ...stage, items: [1] })).toBeNull();
  const kept = statSync(`${options.workFolder}/items/1/finished.json`);
  const packed = await runInProcess(both, { ...options, archivePath, onItem, items: [0, 1] });
  expect(done).toEqual([1, 0, 1]);
  expect(statSync(`${options.workFolder}/items/1/finished.json`)).toMatchObject({ ino: kept.ino });
  expect(packed).toMatchObject({ sha256: whole!.sha256, bytes: whole!.bytes });
});

test('an item whose files are not what they were is made again', async () => {
  const { archivePath, ...options } = place();
  await runInProcess(plan, { ...options, archivePath: null, items: [0] });
  truncateSync(`${options.workFolder}/items/0/files/points.csv`, 1000);
  const packed = await runInProcess(plan, { ...options, archivePath, items: [] });
  expect(packed!.sha256).toBe((await runInProcess(plan, place()))!.sha256);
});

test('a process that needs more memory than it may is ended with the reason', async () => {
  const { home, ...options } = place();
  const run = runInProcess(plan, { ...options, memoryBytes: 20_000_000 });
  await expect(run).rejects.toMatchObject({ code: 'memory-limit', retryable: false });
  expect(readdirSync(home)).not.toContain('archive.zip');
  expect(exportProcesses()).toEqual([]);
});

test('the engine’s thread answers many at once, each its own', async () => {
  const context = contextOf(folder.file('thread-cache'));
  const good = requestOf({ tables: [tableOf(path)], format: 'text/csv' });
  const bad = requestOf({ tables: [tableOf(path)], format: 'text/csv', crs: 'EPSG:1' });
  const missing = { ...tableOf(path), path: folder.file('none.gpkg') };
  const answers = await Promise.allSettled([
    checkExport(good, context),
    checkExport(bad, context),
    surveyTable(missing, context.cacheFolder),
    surveyTable(tableOf(path), context.cacheFolder),
    ...Array.from({ length: 20 }, () => checkExport(good, context)),
  ]);
  expect(answers[0]).toMatchObject({ value: { isValid: true, items: [{ featureCount: 150_000 }] } });
  expect(answers[1]).toMatchObject({ value: { isValid: false, plan: null } });
  expect(answers[2]).toMatchObject({ reason: { name: 'EngineError', code: 'source-unavailable' } });
  expect(answers[3]).toMatchObject({ value: { featureCount: 150_000 } });
  for (const answer of answers.slice(4)) expect(answer).toMatchObject({ value: { isValid: true } });
  expect(existsSync(folder.file('none.gpkg'))).toBe(false);
});
