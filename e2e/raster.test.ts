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

test('formats that are zips themselves are made in an archive that is called .zip', async () => {
  const site = await writeTiledSite(folder);
  await writeFile(join(folder, 'stations.csv'), 'name,lon,lat\nEast,174.5,-41.2\n');
  const picture = ['-q', '-ot', 'Byte', join(site, 'heights', 'BX16.asc'), join(site, 'picture.tif')];
  await runProgram('gdal_translate', picture);
  await runOutcrop(['import', 'stations.csv', '--site', site], { cwd: folder });
  const layers = await runOutcrop(['layers', site, '--json'], { cwd: folder });
  const listed = JSON.parse(layers.stdout) as { id: number; kind: string }[];
  const excel = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
  const formats = { vector: excel, raster: 'application/vnd.google-earth.kml+xml' };
  const items = listed.filter(({ kind }) => kind in formats).map(({ id }) => ({ item: `layers/${id}` }));
  expect(items).toHaveLength(2);
  await writeFile(join(folder, 'request.json'), JSON.stringify({ crs: 'EPSG:4326', formats, items }));
  const run = await runOutcrop(['run', 'request.json', '--site', site, '--output', 'out.zip'], {
    cwd: folder,
  });
  expect(run.exitCode, run.stderr).toBe(0);
  const verify = await runOutcrop(['verify', 'out.zip'], { cwd: folder });
  expect(verify.stdout).toMatch(/stations\.xlsx/);
  expect(verify.stdout).toMatch(/picture\.kmz/);
});
