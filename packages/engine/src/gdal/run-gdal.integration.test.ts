import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter } from 'node:path';

import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { afterEach, expect, test, vi } from 'vitest';

import { EngineError } from '../engine-error.ts';
import type { GdalCommand, GdalProgram } from './gdal-command.ts';
import { findGdal, parseDrivers } from './gdal-drivers.ts';
import { runGdal } from './run-gdal.ts';

afterEach(() => vi.unstubAllEnvs());

const hung: GdalCommand = { program: 'gdalwarp', args: [], drivers: [] };

/** Puts a program of ours in the place of one of GDAL's. */
async function standIn(folder: TemporaryFolder, program: GdalProgram, script: string): Promise<void> {
  await mkdir(folder.file('bin'), { recursive: true });
  await writeFile(folder.file(`bin/${program}`), `#!/bin/sh\n${script}\n`);
  await chmod(folder.file(`bin/${program}`), 0o755);
  vi.stubEnv('PATH', `${folder.file('bin')}${delimiter}/usr/bin:/bin`);
}

async function isRunning(pidFile: string): Promise<boolean> {
  const pid = Number(await readFile(pidFile, 'utf8'));
  try {
    process.kill(pid, 0);
    return !(await readFile(`/proc/${pid}/stat`, 'utf8')).includes(') Z ');
  } catch {
    return false;
  }
}

async function fileAppears(path: string): Promise<void> {
  await vi.waitFor(async () => expect((await readFile(path, 'utf8')).trim()).not.toBe(''), { timeout: 5000 });
}

test('a command gives back what it printed, and its warnings', async () => {
  await using folder = await temporaryFolder();
  await standIn(folder, 'gdalinfo', 'echo "{}"; echo "Warning 1: odd" >&2; echo "Warning 1: odd" >&2');
  const outcome = await runGdal({ program: 'gdalinfo', args: [], drivers: [] });
  expect(outcome).toEqual({ stdout: '{}\n', warnings: ['odd'] });
});

test('progress is told and never runs back within one command', async () => {
  await using folder = await temporaryFolder();
  await runGdal({
    program: 'gdal_translate',
    args: ['-of', 'GTiff', '-outsize', '500', '500', await smallRaster(folder), folder.file('out.tif')],
    drivers: ['GTiff', 'AAIGrid'],
  });
  const told: number[] = [];
  await runGdal(
    {
      program: 'gdalwarp',
      args: [folder.file('out.tif'), folder.file('warped.tif')],
      drivers: ['GTiff'],
      tellsProgress: true,
    },
    { onProgress: (fraction) => told.push(fraction) },
  );
  expect(told.at(-1)).toBe(1);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
});

test('cancel kills the program and all that it started, within a second', async () => {
  await using folder = await temporaryFolder();
  const [child, grandchild] = [folder.file('pid'), folder.file('pid2')];
  await standIn(folder, 'gdalwarp', `sleep 600 & echo $! > ${grandchild}; echo $$ > ${child}; wait`);
  const controller = new AbortController();
  const run = runGdal(hung, { signal: controller.signal });
  run.catch(() => undefined);
  await fileAppears(child);
  expect(await isRunning(grandchild)).toBe(true);
  const started = performance.now();
  controller.abort(new Error('enough'));
  await expect(run).rejects.toThrow('enough');
  expect(performance.now() - started).toBeLessThan(1000);
  expect(await isRunning(child)).toBe(false);
  expect(await isRunning(grandchild)).toBe(false);
});

test('a program that neither prints nor computes is killed and reported', async () => {
  await using folder = await temporaryFolder();
  await standIn(folder, 'gdalwarp', `echo $$ > ${folder.file('pid')}; exec sleep 600`);
  const run = runGdal(hung, { quietMs: 300 });
  await expect(run).rejects.toMatchObject({ code: 'gdal-hung', retryable: true });
  await expect(run).rejects.toThrow('gdalwarp did nothing for 0.3 s and was stopped');
  expect(await isRunning(folder.file('pid'))).toBe(false);
});

test('a program that computes without a word does not hang', async () => {
  await using folder = await temporaryFolder();
  await standIn(folder, 'gdalwarp', 'i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done; echo done');
  await expect(runGdal(hung, { quietMs: 150 })).resolves.toMatchObject({ stdout: 'done\n' });
});

test('a program that takes too long in all is killed and reported', async () => {
  await using folder = await temporaryFolder();
  await standIn(folder, 'gdalwarp', 'while :; do echo .; sleep 0.05; done');
  const run = runGdal(hung, { timeoutMs: 300 });
  await expect(run).rejects.toMatchObject({ code: 'gdal-hung' });
  await expect(run).rejects.toThrow('took longer than 0.3 s');
});

test('a program that prints more than is allowed is killed and reported', async () => {
  await using folder = await temporaryFolder();
  await standIn(folder, 'gdalinfo', `echo $$ > ${folder.file('pid')}; while :; do echo more; done`);
  const run = runGdal({ program: 'gdalinfo', args: [], drivers: [] }, { maxOutputBytes: 1000 });
  await expect(run).rejects.toMatchObject({ code: 'gdal-hung' });
  await expect(run).rejects.toThrow('gdalinfo printed more than 1000 bytes and was stopped');
  expect(await isRunning(folder.file('pid'))).toBe(false);
});

test.runIf(process.platform === 'linux')('a bound on memory is the kernel\u2019s', async () => {
  await using folder = await temporaryFolder();
  await standIn(folder, 'gdalinfo', 'ulimit -v; echo "$@"');
  const command: GdalCommand = { program: 'gdalinfo', args: ['--', 'a b'], drivers: [] };
  const { stdout } = await runGdal(command, { memoryBytes: 1024 ** 3 });
  expect(stdout).toBe(`${1024 ** 2}\n-- a b\n`);
});

