import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { runOutcrop } from '../support/run-outcrop.ts';
import { createKey } from '../support/serve-site.ts';
import { expectAccessible, expectNoSidewaysScroll, expectVisible, openPage } from './support/browser.ts';
import { type DemoSite, serveDemo } from './support/demo-site.ts';

let site: DemoSite;

const long = 'A very long title that goes on '.repeat(12).trim();
const arabic = 'المدن والقرى في العالم';
const markup = '<img src=x onerror=alert(1)>';

beforeAll(async () => {
  site = await serveDemo({
    configure: (yaml) =>
      yaml
        .replace('title: Countries', `title: ${arabic}`)
        .replace('title: Earthquakes', `title: "${markup}"`)
        .replace('title: Maunga Whau elevation', `title: ${long}`),
  });
});

afterAll(async () => {
  await site?.[Symbol.asyncDispose]();
});

test('a title with markup is shown as text, a right-to-left one in its direction, a long one within the page', async () => {
  await using tested = await openPage(`${site.url}?i=l4,l1,l5`, {
    viewport: { width: 320, height: 640 },
  });
  const { page, complaints } = tested;
  await expectVisible(page.getByText(markup).first());
  await expectVisible(page.getByText(arabic).first());
  await expectNoSidewaysScroll(page);
  expect(complaints).toEqual([]);
});

test('an empty site says so, and what its operator does', async () => {
  await using empty = await serveDemo({
    configure: (yaml) => `${yaml.slice(0, yaml.indexOf('layers:'))}layers: []\n`,
  });
  await using tested = await openPage(empty.url);
  await expectVisible(tested.page.getByText('No data has been published here yet.'));
  await expectAccessible(tested.page);
});

test('a site that goes away is waited for, and nothing typed is lost', async () => {
  await using passing = await serveDemo();
  await using tested = await openPage(`${passing.url}?i=l4`);
  const { page } = tested;
  await expectVisible(page.getByText('Ready').first());
  const start = await passing.stop();
  await page.getByLabel('Name', { exact: true }).fill('kept');
  const notice = page.getByText(/^The site does not answer/);
  await notice.waitFor();
  await expectAccessible(page);
  await start();
  await notice.waitFor({ state: 'detached' });
  await page.getByRole('status').filter({ hasText: 'Connected again.' }).waitFor();
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('kept');
  await expectVisible(page.getByText('Ready').first());
});

test('an archive that was removed is said to be gone, and can be made again', async () => {
  await using tested = await openPage(`${site.url}?i=l4&f=vector:csv`);
  const { page } = tested;
  await expectVisible(page.getByText('Ready').first());
  await page.getByRole('button', { name: 'Create export' }).click();
  const button = page.getByRole('button', { name: /^Download/ });
  await button.waitFor();
  const archives = join(site.folder, '.outcrop', 'exports');
  for (const name of await readdir(archives)) await rm(join(archives, name), { recursive: true });
  await page.request.get(`${page.url().replace('/exports/', '/services/api/v1/exports/')}/download/`);
  await page.reload();
  await expectVisible(page.getByText(/^The archive was removed/));
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Repeat', exact: true }).click();
  await button.waitFor();
});

