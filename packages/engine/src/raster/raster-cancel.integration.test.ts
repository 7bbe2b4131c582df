import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { delimiter } from 'node:path';

import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { afterEach, expect, test, vi } from 'vitest';

import type { ExportPlan } from '../plan/plan.ts';
import { runInProcess } from '../run/run-in-process.ts';
import { runExport, type RunOptions } from '../run/run-export.ts';
import { checkRasters, makeRaster, placedAt } from '../testing/raster-fixture.ts';

afterEach(() => vi.unstubAllEnvs());

const size = { width: 300, height: 200, bands: 3 } as const;

/** The plan of two tiles, and GDAL's translator replaced by one that notes its process and that of its child, and waits. */
async function hangingExport(folder: TemporaryFolder): Promise<{
  plan: ExportPlan;
  run: (options: Partial<RunOptions>) => ReturnType<typeof runExport>;
  pids: () => number[];
}> {
  for (const [index, name] of ['a', 'b'].entries()) {
    makeRaster(folder.file(`tiles/${name}.tif`), { ...size, flags: placedAt(index * 300, 0, size) });
  }
  const check = await checkRasters(
    {
      layers: [{ path: folder.file('tiles'), kind: 'raster' }],
      formats: { raster: 'image/tiff;subtype=geotiff' },
    },
    folder.path,
  );
  await mkdir(folder.file('bin'));
  writeFileSync(
    folder.file('bin/gdal_translate'),
    `#!/bin/sh\nfor last; do :; done\necho partial > "$last"\nsleep 600 &\necho $$ >> ${folder.file('pids')}; echo $! >> ${folder.file('pids')}\nwait\n`,
  );
  await chmod(folder.file('bin/gdal_translate'), 0o755);
  vi.stubEnv('PATH', `${folder.file('bin')}${delimiter}/usr/bin:/bin`);
  return {
    plan: check.plan!,
    run: (options) =>
      runExport(check.plan!, {
        archivePath: folder.file('out/archive.zip'),
        workFolder: folder.file('out/work'),
        workers: 2,
        ...options,
      }),
    pids: () =>
      existsSync(folder.file('pids'))
        ? readFileSync(folder.file('pids'), 'utf8').trim().split('\n').map(Number)
        : [],
  };
}

function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

test('cancel kills every program of the export within a second, and removes its files', async () => {
  await using folder = await temporaryFolder();
  const { run, pids } = await hangingExport(folder);
  const controller = new AbortController();
  const running = run({ signal: controller.signal });
  running.catch(() => undefined);
  await vi.waitFor(() => expect(pids()).toHaveLength(4), { timeout: 20_000 });
  expect(readdirSync(folder.file('out/work/items')).length).toBeGreaterThan(0);
  const started = performance.now();
  controller.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
  expect(performance.now() - started).toBeLessThan(1000);
  expect(pids().filter(isRunning)).toEqual([]);
  expect(readdirSync(folder.file('out'))).toEqual([]);
});

test('an export that runs in a process of its own takes its programs with it', async () => {
  await using folder = await temporaryFolder();
  const { plan, pids } = await hangingExport(folder);
  const controller = new AbortController();
  const running = runInProcess(plan, {
    items: [0],
    archivePath: folder.file('out/archive.zip'),
    workFolder: folder.file('out/work'),
    workers: 2,
    signal: controller.signal,
  });
  running.catch(() => undefined);
  await vi.waitFor(() => expect(pids()).toHaveLength(4), { timeout: 30_000 });
  const started = performance.now();
  controller.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
  expect(performance.now() - started).toBeLessThan(1000);
  await vi.waitFor(() => expect(pids().filter(isRunning)).toEqual([]), { timeout: 1000 });
  expect(readdirSync(folder.file('out'))).toEqual(['work']);
});

test('the first tile that fails ends the others, and its reason is told', async () => {
  await using folder = await temporaryFolder();
  const { run, pids } = await hangingExport(folder);
  const script = folder.file('bin/gdal_translate');
  const hanging = readFileSync(script, 'utf8').replace('#!/bin/sh\n', '');
  writeFileSync(
    script,
    `#!/bin/sh\ncase "$*" in *a.tif*) echo "ERROR 1: this one is bad" >&2; sleep 1; exit 1;; esac\n${hanging}`,
  );
  await expect(run({})).rejects.toMatchObject({
    code: 'gdal-failed',
    message: expect.stringContaining('this one is bad'),
  });
  expect(pids().filter(isRunning)).toEqual([]);
  expect(readdirSync(folder.file('out'))).toEqual([]);
});
