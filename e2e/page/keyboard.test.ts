import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';

import { openPage } from './support/browser.ts';
import { sharedDemo } from './support/demo-site.ts';

const site = sharedDemo();

/** Presses Tab until something with this name has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 120; presses += 1) {
    const focused = (await page.evaluate(
      `(() => {
        const element = document.activeElement;
        const labelled = (element.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '');
        return [element.getAttribute('aria-label'), ...labelled, element.labels?.[0]?.textContent, element.textContent].filter(Boolean)[0] ?? '';
      })()`,
    )) as string;
    if (name.test(focused)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${String(name)}`);
}

test('an export with a drawn region is made by the keyboard alone', async () => {
  await using tested = await openPage(site.url);
  const { page, complaints } = tested;
  await page.getByRole('checkbox', { name: 'Cities' }).waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the form');
  await page.keyboard.press('Enter');
  await tabTo(page, /^Cities$/);
  await page.keyboard.press('Space');
  await tabTo(page, /^Everything$/);
  for (const _ of [1, 2]) await page.keyboard.press('ArrowRight');
  await tabTo(page, /^Draw a polygon$/);
  await page.locator('#map canvas').first().waitFor();
  await page.keyboard.press('Enter');
  // The focus is on the map now; the arrows move it under the cross.
  expect(await page.evaluate('document.activeElement.id')).toBe('map');
  const strokes = [
    'Enter',
    'ArrowRight',
    'ArrowRight',
    'Enter',
    'ArrowDown',
    'Enter',
    'Backspace',
    'ArrowDown',
  ];
  for (const stroke of [...strokes, 'Enter', 'ArrowLeft', 'Enter', 'Enter'])
    await page.keyboard.press(stroke);
  await page.getByText(/^About [\d,]+ km²/).waitFor();
  await page.getByText(/^Corners \(4\)$/).waitFor();
  await tabTo(page, /^Coordinate reference system$/);
  await page.keyboard.type('web mercator');
  await page.getByRole('option', { name: /3857/ }).waitFor();
  await page.keyboard.press('Enter');
  await tabTo(page, /^Create export$/);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^Download/ }).waitFor();
  await tabTo(page, /^Download/);
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  expect(download.suggestedFilename()).toBe('demo-cities-GPKG.zip');
  expect(complaints).toEqual([]);
});

test('corners are moved, added and removed as numbers', async () => {
  await using tested = await openPage(`${site.url}?a=draw-box:10,10,20,20`);
  const { page } = tested;
  await page.getByText('Corners (4)').click();
  await page.getByLabel('Corner 1, Longitude').fill('8');
  await page.getByRole('button', { name: 'Add a corner' }).click();
  await page.getByText('Corners (5)').waitFor();
  await page.getByRole('button', { name: 'Remove corner 2' }).click();
  await page.getByText('Corners (4)').waitFor();
  expect(page.url()).toContain('a=draw-poly:');
});

test('Escape gives a drawing up, and what was there before stays', async () => {
  await using tested = await openPage(`${site.url}?a=draw-box:10,10,20,20`);
  const { page } = tested;
  await page.locator('#map canvas').first().waitFor();
  await page.getByRole('button', { name: 'Draw a rectangle' }).click();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.getByText('Corners (4)').waitFor();
  expect(page.url()).toContain('box:10,10,20,20');
});