test('says until when an export can be downloaded, keeps it longer, and then that it is gone', async () => {
  await using short = await serveDemo({
    configure: (yaml) => yaml.replace('limits:\n', 'limits:\n  keep_days: 2\n  max_keep_days: 5\n'),
  });
  await using tested = await openPage(`${short.url}?i=l4&f=vector:csv`);
  const { page } = tested;
  await expectVisible(page.getByText('Ready').first());
  await page.getByRole('button', { name: 'Create export' }).click();
  await page.getByRole('button', { name: /^Download/ }).waitFor();
  await expectVisible(page.getByText('Can be downloaded until'));
  await expectAccessible(page);
  const address = page.url().replace('/exports/', '/services/api/v1/exports/');
  const daysLeft = async (): Promise<number> => {
    const { expires_at: end } = (await (await page.request.get(`${address}/`)).json()) as {
      expires_at: string;
    };
    return Math.round((Date.parse(end) - Date.now()) / 86_400_000);
  };
  expect(await daysLeft()).toBe(2);
  const longer = page.getByRole('button', { name: 'Keep longer' });
  const answered = page.waitForResponse((response) => response.request().method() === 'PATCH');
  await longer.click();
  expect((await answered).status()).toBe(200);
  expect(await daysLeft()).toBe(4);
  await expectVisible(longer);
  await longer.click();
  await longer.waitFor({ state: 'detached' });
  expect(await daysLeft()).toBe(5);
  const end = new Date(Date.now() + 1500).toISOString();
  await page.request.patch(`${address}/`, { data: { expires_at: end } });
  await page.reload();
  await page.getByText(/^The archive was removed/).waitFor();
  await expectVisible(page.getByRole('button', { name: 'Repeat', exact: true }));
});

test('an export that fails says why', async () => {
  await using tested = await openPage(site.url);
  const { page } = tested;
  const body = {
    id: 7,
    name: 'failed',
    state: 'error',
    created_via: 'api',
    created_at: '2026-01-02T03:04:05.000000Z',
    url: `${site.url}services/api/v1/exports/7/`,
    download_url: null,
    items: [],
    formats: {},
    options: {},
    error: { code: 'disk-full', detail: 'The disk of the site is full; try again later.' },
  };
  await page.route('**/exports/7/', (route) => route.fulfill({ json: body }));
  await page.goto(`${site.url}exports/7`);
  await page.getByText('The export failed: The disk of the site is full; try again later.').waitFor();
  await expectAccessible(page);
});

describe('a site with keys', () => {
  test('asks for one, refuses a wrong one in words, and gives the archive to its browser', async () => {
    await using closed = await serveDemo({ flags: [] });
    const key = await createKey(closed.folder, ['exports:read', 'exports:write', 'layers:read']);
    await using tested = await openPage(`${closed.url}?i=l4&f=vector:csv`);
    const { page, complaints } = tested;
    const field = page.getByLabel('API key');
    await expectVisible(field);
    await expectAccessible(page);
    await field.fill('nonsense');
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
    await expectVisible(page.getByText('A key has 32 hexadecimal digits.'));
    await field.fill('0'.repeat(32));
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
    await expectVisible(page.getByText(/^The site does not know this key/));
    await field.fill(key);
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
    await expectVisible(page.getByText('Ready').first());
    expect(page.url()).toContain('i=l4');
    expect(page.url()).not.toContain(key);
    await page.getByRole('button', { name: 'Create export' }).click();
    const button = page.getByRole('button', { name: /^Download/ });
    await button.waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
    expect(await download.failure()).toBe(null);
    expect(download.url()).not.toContain(key);
    expect(complaints).toEqual([]);
  });

  test('is opened, signed in, by a login link, once, and the code is not left in the address', async () => {
    await using closed = await serveDemo({ flags: [] });
    const { stdout } = await runOutcrop(['login-link', closed.folder], { cwd: closed.folder });
    const link = stdout.trim();
    await using tested = await openPage(link);
    const { page } = tested;
    await expectVisible(page.getByRole('checkbox', { name: 'Cities' }));
    expect(page.url()).toBe(closed.url);
    await using second = await openPage(link);
    await expectVisible(second.page.getByText(/^The login link did not work: .*used before/));
  });

  test('says that a key is not valid any more, and keeps what was chosen', async () => {
    await using closed = await serveDemo({ flags: [] });
    await using tested = await openPage(`${closed.url}?i=l4`);
    const { page } = tested;
    await page.evaluate(`sessionStorage.setItem('outcrop.key', '${'1'.repeat(32)}')`);
    await page.reload();
    await expectVisible(page.getByText(/^Your key is not valid any more/));
    expect(page.url()).toContain('i=l4');
  });
});
