import { writeFile } from 'node:fs/promises';

import { PreviewThread } from '@outcrop/engine';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { openSite } from '../catalogue/site.ts';
import { openTestSite, testConfig, type TestSite } from '../testing/test-site.ts';
import type { CheckedApp } from '../testing/conformance.ts';
import { insertToken } from '../tokens/token-store.ts';

// Each export that a test waits for takes a while on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const rules: Readonly<Record<number, string>> = {
  1: 'view: [agency]',
  2: 'view: [public], download: [agency, partners]',
  3: 'view: [agency, partners], download: [agency]',
  5: 'download: []',
};

/** The test site with rights: countries (a crop layer) are the agency's, cities are seen by all. */
function configWith(layerRules: Readonly<Record<number, string>>): string {
  const withRules = testConfig.replaceAll(/\{ id: (\d+),(.*) \}$/gm, (line, id: string, rest: string) =>
    layerRules[Number(id)] === undefined ? line : `{ id: ${id},${rest}, ${layerRules[Number(id)]} }`,
  );
  return `${withRules}access: { groups: { agency: Staff, partners: Other offices } }\n`;
}

let site: TestSite;
let staff: Record<string, string>;
let partner: Record<string, string>;
let anyone: Record<string, string>;

beforeAll(async () => {
  site = await openTestSite({ config: configWith(rules) });
  const scopes = ['exports:read', 'exports:write', 'layers:read'];
  const headersOf = async (...groups: string[]): Promise<Record<string, string>> => {
    const { token } = await insertToken(site.parts.database, { scopes, name: groups.join(' '), groups });
    return { Authorization: `key ${token}` };
  };
  staff = await headersOf('agency');
  partner = await headersOf('partners');
  anyone = await headersOf();
}, 60_000);

afterAll(() => site.close());

const read = async <T>(response: Response): Promise<T> => (await response.json()) as T;

async function get<T>(path: string, headers: Record<string, string>): Promise<T> {
  const response = await site.ask(path, { headers });
  expect(response.status).toBe(200);
  return read<T>(response);
}

const request = (item: string, extra: object = {}): object => ({
  items: [{ item }],
  formats: { vector: 'application/x-ogc-gpkg', table: 'text/csv' },
  crs: 'EPSG:2193',
  ...extra,
});

