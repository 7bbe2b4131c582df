import { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { AppEnvironment, AppParts } from '../http/app-parts.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';
import { sendAsset, sendPage } from './send-page.ts';

let site: TestSite;

beforeAll(async () => {
  site = await openTestSite();
}, 60_000);
afterAll(() => site.close());

const preload = '<link rel="preload" href="services/api/v1/layers/?page_size=100" as="fetch" crossorigin />';
const html = `<title>Outcrop</title>
    ${preload}
    <script type="application/json" id="site-settings"></script><bdi>Outcrop</bdi>`;

async function pageAt(path: string, access: AppParts['access'], title = 'Test site'): Promise<string> {
  const app = new Hono<AppEnvironment>();
  const { config } = site.parts.site;
  const named = Object.create(site.parts.site, {
    config: { value: { ...config, title } },
  }) as AppParts['site'];
  app.get('*', sendPage({ ...site.parts, site: named, access }, { html, read: () => Promise.resolve(null) }));
  return (await app.request(`http://localhost${path}`, { headers: { Accept: 'text/html' } })).text();
}

test('the browser fetches the first layers with the page that shows them, where that needs no key', async () => {
  expect(await pageAt('/', 'local')).toContain(preload);
  expect(await pageAt('/new', 'local')).toContain(preload);
  expect(await pageAt('/exports', 'local')).not.toContain('preload');
  expect(await pageAt('/exports/7', 'local')).not.toContain('preload');
  expect(await pageAt('/', 'token')).not.toContain('preload');
});

test('a script of the page can read files of the site where it is a worker, and nothing else', async () => {
  const app = new Hono<AppEnvironment>();
  const read = () => Promise.resolve({ bytes: new TextEncoder().encode('1'), type: 'text/javascript' });
  app.get('/assets/:name', sendAsset({ html, read }));
  const { headers } = await app.request('http://localhost/assets/worker.js');
  expect(headers.get('Content-Security-Policy')).toMatch(
    /^default-src 'none'; connect-src 'self'; frame-ancestors/,
  );
});

test('a title is text wherever the page has it', async () => {
  const page = await pageAt('/', 'local', '</script><b>$& "Maps"');
  expect(page).not.toContain('<b>');
  expect(page).toContain('<bdi>&lt;/script&gt;&lt;b&gt;$&amp; &quot;Maps&quot;</bdi>');
  const settings = /"site-settings">(.*?)<\/script>/s.exec(page)?.[1] ?? '';
  expect(JSON.parse(settings)).toMatchObject({ title: '</script><b>$& "Maps"' });
});
