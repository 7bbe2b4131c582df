import type { CDPSession, Page } from 'playwright-core';
import { expect, test } from 'vitest';

import { openPage, type TestedPage } from './support/browser.ts';
import { sharedDemo } from './support/demo-site.ts';

const site = sharedDemo();

type Place = readonly [number, number];

const openOnPhone = (query: string): Promise<TestedPage> =>
  openPage(site.url + query, {
    viewport: { width: 360, height: 780 },
    hasTouch: true,
    isMobile: true,
  });

/** Where a part of the map's width and height is on the screen. */
async function onMap(page: Page, [x, y]: Place): Promise<Place> {
  const frame = (await page.locator('#map').boundingBox())!;
  return [frame.x + frame.width * x, frame.y + frame.height * y];
}

/** Fingers that go from places to others, in steps. */
async function swipe(
  session: CDPSession,
  fingers: readonly (readonly [from: Place, to: Place])[],
): Promise<void> {
  const steps = 10;
  const at = (step: number): { x: number; y: number }[] =>
    fingers.map(([from, to]) => ({
      x: from[0] + ((to[0] - from[0]) * step) / steps,
      y: from[1] + ((to[1] - from[1]) * step) / steps,
    }));
  await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
  for (let step = 1; step <= steps; step += 1) {
    await session.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(step) });
  }
  await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}

async function startDrawing(page: Page, name: string): Promise<void> {
  await page.locator('#map canvas').first().waitFor();
  await page.getByRole('button', { name }).tap();
  await page.getByRole('group', { name: 'Drawing' }).waitFor();
}

test('a polygon is drawn by taps, and finished by a button', async () => {
  await using tested = await openOnPhone('?i=l4&a=draw');
  const { page, complaints } = tested;
  await startDrawing(page, 'Draw a polygon');
  for (const place of [
    [0.2, 0.3],
    [0.5, 0.3],
    [0.5, 0.6],
  ] as const) {
    await page.touchscreen.tap(...(await onMap(page, place)));
  }
  await page.getByRole('button', { name: 'Done' }).tap();
  await page.getByText('Corners (3)').waitFor();
  await page.waitForURL(/a=draw-poly:/);
  expect(complaints).toEqual([]);
});

test('a rectangle is two taps; a finger on a corner moves it and not the page', async () => {
  await using tested = await openOnPhone('?i=l4&a=draw');
  const { page } = tested;
  await startDrawing(page, 'Draw a rectangle');
  for (const place of [
    [0.4, 0.4],
    [0.6, 0.6],
  ] as const) {
    await page.touchscreen.tap(...(await onMap(page, place)));
  }
  await page.getByText(/^About [\d,]+ km²/).waitFor();
  await page.waitForURL(/a=draw-box:/);
  const before = page.url();
  await page.evaluate("document.querySelector('#map').scrollIntoView({ block: 'center' })");
  await page.waitForLoadState('networkidle');
  const [, top] = await onMap(page, [0, 0]);
  const session = await page.context().newCDPSession(page);
  await swipe(session, [[await onMap(page, [0.6, 0.6]), await onMap(page, [0.65, 0.75])]]);
  await page.waitForURL((url) => url.href !== before);
  expect(page.url()).toMatch(/a=draw-(box|poly):/);
  // The finger went down 58 pixels; the page did not go with it.
  expect(Math.abs((await onMap(page, [0, 0]))[1] - top)).toBeLessThan(20);
});

test('one finger goes over the map down the page, two fingers zoom the map and not the page', async () => {
  await using tested = await openOnPhone('?i=l4&a=box-box:10,10,20,20');
  const { page, complaints } = tested;
  await page.locator('#map canvas').first().waitFor();
  // The map takes fingers for its own once it is ready.
  await page.waitForLoadState('networkidle');
  await page.evaluate("document.querySelector('#map').scrollIntoView({ block: 'center' })");
  const session = await page.context().newCDPSession(page);
  const scrolled = (await page.evaluate('scrollY')) as number;
  await swipe(session, [[await onMap(page, [0.1, 0.8]), await onMap(page, [0.1, 0.4])]]);
  await expect.poll(() => page.evaluate('scrollY')).toBeGreaterThan(scrolled + 40);
  await page.evaluate("document.querySelector('#map').scrollIntoView({ block: 'center' })");
  const useView = page.getByRole('button', { name: 'Use map view' });
  await swipe(session, [
    [await onMap(page, [0.45, 0.5]), await onMap(page, [0.2, 0.5])],
    [await onMap(page, [0.55, 0.5]), await onMap(page, [0.8, 0.5])],
  ]);
  expect(await page.evaluate('visualViewport.scale')).toBe(1);
  await useView.tap();
  const width =
    Number(await page.getByLabel('East').inputValue()) - Number(await page.getByLabel('West').inputValue());
  // Ten degrees filled most of the map before; zoomed in, it shows less than half of them.
  expect(width).toBeLessThan(9);
  expect(complaints).toEqual([]);
});

test('everything to press is at least 24 pixels high and wide', async () => {
  await using tested = await openOnPhone('?i=l4,l6&a=draw-box:10,10,20,20');
  const { page } = tested;
  await page.locator('#map canvas').first().waitFor();
  await page.getByText('Corners (4)').tap();
  await page.locator('summary', { hasText: 'The same without this page' }).tap();
  // A box to tick may be smaller where its label is pressed as well.
  const small = await page.evaluate(`[...document.querySelectorAll('button, a, select, summary, input')]
    .filter((one) => one.checkVisibility())
    .map((one) => [one, (/^(checkbox|radio|file)$/.test(one.type) ? one.labels[0] : one).getBoundingClientRect()])
    .filter(([, { width, height }]) => width < 24 || height < 24)
    .map(([one, { width, height }]) => one.outerHTML.slice(0, 80) + ' ' + width + ' x ' + height)`);
  expect(small).toEqual([]);
});
