import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { runOutcrop, runProgram } from './support/run-outcrop.ts';
import { writeTiledSite } from './support/tiled-site.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outcrop-e2e-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('a folder of grids is a layer of tiles, which is exported tile by tile', async () => {
  const site = await writeTiledSite(folder);
  const init = await runOutcrop(['init', site], { cwd: folder });
  expect(init.stdout).toContain('Heights');
  expect(init.stderr).toContain('left out: broken.tif');
  const layers = await runOutcrop(['layers', site, '--json'], { cwd: folder });
  expect(JSON.parse(layers.stdout)).toMatchObject([
    {
      id: 1,
      kind: 'grid',
      crs: 'EPSG:2193',
      tiles: 2,
      resolution: 10,
      unavailable: null,
      extent: { type: 'Polygon' },
    },
  ]);
  const request = {
    crs: 'EPSG:2193',
    formats: { grid: 'image/tiff;subtype=geotiff' },
    items: [{ item: 'layers/1', tiles: ['BX16'] }],
  };
  await writeFile(join(folder, 'request.json'), JSON.stringify(request));
  const run = await runOutcrop(['run', 'request.json', '--site', site, '--output', 'out.zip'], {
    cwd: folder,
  });
  expect(run.exitCode, run.stderr).toBe(0);
  const verify = await runOutcrop(['verify', 'out.zip'], { cwd: folder });
  expect(verify.stdout).toContain('BX16.tif');
  const member = `/vsizip/${join(folder, 'out.zip')}/BX16.tif`;
  const checksum = async (path: string): Promise<string | undefined> =>
    /Checksum=(\d+)/.exec((await runProgram('gdalinfo', ['-checksum', path])).stdout)?.[1];
  expect(await checksum(member)).toBe(await checksum(join(site, 'heights', 'BX16.asc')));
});

test('what a format cannot hold is refused before anything runs', async () => {
  const site = await writeTiledSite(folder);
  await runOutcrop(['init', site], { cwd: folder });
  const request = { crs: 'EPSG:2193', formats: { grid: 'image/jpeg' }, items: [{ item: 'layers/1' }] };
  await writeFile(join(folder, 'request.json'), JSON.stringify(request));
  const run = await runOutcrop(['run', 'request.json', '--site', site, '--output', 'out.zip'], {
    cwd: folder,
  });
  expect(run.exitCode).not.toBe(0);
  expect(run.stderr).toContain('invalid-format');
});
