import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createApp } from '../http/create-app.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';
import { insertToken } from '../tokens/token-store.ts';

let site: TestSite;

beforeAll(async () => {
  site = await openTestSite();
}, 60_000);
afterAll(() => site.close());

const ask = (path: string, init: RequestInit = {}) => site.app.request(`http://localhost${path}`, init);
const json = async (response: Response | Promise<Response>): Promise<Record<string, unknown>> =>
  (await (await response).json()) as Record<string, unknown>;

describe('the root of a site', () => {
  test('is the page for those who take HTML, and words of the API for programs', async () => {
    expect(await json(ask('/'))).toMatchObject({ title: 'Test site' });
    const response = await ask('/', { headers: { Accept: 'text/html' } });
    // Where the page is not built, it says how it is.
    expect([200, 503]).toContain(response.status);
  });

  test('has no files but those of the page', async () => {
    for (const name of ['..%2findex.html', '%2e%2e%2f%2e%2e%2fpackage.json', 'nothing.js']) {
      expect((await ask(`/assets/${name}`)).status).toBe(404);
    }
  });
});

describe('a link to a download', () => {
  test('gives the archive without a key for hours, in parts too, to nobody but its owner', async () => {
    const { id } = await site.create();
    await site.waitFor(id, 'complete');
    const path = `/services/page/exports/${String(id)}/download`;
    const { url } = await json(site.ask(`http://localhost${path}`, { method: 'POST' }));
    const hours = (Number(String(url).split('.')[1]) * 1000 - Date.now()) / 3_600_000;
    expect(hours).toBeCloseTo(12, 1);
    const whole = await site.app.request(String(url));
    expect([whole.status, whole.headers.get('Content-Type')]).toEqual([200, 'application/zip']);
    await whole.body?.cancel();
    const part = await site.app.request(String(url), { headers: { Range: 'bytes=0-1' } });
    expect([part.status, await part.text()]).toEqual([206, expect.stringMatching(/^..$/s)]);
    const { token } = await insertToken(site.parts.database, { scopes: ['exports:read'], name: '' });
    const foreign = await ask(path, { method: 'POST', headers: { Authorization: `key ${token}` } });
    expect(foreign.status).toBe(404);
    expect((await ask(path, { method: 'POST' })).status).toBe(401);
  });
});

describe('previews', () => {
  const previewOf = (id: number, query = ''): string =>
    `http://localhost/services/page/layers/${id}/preview?${query}`;

  test('need a key where the site does, and refuse what is no box', async () => {
    expect((await ask('/services/page/layers/2/preview')).status).toBe(401);
    for (const query of ['bbox=1,2,3', 'bbox=5,0,1,1', 'limit=0', 'limit=99999', 'bbox=a,b,c,d']) {
      expect((await site.ask(previewOf(2, query))).status).toBe(400);
    }
    expect((await site.ask(previewOf(3))).status).toBe(404);
    expect((await site.ask(previewOf(99))).status).toBe(404);
    expect((await site.ask(previewOf(4))).status).toBe(409);
  });

  test('of a file to crop by refuse kinds and systems that nobody knows', async () => {
    const send = (query: string) =>
      site.ask(`http://localhost/services/page/shapes?${query}`, { method: 'POST', body: 'x' });
    expect((await send('type=exe')).status).toBe(400);
    expect((await send('type=zip&crs=EPSG:1;rm')).status).toBe(400);
  });
});

test('a CRS is described for the map, and an unknown one is not there', async () => {
  expect(await json(ask('/services/page/crs/2193'))).toMatchObject({
    code: 'EPSG:2193',
    proj4: expect.any(String),
  });
  expect((await ask('/services/page/crs/999999')).status).toBe(404);
});

test('the page of a site that is open to this machine has links too', async () => {
  const app = createApp({ ...site.parts, access: 'local' });
  const made = await app.request(site.at('exports/'), {
    method: 'POST',
    body: JSON.stringify({ items: [{ item: 'tables/3' }], formats: { table: 'text/csv' } }),
  });
  const { id } = await json(made);
  const { url } = await json(
    app.request(`http://localhost/services/page/exports/${String(id)}/download`, { method: 'POST' }),
  );
  expect(String(url)).toMatch(new RegExp(`/services/download/${String(id)}/0\\.`));
});