function post(path: string, headers: Record<string, string>, body: object): Promise<Response> {
  return site.ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function completeExport(headers: Record<string, string>, item = 'layers/2'): Promise<number> {
  const response = await post('exports/', headers, request(item));
  expect(response.status).toBe(201);
  const { id } = await read<{ id: number }>(response);
  await expect
    .poll(async () => (await get<{ state: string }>(`exports/${id}/`, headers)).state, { timeout: 20_000 })
    .toBe('complete');
  return id;
}

/** The site as it is after whoever runs it changed the rules and started it again. */
async function withRules(layerRules: Readonly<Record<number, string>>): Promise<CheckedApp> {
  await writeFile(new URL('outcrop.yaml', site.folder), configWith(layerRules));
  return site.appWith({ site: await openSite(site.folder, site.engine) });
}

describe('a layer that may not be seen', () => {
  const idsOf = async (path: string, headers: Record<string, string>): Promise<number[]> =>
    (await get<{ id: number }[]>(path, headers)).map(({ id }) => id);

  test('is in no list', async () => {
    expect(await idsOf('data/?sort=id', staff)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await idsOf('data/?sort=id', partner)).toEqual([2, 3, 4, 5, 6]);
    expect(await idsOf('data/?sort=id', anyone)).toEqual([2, 4, 5, 6]);
    expect(await idsOf('tables/', anyone)).toEqual([]);
    expect(await idsOf('exports/croplayers/', staff)).toEqual([1]);
    expect(await idsOf('exports/croplayers/', anyone)).toEqual([]);
    expect(await idsOf('layers/?q=countries', anyone)).toEqual([]);
  });

  test.each([
    'layers/1/',
    'layers/1/versions/1/',
    'tables/3/',
    'licenses/1/',
    'licenses/1/fulltext/',
    'exports/croplayers/1/',
    'exports/croplayers/1/cropfeatures/',
    'exports/croplayers/1/cropfeatures/1/',
    'http://localhost/services/page/layers/1/preview',
    'http://localhost/services/page/layers/1/preview/picture',
  ])('is not found at %s, as if it did not exist', async (path) => {
    const response = await site.ask(path, { headers: anyone });
    expect([response.status, await response.json()]).toEqual([404, { detail: 'Not found.' }]);
  });

  test('is in no export, and the words are those for a layer that does not exist', async () => {
    for (const path of ['exports/', 'exports/validate/']) {
      const hidden = await post(path, anyone, request('layers/1'));
      const missing = await post(path, anyone, request('layers/99'));
      expect([hidden.status, missing.status]).toEqual([400, 400]);
      const words = JSON.stringify(await missing.json());
      expect(JSON.stringify(await hidden.json())).toBe(words.replaceAll('99', '1'));
    }
  });

  test('is no extent either', async () => {
    const extent = 'exports/croplayers/1/cropfeatures/1/';
    const refused = await post('exports/', partner, request('layers/2', { extent }));
    expect([refused.status, await refused.json()]).toEqual([
      400,
      { extent: [expect.stringContaining('this site has no crop layer 1')] },
    ]);
    expect((await post('exports/', staff, request('layers/2', { extent }))).status).toBe(201);
    const page = 'http://localhost/services/page/';
    const region = await post(`${page}regions`, anyone, { extents: [extent] });
    expect(region.status).toBe(400);
    const preview = await post(`${page}layers/2/preview`, anyone, { extent });
    expect(preview.status).toBe(400);
  });
});

describe('a layer that may be seen but not downloaded', () => {
  test('says so', async () => {
    const shown = { user_permissions: ['view'], user_capabilities: ['can-view'] };
    expect(await get('layers/2/', anyone)).toMatchObject({
      ...shown,
      services: [{ key: 'export', enabled: false }],
    });
    expect(await get('layers/5/', staff)).toMatchObject(shown);
    expect(await get('tables/3/', partner)).toMatchObject(shown);
    expect(await get('layers/2/', partner)).toMatchObject({
      user_permissions: ['view', 'download'],
      user_capabilities: ['can-view', 'can-export'],
      services: [{ key: 'export', enabled: true }],
    });
  });

  test('is refused by validate and create for that reason, and only that item is', async () => {
    const body = { ...request('layers/2'), items: [{ item: 'layers/2' }, { item: 'tables/3' }] };
    const verdict = {
      is_valid: false,
      items: [
        { is_valid: true, invalid_reasons: [] },
        {
          is_valid: false,
          invalid_reasons: ['no-permission'],
          invalid_details: [{ code: 'no-permission', detail: expect.stringContaining('tables/3') }],
          feature_count: null,
          size_estimate_zipped: 0,
        },
      ],
    };
    const validated = await post('exports/validate/', partner, body);
    expect([validated.status, await validated.json()]).toEqual([
      200,
      expect.objectContaining({ is_valid: false }),
    ]);
    const created = await post('exports/', partner, body);
    expect(created.status).toBe(400);
    expect(await created.json()).toMatchObject(verdict);
    expect((await post('exports/', staff, body)).status).toBe(201);
  });

  test('is shown as an overview, however close somebody looks', async () => {
    const nothing = { type: 'FeatureCollection', features: [], total: 0, counts: null } as const;
    const preview = vi.spyOn(PreviewThread.prototype, 'previewLayer').mockResolvedValue(nothing);
    const path = 'http://localhost/services/page/layers/2/preview?bbox=10,10,10.1,10.1&pixels=8000';
    for (const headers of [anyone, partner]) await get(path, headers);
    expect(preview.mock.calls.map(([{ box, pixels }]) => ({ box, pixels }))).toEqual([
      { box: null, pixels: 1000 },
      { box: [10, 10, 10.1, 10.1], pixels: 8000 },
    ]);
    // Neither is given what was kept for the other.
    const tags = await Promise.all(
      [anyone, partner].map(async (headers) => (await site.ask(path, { headers })).headers.get('ETag')),
    );
    expect(new Set(tags).size).toBe(2);
    preview.mockRestore();
  });

  test('is not given by a scope: those of the token change nothing', async () => {
    const { token } = await insertToken(site.parts.database, {
      scopes: ['exports:read', 'exports:write', 'layers:read', 'admin'],
      name: '',
    });
    const headers = { Authorization: `key ${token}` };
    expect((await site.ask('layers/1/', { headers })).status).toBe(404);
    expect((await post('exports/', headers, request('layers/2'))).status).toBe(400);
  });

  test('cannot be had by asking for what was made already for somebody who may', async () => {
    const body = request('layers/2', { crs: 'EPSG:4326' });
    const made = await read<{ id: number; reused: boolean }>(await post('exports/', staff, body));
    const shared = await read<{ id: number; reused: boolean }>(await post('exports/', partner, body));
    expect([made.reused, shared.reused, shared.id === made.id]).toEqual([false, true, false]);
    expect((await post('exports/', anyone, body)).status).toBe(400);
  });

  test('cannot be had by the key of somebody who may: each export is its maker’s', async () => {
    const id = await completeExport(staff);
    for (const headers of [anyone, partner]) {
      expect((await site.ask(`exports/${id}/download/`, { headers })).status).toBe(404);
      expect((await site.ask(`exports/${id}/`, { headers })).status).toBe(404);
    }
  });
});

describe('rights that were taken away since', () => {
  test.each([
    ['to download', 'view: [public], download: [agency]'],
    ['even to see it', 'view: [agency]'],
  ])('%s stop the download, its link and its report, and not the export’s own body', async (_, rule) => {
    const id = await completeExport(partner);
    const page = `http://localhost/services/page/exports/${id}`;
    const made = await site.ask(`${page}/download`, { method: 'POST', headers: partner });
    const { url } = await read<{ url: string }>(made);
    expect((await site.app.request(url)).status).toBe(200);
    const app = await withRules({ ...rules, 2: rule });
    const ask = (address: string, method = 'GET'): Promise<Response> =>
      app.request(address, { method, headers: partner });
    const refused = await ask(site.at(`exports/${id}/download/`));
    expect([refused.status, await refused.json()]).toEqual([
      403,
      { detail: expect.stringContaining('no longer download layers/2/') },
    ]);
    expect((await ask(site.at(`exports/${id}/download/`), 'HEAD')).status).toBe(403);
    expect((await app.request(url)).status).toBe(403);
    expect((await ask(`${page}/download`, 'POST')).status).toBe(403);
    expect((await ask(`${page}/report`)).status).toBe(403);
    expect((await ask(site.at(`exports/${id}/`))).status).toBe(200);
    const again = await app.request(site.at('exports/'), {
      method: 'POST',
      headers: partner,
      body: JSON.stringify(request('layers/2')),
    });
    expect(again.status).toBe(400);
    const same = await withRules(rules);
    expect((await same.request(site.at(`exports/${id}/download/`), { headers: partner })).status).toBe(302);
    expect((await same.request(url)).status).toBe(200);
  });

  test('take the layer’s name out of the export’s body', async () => {
    const id = await completeExport(partner);
    const app = await withRules({ ...rules, 2: 'view: [agency]' });
    const body = await read<object>(
      await app.request(site.at(`exports/${id}/`, 'v1.x'), { headers: partner }),
    );
    expect(JSON.stringify(body)).not.toContain('Cities');
    const headers = { ...partner, Expand: 'items' };
    const expanded = await read<object>(await app.request(site.at(`exports/${id}/`), { headers }));
    expect(expanded).toMatchObject({ items: [{ item: site.at('layers/2/') }] });
  });
});

describe('without a token', () => {
  test('whoever reaches an open site may do what the public may', async () => {
    const open = site.appWith({ access: 'open' });
    expect((await open.request(site.at('layers/1/'))).status).toBe(404);
    expect((await open.request(site.at('layers/2/'))).status).toBe(200);
  });

  test('the person at the machine, who has its files, may do everything', async () => {
    const local = site.appWith({ access: 'local' });
    expect(await read(await local.request(site.at('layers/1/')))).toMatchObject({
      user_permissions: ['view', 'download'],
    });
  });
});
