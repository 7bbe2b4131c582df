import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { inspect } from '../support/inspect.ts';
import { openPage } from './support/browser.ts';
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

/** Where a place in degrees is on the map, by the map's own box that “Use map view” would take. */
async function clickOnMap(page: Page, places: readonly (readonly [number, number])[]): Promise<void> {
  const frame = (await page.locator('#map').boundingBox())!;
  for (const [x, y] of places) await page.mouse.click(frame.x + frame.width * x, frame.y + frame.height * y);
}

test('the map has land and coasts of its own, without a layer being shown', async () => {
  await using tested = await openPage(site.url);
  const { page, complaints } = tested;
  const drawn = (): Promise<unknown> =>
    page.evaluate(`[...document.querySelectorAll('#map canvas')].reduce((sum, canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return sum + data.filter((value, at) => at % 4 === 3 && value > 0).length / (canvas.width * canvas.height);
    }, 0)`);
  // Of the whole earth; Web Mercator shows more land than there is.
  await expect.poll(drawn, { timeout: 60_000 }).toBeGreaterThan(0.25);
  expect(complaints).toEqual([]);
});

describe('the whole flow with a pointer', () => {
  test('cities and a table, cropped to a drawn polygon, end as an archive that verifies', async () => {
    await using tested = await openPage(site.url);
    const { page, complaints } = tested;
    await page.getByLabel('Search layers and tables').fill('city');
    await page.getByRole('checkbox', { name: 'City list' }).check();
    await page.getByLabel('Search layers and tables').fill('');
    await page.getByRole('checkbox', { name: 'Cities', exact: true }).check();
    await page.getByRole('radio', { name: 'Draw' }).check();
    await page.locator('#map canvas').first().waitFor();
    await page.getByRole('button', { name: 'Draw a polygon' }).click();
    await clickOnMap(page, [
      [0.4, 0.3],
      [0.6, 0.3],
      [0.6, 0.5],
      [0.45, 0.55],
    ]);
    await page.getByRole('button', { name: 'Done' }).first().click();
    const legend = page.getByRole('list', { name: 'On the map' });
    await legend.getByText(/[\d,]+ outside/).waitFor();
    const counts = await legend.innerText();
    const inside = Number(/([\d,]+) inside/.exec(counts)?.[1]?.replaceAll(',', ''));
    expect(inside).toBeGreaterThan(100);
    await page.getByRole('combobox', { name: 'Coordinate reference system' }).fill('3857');
    await page.getByRole('option', { name: /EPSG:3857/ }).click();
    const archive = await createAndDownload(page, join(folder, 'polygon'));
    // The report in words, read out of the archive.
    await page.getByText(new RegExp(`^${inside.toLocaleString('en')} (of [\\d,]+ )?written`)).waitFor();
    await page.getByText('Coordinates converted from EPSG:4326 to EPSG:3857.').waitFor();
    const [cities] = await inspect(join(archive, 'cities', 'cities.gpkg'));
    // The same planner counted on the map what the export then wrote.
    expect(cities).toMatchObject({ featureCount: inside, crs: 'EPSG:3857' });
    expect(await readdir(join(archive, 'city-list'))).toContain('city-list.csv');
    expect(complaints).toEqual([]);
  });

  test('two countries, found by name, are one area, also across 180 degrees', async () => {
    await using tested = await openPage(`${site.url}?i=l2`);
    const { page, complaints } = tested;
    await page.getByRole('radio', { name: 'Named area' }).check();
    const search = page.getByRole('combobox', { name: 'Find an area' });
    for (const name of ['New Zealand', 'Fiji']) {
      await search.fill(name);
      await page.getByRole('option', { name, exact: true }).click();
    }
    await page.getByText(/^Joined into one area of/).waitFor();
    await page.keyboard.press('Escape');
    const archive = await createAndDownload(page, join(folder, 'countries'));
    const [cities] = await inspect(join(archive, 'cities.gpkg'));
    expect(cities?.featureCount).toBeGreaterThan(120);
    expect(cities?.featureCount).toBeLessThan(400);
    // Chatham Islands at 176 west and Auckland at 175 east, and nothing far from either.
    expect(cities?.extent?.[0]).toBeLessThan(-176);
    expect(cities?.extent?.[2]).toBeGreaterThan(175);
    expect(complaints).toEqual([]);
  });

  test('an export is found again after a reload, repeated, edited and shared', async () => {
    await using tested = await openPage(
      `${site.url}?i=l4,t3&a=box-box:160,-50,190,-30&f=vector:csv,table:csv&x=l4:magnitude`,
    );
    const { page } = tested;
    await createAndDownload(page, join(folder, 'box'));
    await page.reload();
    await page.getByRole('button', { name: /^Download/ }).waitFor();
    await page.getByRole('link', { name: 'Edit and repeat' }).click();
    expect(page.url()).toContain('i=l4,t3');
    expect(page.url()).toContain('-box:160,-50,190,-30');
    await page.goBack();
    const first = page.url();
    await page.getByRole('button', { name: 'Repeat', exact: true }).click();
    await page.waitForURL((url) => url.href !== first);
    await page.getByRole('button', { name: /^Download/ }).waitFor();
    await page.getByRole('banner').getByRole('link', { name: 'My exports' }).click();
    await page.getByRole('row').nth(2).waitFor();
    expect(await page.getByRole('row').count()).toBeGreaterThan(2);
  });

  test('a running export is cancelled after a question', async () => {
    await using tested = await openPage(`${site.url}?i=l2&crs=2193&f=vector:shp`);
    const { page } = tested;
    await page.getByText('Ready').first().waitFor();
    await page.getByRole('button', { name: 'Create export' }).click();
    await page.getByRole('button', { name: 'Cancel export' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel this export?' });
    await dialog.getByRole('button', { name: 'Cancel export' }).click();
    await page.getByText('Cancelled').first().waitFor();
    expect(await page.getByRole('button', { name: /^Download/ }).count()).toBe(0);
  });
});

describe('the check', () => {
  test('says beside the item why it is refused, and removes it by one press', async () => {
    await using tested = await openPage(`${site.url}?i=l2,l4&a=box-box:20,10,21,11`);
    const { page } = tested;
    const problem = page.locator('#check-l4').getByText('Earthquakes has no data inside your area.');
    await problem.waitFor();
    await page.locator('#check-l4').getByRole('button', { name: 'Remove it' }).click();
    await problem.waitFor({ state: 'detached' });
    expect(page.url()).not.toContain('l4');
  });

  test('leads from a button that is never grey to what is missing', async () => {
    await using tested = await openPage(site.url);
    const { page } = tested;
    await page.getByRole('button', { name: 'Create export' }).click();
    const heading = page.getByRole('heading', { name: 'The export cannot be created yet' });
    await heading.waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe(await heading.textContent());
    await page.getByRole('button', { name: 'Choose at least one layer or table.' }).click();
    expect(await page.evaluate('document.activeElement.id')).toBe('search');
  });

  test('never lets the answer to an earlier request replace that to a later one', async () => {
    await using tested = await openPage(`${site.url}?i=l2`);
    const { page } = tested;
    await page.getByText('135,233 features').last().waitFor();
    let held: (() => void) | null = null;
    await page.route('**/validate/', async (route) => {
      if (route.request().postData()?.includes('EPSG:2193') === true) {
        await new Promise<void>((resolve) => (held = resolve));
      }
      await route.continue().catch(() => undefined);
    });
    await page.evaluate(
      "history.pushState(null, '', '?i=l2&crs=2193'); dispatchEvent(new PopStateEvent('popstate'))",
    );
    await page.waitForRequest('**/validate/');
    await page.evaluate("history.pushState(null, '', '?i=l4'); dispatchEvent(new PopStateEvent('popstate'))");
    await page.locator('#check-l4').getByText('1,707 features').waitFor();
    (held as (() => void) | null)?.();
    await page.evaluate(
      'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
    );
    expect(await page.locator('#check-l4').innerText()).toContain('1,707 features');
  });

  test('shows the same request for the command line, the SDK and curl', async () => {
    await using tested = await openPage(`${site.url}?i=l4&a=cf:1.1&f=vector:csv`);
    const { page } = tested;
    await page.locator('summary', { hasText: 'The same without this page' }).click();
    const lines = page.locator('pre');
    expect(await lines.innerText()).toContain('--crop-feature 1/1');
    await page.getByRole('radio', { name: 'TypeScript' }).check();
    expect(await lines.innerText()).toContain("import { Client, Export } from '@outcrop/client'");
    await page.getByRole('radio', { name: 'curl' }).check();
    expect(await lines.innerText()).toContain(`curl ${site.url}services/api/v1/exports/`);
  });
});
