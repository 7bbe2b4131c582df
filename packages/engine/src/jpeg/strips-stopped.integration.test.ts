import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';

import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { afterEach, expect, test, vi } from 'vitest';

import { makeRaster } from '../testing/raster-fixture.ts';
import { translateByStrips } from './jpeg-by-strips.ts';

afterEach(() => vi.unstubAllEnvs());

const size = { width: 300, height: 700 } as const;

/** Puts a program in front of GDAL's translator: what it does, instead of that, where its arguments have something in them. */
function interfere(folder: TemporaryFolder, argument: string, script: string): void {
  const path = process.env['PATH'] ?? '';
  mkdirSync(folder.file('bin'));
  writeFileSync(
    folder.file('bin/gdal_translate'),
    `#!/bin/sh\ncase "$*" in *${argument}*) ${script};; esac\nPATH='${path}' exec gdal_translate "$@"\n`,
    { mode: 0o755 },
  );
  vi.stubEnv('PATH', `${folder.file('bin')}${delimiter}${path}`);
}

function translate(
  folder: TemporaryFolder,
  { signal, onProgress = () => undefined }: { signal?: AbortSignal; onProgress?: (fraction: number) => void },
): Promise<boolean> {
  mkdirSync(folder.file('work'));
  const input = makeRaster(folder.file('a.tif'), { ...size, bands: 3 });
  return translateByStrips(
    { input, output: folder.file('a.jpg'), driver: 'JPEG', options: ['QUALITY=90'] },
    { size, cores: 2, isReadInOrder: false, run: { signal }, folder: folder.file('work'), onProgress },
  );
}

function expectNothingLeft(folder: TemporaryFolder): void {
  expect(readdirSync(folder.file('work'))).toEqual([]);
  expect(existsSync(folder.file('a.jpg'))).toBe(false);
}

function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

function pidsIn(path: string): number[] {
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').map(Number) : [];
}

test('cancel kills all programs that compress strips, and what they started, within a second', async () => {
  await using folder = await temporaryFolder();
  const pids = folder.file('pids');
  interfere(folder, '-srcwin', `sleep 600 & echo $$ >> ${pids}; echo $! >> ${pids}; wait`);
  const controller = new AbortController();
  const running = translate(folder, { signal: controller.signal });
  running.catch(() => undefined);
  await vi.waitFor(() => expect(pidsIn(pids)).toHaveLength(4), { timeout: 20_000 });
  const started = performance.now();
  controller.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
  expect(performance.now() - started).toBeLessThan(1000);
  expect(pidsIn(pids).filter(isRunning)).toEqual([]);
  expectNothingLeft(folder);
});

test('cancel while strips are joined removes what was written', async () => {
  await using folder = await temporaryFolder();
  const controller = new AbortController();
  const running = translate(folder, {
    signal: controller.signal,
    onProgress: (fraction) => {
      if (fraction > 0.975 && fraction < 1) controller.abort(new Error('enough'));
    },
  });
  await expect(running).rejects.toThrow('enough');
  expectNothingLeft(folder);
});

test('the first program that fails ends the others, and its reason is told', async () => {
  await using folder = await temporaryFolder();
  const pids = folder.file('pids');
  interfere(
    folder,
    '-srcwin',
    `case "$*" in *"0 0 300"*) echo $$ >> ${pids}; exec sleep 600;; *) until [ -s ${pids} ]; do :; done; echo "ERROR 1: this one is bad" >&2; exit 1;; esac`,
  );
  await expect(translate(folder, {})).rejects.toMatchObject({
    code: 'gdal-failed',
    message: expect.stringContaining('this one is bad'),
  });
  expect(pidsIn(pids)).toHaveLength(1);
  expect(pidsIn(pids).filter(isRunning)).toEqual([]);
  expectNothingLeft(folder);
});

test('a GDAL that has no JPEG in TIFFs leaves the work to the JPEG driver', async () => {
  await using folder = await temporaryFolder();
  const words = 'ERROR 6: Cannot create TIFF file due to missing codec for JPEG.';
  interfere(folder, 'COMPRESS=JPEG', `echo "${words}" >&2; exit 1`);
  expect(await translate(folder, {})).toBe(false);
  expectNothingLeft(folder);
});
