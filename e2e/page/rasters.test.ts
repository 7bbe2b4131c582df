import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { runOutcrop, runProgram } from '../support/run-outcrop.ts';
import { serveSite } from '../support/serve-site.ts';
import { writeTiledSite } from '../support/tiled-site.ts';
import { expectAccessible, openPage } from './support/browser.ts';
import { createAndDownload } from './support/create-and-download.ts';
import { sharedDemo } from './support/demo-site.ts';

const site = sharedDemo();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outcrop-page-test-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** What GDAL says of a raster, with the checksums of its bands. */
async function gdalInfo(file: string): Promise<string> {
  const { exitCode, stdout } = await runProgram('gdalinfo', ['-checksum', file]);
  expect(exitCode).toBe(0);
  return stdout;
}

test('an image as JPEG and a grid as ASCII grid are cropped to New Zealand, and verify', async () => {
  await using tested = await openPage(site.url);
  const { page, complaints } = tested;
  // The first one proposes its own system: New Zealand Map Grid, in which its pixels stay as they are.
  await page.getByRole('checkbox', { name: 'Maunga Whau elevation' }).check();
  await page.getByRole('checkbox', { name: 'Blue Marble' }).check();
  await page.getByRole('radio', { name: 'Named area' }).check();
  await page.getByRole('combobox', { name: 'Find an area' }).fill('New Zealand');
  await page.getByRole('option', { name: 'New Zealand', exact: true }).click();
  await page.keyboard.press('Escape');
  await page.getByLabel('Format of images').selectOption('GeoJPEG');
  await page.getByLabel('Format of grids').selectOption('ASCII Grid');
  for (const item of ['l5', 'l6']) {
    await page
      .locator(`#check-${item}`)
      .getByText(/^[\d.]+ kB$/)
      .waitFor();
  }
  await page.getByText(/^About [\d.]+ kB zipped, [\d.]+ kB unpacked · takes a few seconds/).waitFor();
  await expectAccessible(page);
  const archive = await createAndDownload(page, join(folder, 'new-zealand'));
  const grid = await gdalInfo(join(archive, 'maunga-whau-elevation', 'maunga-whau.asc'));
  const source = await gdalInfo(join(site.folder, 'maunga-whau.asc'));
  const checksum = /Checksum=(\d+)/;
  expect(checksum.exec(source)?.[1]).toBeDefined();
  expect(checksum.exec(grid)?.[1]).toBe(checksum.exec(source)?.[1]);
  const picture = await gdalInfo(join(archive, 'blue-marble', 'blue-marble.jpg'));
  expect(picture).toContain('Driver: JPEG/JPEG JFIF');
  expect(picture).toContain('New Zealand Map Grid');
  // Of a picture of the whole world, only as much as the country, from the far south to its islands across 180 degrees.
  const [width, height] = /Size is (\d+), (\d+)/.exec(picture)!.slice(1).map(Number);
  expect(width! * height!).toBeLessThan((4096 * 2048) / 25);
  expect(complaints).toEqual([]);
});

test('what does not fit says why beside it, and the size is that of what does', async () => {
  await using tested = await openPage(`${site.url}?i=l5,l6&a=box-box:10,40,20,50&crs=4326`);
  const { page } = tested;
  await page.locator('#check-l5').getByText('Maunga Whau elevation has no data inside your area.').waitFor();
  await page
    .locator('#check-l6')
    .getByText(/^[\d.]+ kB$/)
    .waitFor();
  expect(await page.locator('#check-l5').innerText()).not.toContain('Ready');
});

test('options follow the format, go into the address, the lines and the archive', async () => {
  await using tested = await openPage(`${site.url}?i=l6,l4&a=box-box:160,-50,179,-30`);
  const { page, complaints } = tested;
  const marble = page.getByRole('group').filter({ hasText: 'Pixel size' });
  await page.getByLabel('Options: Blue Marble').click();
  expect(await page.getByLabel('Options: Earthquakes').count()).toBe(0);
  await marble.getByLabel('Pixel size').fill('0');
  await marble.getByText('Give a number from 0.01 to 10,000.').waitFor();
  await marble.getByLabel('Pixel size').fill('2');
  await marble.getByLabel('MapInfo .tab with each file').check();
  await page.getByLabel('Format of vector layers').selectOption('KML');
  await page.getByLabel('Options: Earthquakes').click();
  await page.getByLabel('Colour of its own').check();
  await page.getByLabel('Colour of Earthquakes').fill('#003399');
  await page.waitForURL((url) => url.search.includes('o=l4:color:003399'));
  expect(page.url()).toContain('o=l6:size:2,tab:yes');
  await page.getByLabel('Format of vector layers').selectOption('CSV');
  await page.getByLabel('Column with the geometry (WKT)').uncheck();
  await expectAccessible(page);
  await page.locator('summary', { hasText: 'The same without this page' }).click();
  const lines = page.locator('pre');
  expect(await lines.innerText()).toContain('"include_geometry_field": false');
  await page.getByRole('radio', { name: 'TypeScript' }).check();
  expect(await lines.innerText()).toContain('"rasterResolutionMultiplier": 2');
  await page.getByRole('radio', { name: 'curl' }).check();
  expect(await lines.innerText()).toContain('"include_raster_tab":true');
  expect(await lines.innerText()).not.toContain('003399');
  await page.reload();
  const archive = await createAndDownload(page, join(folder, 'options'));
  expect(await readdir(join(archive, 'blue-marble'))).toContain('blue-marble.tab');
  const picture = await gdalInfo(join(archive, 'blue-marble', 'blue-marble.tif'));
  expect(picture).toContain(`Pixel Size = (${(360 / 2048).toFixed(15)},`);
  await page.getByRole('link', { name: 'Edit and repeat' }).click();
  expect(page.url()).toContain('o=l6:size:2,tab:yes');
  expect(complaints).toEqual([]);
});

test('tiles are ticked by name, or become one file', async () => {
  const tiled = await writeTiledSite(folder);
  await runOutcrop(['init', tiled], { cwd: folder });
  await using served = await serveSite(tiled, ['--anonymous']);
  await using tested = await openPage(`${served.url}?i=l1`);
  const { page } = tested;
  await page.getByLabel('Options: Heights').click();
  await page.getByText('Tiles (all 2)').waitFor();
  await page.getByLabel('BX16').check();
  await page.getByText('Tiles (1 of 2)').waitFor();
  await expectAccessible(page);
  expect(page.url()).toContain('o=l1:tile:BX16');
  const one = await createAndDownload(page, join(folder, 'one-tile'));
  const tifs = async (path: string): Promise<string[]> =>
    (await readdir(path)).filter((name) => name.endsWith('.tif'));
  expect(await tifs(one)).toEqual(['BX16.tif']);
  await page.getByRole('link', { name: 'Edit and repeat' }).click();
  await page.getByLabel('Options: Heights').click();
  await page.getByRole('button', { name: 'Take all tiles' }).click();
  await page.getByLabel('One file of all tiles of a layer').check();
  await page.waitForURL((url) => url.search.includes('mosaic=yes') && !url.search.includes('BX16'));
  const joined = await createAndDownload(page, join(folder, 'mosaic'));
  expect(await tifs(joined)).toEqual(['heights.tif']);
  expect(await gdalInfo(join(joined, 'heights.tif'))).toContain('Size is 40, 20');
});
