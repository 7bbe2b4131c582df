import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { runProgram } from '../support/run-outcrop.ts';
import { openPage } from './support/browser.ts';
import { type DemoSite, serveDemo } from './support/demo-site.ts';

const layerCount = 1000;
const sheetCount = 5000;

let site: DemoSite;

beforeAll(async () => {
  site = await serveDemo({
    configure: (yaml) => {
      const many = Array.from(
        { length: layerCount },
        (_, at) =>
          `  - { id: ${at + 100}, title: Survey ${at + 1}, file: earthquakes.gpkg, table: earthquakes }\n`,
      );
      const sheets =
        '  - { id: 50, title: Sheets, file: sheets.gpkg, table: sheets, crop_layer: true, name_field: name }\n';
      return yaml + many.join('') + sheets;
    },
  });
  const raw = join(site.folder, 'sheets.geojson');
  const features = Array.from({ length: sheetCount }, (_, at) => sheet(at));
  await writeFile(raw, JSON.stringify({ type: 'FeatureCollection', features }));
  await runProgram('ogr2ogr', ['-f', 'GPKG', join(site.folder, 'sheets.gpkg'), raw, '-nln', 'sheets']);
});

afterAll(async () => {
  await site?.[Symbol.asyncDispose]();
});

function sheet(at: number): object {
  const [west, south] = [-100 + (at % 100) * 2, -50 + Math.floor(at / 100) * 2];
  const ring = [
    [west, south],
    [west + 2, south],
    [west + 2, south + 2],
    [west, south + 2],
    [west, south],
  ];
  return {
    type: 'Feature',
    properties: { name: `Sheet ${at}` },
    geometry: { type: 'Polygon', coordinates: [ring] },
  };
}

test('of a thousand layers only those in sight are asked for', async () => {
  await using tested = await openPage('about:blank');
  const { page } = tested;
  const asked: string[] = [];
  page.on('request', (request) => {
    if (/\/layers\/\d+\//.test(request.url())) asked.push(request.url());
  });
  await page.goto(site.url);
  await page.getByText('1,007 in all').waitFor();
  await page.waitForLoadState('networkidle');
  expect(asked.length).toBeLessThan(60);
  await page.getByLabel('Search layers and tables').fill('survey 987');
  await page.getByRole('checkbox', { name: 'Survey 987' }).check();
  await page.getByText('1 of 1,007').first().waitFor();
  await page.getByRole('heading', { name: 'In this export (1)' }).waitFor();
});

test('the first layers are fetched once, with the page itself, and all others are listed in full', async () => {
  await using tested = await openPage('about:blank');
  const { page } = tested;
  const names: string[] = [];
  page.on('request', (request) => {
    const isList = request.url().endsWith('/services/api/v1/layers/?page_size=100');
    if (isList && request.headers()['expand'] === undefined) names.push(request.url());
  });
  await page.goto(site.url);
  await page.getByText('1,007 in all').waitFor();
  // Two, if the page asked for anything else than its HTML does.
  expect(names).toHaveLength(1);
  expect(await page.locator('.row-facts').first().textContent()).toContain('EPSG:4326');
});

test('of five thousand areas one is found by its name', async () => {
  await using tested = await openPage(`${site.url}?a=cf:50`);
  const { page, complaints } = tested;
  await page.getByText(/^5,000 areas/).waitFor();
  await page.getByRole('combobox', { name: 'Find an area' }).fill('sheet 4321');
  await page.getByRole('option', { name: 'Sheet 4321' }).click();
  await page.getByRole('button', { name: 'Remove Sheet 4321' }).waitFor();
  expect(page.url()).toContain('a=cf:50.4322');
  expect(complaints).toEqual([]);
});
