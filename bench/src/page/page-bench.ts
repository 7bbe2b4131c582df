// How soon the page can be used, and whether it stays smooth with much in it. `--slowdown N` is how many times slower the
// processor is made (4), `--rounds N` how often the first load is measured (5).
import { parseArgs } from 'node:util';

import { type Browser, chromium } from 'playwright-core';

import { type Noticed, openMeasured, untilQuiet } from './measured-page.ts';
import { servePageSite, sheetsLayer } from './page-site.ts';

const { values } = parseArgs({
  options: {
    slowdown: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
  },
});
const [slowdown, rounds] = [Number(values.slowdown), Number(values.rounds)];

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
const site = await servePageSite();
try {
  await measure(browser, site.url);
} finally {
  await browser.close();
  await site[Symbol.asyncDispose]();
}

async function measure(from: Browser, url: string): Promise<void> {
  console.log(`Processor ${slowdown} times slower.\n`);
  const loads: Load[] = [];
  for (let round = 0; round <= rounds; round += 1) loads.push(await firstLoad(from, url));
  // The first warms the site up, which a visitor does not wait for again.
  const median = (name: keyof Load): string => {
    const sorted = loads
      .slice(1)
      .map((load) => load[name])
      .toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)]!.toFixed(0);
  };
  console.log(
    '| first load, 1,007 layers | first paint, ms | list can be used, ms | no long task after, ms | main thread until the list, ms of processor |',
  );
  console.log('|---|---|---|---|---|');
  const cells = (['paint', 'usable', 'quiet', 'mainThread'] as const).map(median);
  console.log(`| median of ${rounds} | ${cells.join(' | ')} |\n`);
  console.log(
    '| what is done | longest task, ms | slowest key to frame, ms | slowest frame, ms | layout shift |',
  );
  console.log('|---|---|---|---|---|');
  await manyLayers(from, url);
  await manyAreas(from, url);
  await manyPoints(from, url);
}

/** Milliseconds after the address was entered. */
interface Load {
  readonly paint: number;
  readonly usable: number;
  readonly quiet: number;
  readonly mainThread: number;
}

async function firstLoad(from: Browser, url: string): Promise<Load> {
  await using measured = await openMeasured(from, url, slowdown);
  const { page } = measured;
  await page.locator('.catalogue input').first().waitFor({ timeout: 120_000 });
  const mainThread = await measured.mainThreadMs();
  await untilQuiet(page);
  const times = (await page.evaluate(`({
    paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
    usable: noticed.usable,
    quiet: Math.max(noticed.usable, ...noticed.tasks.map(([start, duration]) => start + duration)),
  })`)) as Omit<Load, 'mainThread'>;
  return { ...times, mainThread };
}

async function manyLayers(from: Browser, url: string): Promise<void> {
  await using measured = await openMeasured(from, url, slowdown);
  const { page } = measured;
  await page.locator('.catalogue input').first().waitFor({ timeout: 120_000 });
  await untilQuiet(page);
  row(
    '1,007 layers: typing “survey 98”',
    await measured.watch(() => type(page.locator('#search'), 'survey 98')),
  );
  row(
    '1,007 layers: scrolling through all',
    await measured.watch(async () => {
      await page.locator('#search').fill('');
      for (let at = 0; at < 40; at += 1) {
        await page.locator('.catalogue').evaluate('(list) => list.scrollBy(0, 2500)');
        await page.waitForTimeout(50);
      }
    }),
  );
}

async function manyAreas(from: Browser, url: string): Promise<void> {
  await using measured = await openMeasured(from, `${url}?a=cf:${sheetsLayer}`, slowdown);
  const { page } = measured;
  await page.getByText(/^5,000 areas/).waitFor({ timeout: 120_000 });
  await untilQuiet(page);
  row(
    '5,000 areas: typing “sheet 432”',
    await measured.watch(() => type(page.locator('#crop-feature'), 'sheet 432')),
  );
  row(
    '5,000 areas: choosing one',
    await measured.watch(() => page.getByRole('option', { name: 'Sheet 4321' }).click()),
  );
}

async function manyPoints(from: Browser, url: string): Promise<void> {
  await using measured = await openMeasured(from, url, slowdown);
  const { page } = measured;
  const bytes: number[] = [];
  page.on('response', (response) => {
    if (!response.url().includes('/preview')) return;
    void response
      .request()
      .sizes()
      .then(({ responseBodySize }) => bytes.push(responseBodySize));
  });
  await page.locator('.catalogue input').first().waitFor({ timeout: 120_000 });
  await untilQuiet(page);
  // Found before: the test's own search through the names of a thousand rows holds the page up for seconds.
  const box = await page.getByRole('checkbox', { name: 'Cities', exact: true }).elementHandle();
  await untilQuiet(page);
  row(
    '135,233 points: shown on the map',
    await measured.watch(async () => {
      await box?.check();
      await page.getByText(/5,000 of 135,233/).waitFor({ timeout: 120_000 });
    }),
  );
  row(
    '135,233 points: map moved and zoomed by keys',
    await measured.watch(async () => {
      await page.locator('#map').focus();
      for (const key of ['ArrowLeft', 'ArrowUp', '+', 'ArrowRight', '+', 'ArrowDown', '-', 'ArrowLeft']) {
        await page.keyboard.press(key);
        await page.waitForTimeout(250);
      }
    }),
  );
  const heap = (await measured.heapBytes()) / 1e6;
  console.log(
    `\nLargest preview ${(Math.max(...bytes) / 1000).toFixed(0)} kB on the wire; heap afterwards ${heap.toFixed(0)} MB.`,
  );
}

async function type(
  field: { pressSequentially(text: string, options: { delay: number }): Promise<void> },
  text: string,
): Promise<void> {
  await field.pressSequentially(text, { delay: 120 });
}

function row(title: string, { longestTask, slowestKey, slowestFrame, layoutShift }: Noticed): void {
  const cells = [longestTask, slowestKey, slowestFrame].map((value) => value.toFixed(0));
  console.log(`| ${title} | ${cells.join(' | ')} | ${layoutShift.toFixed(3)} |`);
}
