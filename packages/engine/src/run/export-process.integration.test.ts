import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

import { temporaryFolder, type TemporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { checkExport, surveyTable } from '../plan/engine-thread.ts';
import type { ExportPlan } from '../plan/plan.ts';
import { contextOf, planOf, requestOf, tableOf } from '../testing/export-fixture.ts';
import { exportProcesses } from '../testing/measured-export.ts';
import { type ProcessRunOptions, runExportInProcess } from './run-export-in-process.ts';
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

function place(): ProcessRunOptions & { readonly home: string } {
  const home = folder.file(`place-${runs++}`);
  mkdirSync(home);
  return { home, archivePath: `${home}/archive.zip`, workFolder: `${home}/work` };
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
    runExportInProcess(plan, { ...theirs, onProgress: ({ fraction }) => seen.push(fraction) }),
  ]);
  expect(there.sha256).toBe(here.sha256);
  expect(seen.length).toBeGreaterThan(0);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(readdirSync(theirs.home)).toEqual(['archive.zip']);
});

test('a cancel ends the process within two seconds and leaves nothing', async () => {
  const { home, ...options } = place();
  const reason = new Error('cancelled by the test');
  const controller = new AbortController();
  let cancelledAt = 0;
  const run = runExportInProcess(plan, {
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
  expect(readdirSync(home)).toEqual([]);
  expect(exportProcesses()).toEqual([]);
});

test('a signal that was aborted before starts no process', async () => {
  const { home, ...options } = place();
  const reason = new Error('too late');
  const run = runExportInProcess(plan, { ...options, signal: AbortSignal.abort(reason) });
  await expect(run).rejects.toBe(reason);
  expect(readdirSync(home)).toEqual([]);
});

test('a process that is killed is an error that may be tried again', async () => {
  const { home, ...options } = place();
  const run = runExportInProcess(plan, options);
  // Waited for together: the run may end before the kill returns.
  const killed = childThatRuns().then((pid) => process.kill(pid, 'SIGKILL'));
  await expect(run).rejects.toMatchObject({
    name: 'EngineError',
    code: 'process-died',
    retryable: true,
    message: expect.stringContaining('SIGKILL'),
  });
  expect(await killed).toBe(true);
  expect(readdirSync(home)).toEqual([]);
});

test('an error in the process keeps its code and its words', async () => {
  const [item] = plan.items;
  const gone = { ...tableOf(path), path: folder.file('gone.gpkg') };
  const broken = { ...plan, items: [{ ...item!, layer: { ...item!.layer, source: gone } }] };
  await expect(runExportInProcess(broken, place())).rejects.toMatchObject({
    name: 'EngineError',
    code: 'source-unavailable',
    message: expect.stringContaining('gone.gpkg'),
  });
});

test('a run takes over the files of one that was killed with its whole machine', async () => {
  const { home, ...options } = place();
  mkdirSync(`${home}/work/0`, { recursive: true });
  writeFileSync(`${home}/work/0/points.csv`, 'half');
  writeFileSync(`${home}/work/0/stray.csv`, 'left over');
  writeFileSync(`${home}/.archive.zip.part`, 'half');
  const { report } = await runExportInProcess(plan, options);
  expect(report.items[0]!.files).toEqual(['points.csv', 'points.vrt']);
  expect(readdirSync(home)).toEqual(['archive.zip']);
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
