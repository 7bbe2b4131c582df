import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { runProgram } from '../support/run-outcrop.ts';
import { expectVisible, openPage } from './support/browser.ts';
import { sharedDemo } from './support/demo-site.ts';

const site = sharedDemo();
let folder: string;

const square = (west: number, name: string): object => ({
  type: 'Feature',
  properties: { name },
  geometry: {
    type: 'Polygon',
    coordinates: [
      [
        [west, -42],
        [west + 2, -42],
        [west + 2, -40],
        [west, -40],
        [west, -42],
      ],
    ],
  },
});
const collection = (...features: object[]): string => JSON.stringify({ type: 'FeatureCollection', features });
const bowTie = {
  type: 'Polygon',
  coordinates: [
    [
      [170, -42],
      [172, -40],
      [172, -42],
      [170, -40],
      [170, -42],
    ],
  ],
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outcrop-page-files-'));
  await writeFile(join(folder, 'one.geojson'), collection(square(173, 'Cook Strait')));
  await writeFile(join(folder, 'two.geojson'), collection(square(173, 'Here'), square(178.5, 'Across')));
  const convert = (format: string, file: string, ...more: string[]) =>
    runProgram('ogr2ogr', ['-f', format, join(folder, file), join(folder, 'two.geojson'), ...more]);
  await convert('GPKG', 'two.gpkg', '-t_srs', 'EPSG:2193');
  await convert('KML', 'two.kml');
  await convert('ESRI Shapefile', 'shape.shp', '-t_srs', 'EPSG:2193');
  const zip = (name: string, ...ends: string[]) =>
    runProgram('zip', ['-jq', join(folder, name), ...ends.map((end) => join(folder, `shape.${end}`))]);
  await zip('shape.zip', 'shp', 'shx', 'dbf', 'prj');
  await zip('no-prj.zip', 'shp', 'shx', 'dbf');
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const choose = (page: Page, file: string | { name: string; mimeType: string; buffer: Buffer }) =>
  page.locator('input[type=file]').setInputFiles(typeof file === 'string' ? join(folder, file) : file);

test('a GeoJSON file with one polygon is the area at once', async () => {
  await using tested = await openPage(`${site.url}?a=file`);
  await choose(tested.page, 'one.geojson');
  await expectVisible(tested.page.getByText(/4 corners\./));
  expect(tested.page.url()).toContain('file-box:173,-42,175,-40');
});

test.each(['two.geojson', 'two.gpkg', 'two.kml', 'shape.zip'])(
  'of the polygons of %s one or all are taken',
  async (file) => {
    await using tested = await openPage(`${site.url}?a=file`);
    const { page, complaints } = tested;
    await choose(page, file);
    const choice = page.getByLabel('2 outlines were found. Use:');
    await choice.selectOption('Across');
    await expectVisible(page.getByText(/The area runs across 180°/));
    await choice.selectOption('All of them, as one area');
    await page
      .getByText(/corners/)
      .first()
      .waitFor();
    expect(complaints).toEqual([]);
  },
);

test('a Shapefile that does not say its system is read once somebody does', async () => {
  await using tested = await openPage(`${site.url}?a=file`);
  const { page } = tested;
  await choose(page, 'no-prj.zip');
  await expectVisible(page.getByText(/does not say its coordinate system/));
  await page.locator('.inline-form input').fill('2193');
  await page.locator('.inline-form').getByRole('button').click();
  await expectVisible(page.getByLabel('2 outlines were found. Use:'));
});

test.each([
  ['a text that is no GeoJSON', 'x.geojson', 'not json', /^This is not GeoJSON/],
  ['points only', 'x.json', '{"type":"Point","coordinates":[1,2]}', /There is no polygon in it, only Point/],
  ['another kind of file', 'x.docx', 'x', /^Only GeoJSON, zipped Shapefile/],
  ['a broken archive', 'x.zip', 'PK no', /^The file cannot be read/],
  [
    'a virtual file that points elsewhere',
    'x.kml',
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>',
    /^The file cannot be read/,
  ],
])('%s is refused in words', async (_, name, content, words) => {
  await using tested = await openPage(`${site.url}?a=file`);
  await choose(tested.page, { name, mimeType: '', buffer: Buffer.from(content) });
  await expectVisible(tested.page.getByText(words));
});

test('a file that is too large is not even sent', async () => {
  await using tested = await openPage(`${site.url}?a=file`);
  await writeFile(join(folder, 'large.gpkg'), Buffer.alloc(30_000_001));
  await choose(tested.page, 'large.gpkg');
  await expectVisible(tested.page.getByText(/larger than 30 MB/));
});

test('an outline that crosses itself is shown where, and repaired by one press', async () => {
  await using tested = await openPage(`${site.url}?a=file`);
  const { page } = tested;
  await page.getByText('Or paste GeoJSON').click();
  await page.getByLabel('Or paste GeoJSON').fill(JSON.stringify(bowTie));
  await page.getByRole('button', { name: 'Use this outline' }).click();
  await expectVisible(page.getByText(/The outline crosses itself near 171\.0000, -41\.0000/));
  await page.getByRole('button', { name: 'Repair it' }).click();
  await page.getByText(/The outline crosses itself/).waitFor({ state: 'detached' });
});

test('swapped longitude and latitude are noticed, and swapped back by one press', async () => {
  await using tested = await openPage(`${site.url}?a=file`);
  const { page } = tested;
  const swapped = (await readFile(join(folder, 'one.geojson'), 'utf8')).replaceAll(
    /\[(-?\d+),(-?\d+)\]/g,
    '[$2,$1]',
  );
  await page.getByText('Or paste GeoJSON').click();
  await page.getByLabel('Or paste GeoJSON').fill(swapped);
  await page.getByRole('button', { name: 'Use this outline' }).click();
  await page.getByRole('button', { name: 'Swap them' }).click();
  await expectVisible(page.getByText(/4 corners\./));
});

test('a file dropped anywhere on the page is its area', async () => {
  await using tested = await openPage(site.url);
  const { page } = tested;
  await expectVisible(page.getByRole('radio', { name: 'Everything' }));
  const text = await readFile(join(folder, 'one.geojson'), 'utf8');
  await page.evaluate(`(() => {
    const data = new DataTransfer();
    data.items.add(new File([${JSON.stringify(text)}], 'one.geojson'));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  })()`);
  await expectVisible(page.getByText(/4 corners\./));
});