test('a failure carries command, exit code and the end of stderr', async () => {
  const run = runGdal({ program: 'gdalinfo', args: ["no such 'file'.tif"], drivers: ['GTiff'] });
  await expect(run).rejects.toBeInstanceOf(EngineError);
  await expect(run).rejects.toMatchObject({
    code: 'gdal-failed',
    program: { command: expect.stringContaining('gdalinfo'), exitCode: 1 },
  });
  await expect(run).rejects.toThrow('No such file or directory');
});

test('an error that ends with exit code 0 is a failure all the same', async () => {
  await using folder = await temporaryFolder();
  await standIn(folder, 'gdalwarp', 'echo "ERROR 3: something was not written" >&2');
  await expect(runGdal(hung)).rejects.toThrow('something was not written');
  await expect(runGdal(hung, { toleratesErrors: true })).resolves.toMatchObject({ stdout: '' });
});

test('a full disk is told as one', async () => {
  await using folder = await temporaryFolder();
  await standIn(folder, 'gdalwarp', 'echo "ERROR 3: Write error: No space left on device" >&2; exit 1');
  await expect(runGdal(hung)).rejects.toMatchObject({ code: 'disk-full', retryable: true });
});

test('without GDAL the error says how to install it', async () => {
  await using folder = await temporaryFolder();
  await mkdir(folder.file('bin'));
  vi.stubEnv('PATH', folder.file('bin'));
  await expect(runGdal(hung)).rejects.toMatchObject({ code: 'gdal-missing' });
  await expect(runGdal(hung)).rejects.toThrow('apt-get install gdal-bin');
});

test('neither the network nor drivers that are not allowed can be reached', async () => {
  await using folder = await temporaryFolder();
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    response.end('nothing');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/a.tif`;
  const vrt = folder.file('remote.vrt');
  const band = `<VRTRasterBand dataType="Byte" band="1"><SimpleSource><SourceFilename>/vsicurl/${url}</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>`;
  await writeFile(vrt, `<VRTDataset rasterXSize="9" rasterYSize="9">${band}</VRTDataset>`);
  const drivers = ['GTiff', 'VRT', 'HTTP', 'WMS', 'JPEG'];
  for (const source of [`/vsicurl/${url}`, `/vsicurl_streaming/${url}`, url, `/vsis3/bucket/a.tif`]) {
    await expect(runGdal({ program: 'gdalinfo', args: [source], drivers })).rejects.toThrow(EngineError);
  }
  const translate = ['-q', vrt, folder.file('out.tif')];
  await expect(runGdal({ program: 'gdal_translate', args: translate, drivers })).rejects.toThrow(EngineError);
  const notAllowed = { program: 'gdalinfo', args: [vrt], drivers: ['GTiff'] } as const;
  await expect(runGdal(notAllowed)).rejects.toThrow('not recognized as a supported file format');
  expect(requests).toBe(0);
  await new Promise((resolve) => server.close(resolve));
});

test('a program sees no credentials and no settings of the person who runs the site', async () => {
  await using folder = await temporaryFolder();
  await standIn(folder, 'gdalinfo', 'env');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'hidden');
  vi.stubEnv('PGPASSWORD', 'hidden');
  const { stdout } = await runGdal({ program: 'gdalinfo', args: [], drivers: [] }, { threads: 2 });
  expect(stdout).not.toMatch(/hidden|^HOME=/m);
  expect(stdout).toContain('GDAL_NUM_THREADS=2');
});

test('this machine has the drivers that the tests need', async () => {
  const gdal = await findGdal();
  expect(gdal?.drivers.get('GTiff')).toMatchObject({ isRaster: true, canRead: true, canWrite: true });
  expect(gdal?.drivers.get('ESRI Shapefile')).toMatchObject({ isVector: true, canWrite: true });
});

test('lists of drivers are read in the words of old and new versions', () => {
  const drivers = parseDrivers(
    '  COG -raster- (wv): Cloud optimized GeoTIFF generator (*.tif, *.tiff)\n  UK .NTF -vector- (rov): UK .NTF\nnoise',
  );
  expect([...drivers.values()]).toEqual([
    { name: 'COG', isRaster: true, isVector: false, canRead: false, canWrite: true },
    { name: 'UK .NTF', isRaster: false, isVector: true, canRead: true, canWrite: false },
  ]);
});

test('input is read by the program, and a program that does not read it does not block', async () => {
  await using folder = await temporaryFolder();
  await standIn(folder, 'gdaltransform', 'cat');
  const command: GdalCommand = { program: 'gdaltransform', args: [], drivers: [] };
  await expect(runGdal(command, { input: ['a', 'b\n'] })).resolves.toMatchObject({ stdout: 'ab\n' });
  await standIn(folder, 'gdaltransform', 'exit 0');
  const much = Array.from({ length: 100 }, () => 'x'.repeat(100_000));
  await expect(runGdal(command, { input: much })).resolves.toMatchObject({ stdout: '' });
});

async function smallRaster(folder: TemporaryFolder): Promise<string> {
  const path = folder.file('small.asc');
  await writeFile(
    path,
    'ncols 2\nnrows 2\nxllcorner 170\nyllcorner -40\ncellsize 1\nNODATA_value -9\n1 2\n3 4\n',
  );
  await writeFile(folder.file('small.prj'), 'EPSG:4326');
  return path;
}
