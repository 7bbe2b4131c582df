import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openPage } from './support/browser.ts';
import { type DemoSite, serveDemo } from './support/demo-site.ts';

/** Where the pictures of the documents are; they are taken again by `npm run screenshots`. */
const folder = fileURLToPath(new URL('../../docs/guide/pictures/', import.meta.url));
const isWanted = process.env['OUTCROP_SCREENSHOTS'] === '1';

const sizes = [
  { width: 360, height: 780 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const;

let site: DemoSite;

describe.runIf(isWanted)('pictures', () => {
  beforeAll(async () => {
    await mkdir(folder, { recursive: true });
    site = await serveDemo();
  });

  afterAll(async () => {
    await site?.[Symbol.asyncDispose]();
  });

  describe.each(sizes)('at $width pixels', (viewport) => {
    test.each(['light', 'dark'] as const)('in %s', { timeout: 240_000 }, async (colorScheme) => {
      await using tested = await openPage(`${site.url}?i=l2,l1,t3&a=draw-box:164,-49,190,-32&crs=2193`, {
        viewport,
        colorScheme,
      });
      const { page } = tested;
      const take = (name: string) =>
        page.screenshot({ path: `${folder}${name}-${viewport.width}-${colorScheme}.png` });
      await page.getByText('Ready').nth(2).waitFor();
      await page
        .getByText(/inside/)
        .nth(1)
        .waitFor();
      await settled(page);
      await take('form');
      await page.locator('#step-area').scrollIntoViewIfNeeded();
      await page.evaluate("document.querySelector('#step-area').scrollIntoView()");
      await take('area');
      await page.goto(`${site.url}?i=l2&a=cf:1.2.3`);
      await page.getByText('Ready').first().waitFor();
      await page.getByText(/[\d,]+ inside/).waitFor();
      await page.evaluate("document.querySelector('#step-area').scrollIntoView()");
      await settled(page);
      await take('named');
      await page.getByRole('button', { name: 'Create export' }).click();
      await page.getByRole('button', { name: /^Download/ }).waitFor();
      await settled(page);
      await take('export');
      await page.getByRole('banner').getByRole('link', { name: 'My exports' }).click();
      await page.getByRole('table').waitFor();
      await settled(page);
      await take('history');
      expect(tested.complaints).toEqual([]);
    });
  });
});

/** Until nothing is being fetched and two frames have been drawn. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.evaluate(
    'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
  );
}
