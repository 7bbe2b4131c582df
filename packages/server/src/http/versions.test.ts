import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { insertToken } from '../tokens/token-store.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';

let site: TestSite;

beforeAll(async () => {
  site = await openTestSite();
}, 60_000);

afterAll(() => site.close());

const request = {
  items: [{ item: 'layers/1', color: '#003399' }],
  formats: { vector: 'application/x-ogc-gpkg' },
  crs: 'EPSG:2193',
};

function at(path: string): string {
  return site.at(path, 'v1.x');
}

async function post(path: string, body: object): Promise<Response> {
  return site.ask(at(path), { method: 'POST', body: JSON.stringify(body) });
}

const nztm = {
  id: 'EPSG:2193',
  name: 'EPSG:2193',
  kind: 'projected',
  unit_horizontal: 'metre',
  unit_vertical: '',
  url_external: 'https://epsg.io/2193',
  component_horizontal: null,
  component_vertical: null,
  srid: 2193,
};

describe('an export in v1.x', () => {
  test('has its system, items, user and source described, and its sizes before they were packed', async () => {
    const response = await post('exports/', request);
    expect(response.status).toBe(201);
    const created = (await response.json()) as { id: number; user: { url: string }; crs: { url: string } };
    expect(response.headers.get('Location')).toBe(at(`exports/${created.id}/`));
    await site.waitFor(created.id, 'complete');
    const detail = await (await site.ask(at(`exports/${created.id}/`))).json();
    expect(detail).toMatchObject({
      url: at(`exports/${created.id}/`),
      download_url: at(`exports/${created.id}/download/`),
      crs: { ...nztm, url: at('coordinate-systems/EPSG:2193/') },
      items: [
        {
          item: at('layers/1/'),
          color: '#003399',
          title: 'Countries',
          format: 'GeoPackage / SQLite',
          short_format: 'GPKG',
          data_type: 'vector',
          data_type_label: 'Vector',
        },
      ],
      user: { first_name: 'tests', date_joined: expect.stringMatching(/^\d{4}-.*Z$/) },
      from: {
        name: 'Test site',
        domain: 'localhost',
        owner: 'Outcrop',
        owner_short: 'kx',
        copyright: 'Natural Earth',
      },
      invoice: null,
      size_estimate_unzipped: 200,
      size_complete_unzipped: 200,
      is_cropped: false,
      finished_at: expect.stringMatching(/Z$/),
      downloaded_at: null,
    });
    expect(await (await site.ask(created.user.url)).json()).toEqual(created.user);
    expect(await (await site.ask(created.crs.url)).json()).toEqual(created.crs);
  });

  test('is the same export in v1, where it is as it always was', async () => {
    const { id } = (await (await post('exports/', request)).json()) as { id: number };
    const detail = (await (await site.ask(`exports/${id}/`)).json()) as object;
    expect(detail).toMatchObject({
      url: site.at(`exports/${id}/`),
      crs: 'EPSG:2193',
      items: [{ item: site.at('layers/1/'), color: '#003399' }],
    });
    expect(Object.keys(detail)).not.toEqual(expect.arrayContaining(['user', 'from', 'invoice']));
    expect(await (await site.ask(at('exports/?page_size=1'))).json()).toEqual([
      expect.objectContaining({ url: at(`exports/${id}/`) }),
    ]);
  });

  test('can be sent again as it is, with what only the site writes', async () => {
    const first = (await (await post('exports/', request)).json()) as { id: number };
    const expanded = await site.ask(at(`exports/${first.id}/`), { headers: { Expand: 'items,extent,crs' } });
    for (const body of [first, (await expanded.json()) as object]) {
      const response = await site.send('exports/', body);
      expect(response.status).toBe(201);
      const again = (await response.json()) as { id: number };
      expect(again).toMatchObject({ crs: 'EPSG:2193', state: 'processing' });
      expect(again).toHaveProperty('items', [{ item: site.at('layers/1/'), color: '#003399' }]);
      expect(again.id).not.toBe(first.id);
    }
  });
});

describe('a validation in v1.x', () => {
  test('says too what it suggests, what the file will be called and how it is delivered', async () => {
    const response = await post('exports/validate/', { ...request, name: 'A b' });
    expect(await response.json()).toMatchObject({
      items: [
        {
          item: 'layers/1',
          color: '#003399',
          currency: null,
          size_estimate_zipped: 100,
          license: { url: at('licenses/1/'), url_fulltext: at('licenses/1/fulltext/') },
        },
      ],
      suggested_crs: [{ id: 'EPSG:4326', url: at('coordinate-systems/EPSG:4326/') }],
      suggested_crs_vertical: [],
      name: 'kx-a-b',
      zip_filename: 'kx-a-b.zip',
      delivery: { method: 'download' },
      courier_cost: {},
    });
    const table = await post('exports/validate/', {
      items: [{ item: 'tables/3' }],
      formats: { table: 'text/csv' },
    });
    expect(await table.json()).toMatchObject({ suggested_crs: [] });
  });

  test('is not put into the envelope of errors when a create is refused with it', async () => {
    const response = await post('exports/', { ...request, formats: {} });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      is_valid: false,
      items: [{ invalid_reasons: ['missing-format'], currency: null }],
    });
  });
});

describe('errors in v1.x are in an envelope', () => {
  test.each([
    ['GET', 'exports/0/', 404, { detail: 'Not found.' }],
    ['GET', 'nothing/', 404, { detail: 'Not found.' }],
    ['GET', 'exports/?page=9', 404, { detail: expect.stringContaining('page 9') }],
    ['PUT', 'exports/', 405, { detail: expect.stringContaining('PUT') }],
    ['POST', 'exports/', 400, { detail: expect.stringContaining('not JSON') }],
    ['GET', 'exports/?errors=1', 400, { errors: [expect.stringContaining('no such parameter')] }],
    ['GET', 'exports/?is_valid=1', 400, { is_valid: [expect.stringContaining('no such parameter')] }],
    ['GET', 'exports/?sort=size', 400, { sort: [expect.stringContaining('"size"')] }],
  ])('%s %s: %i', async (method, path, status, errors) => {
    const response = await site.ask(at(path), { method });
    expect([response.status, await response.json()]).toEqual([status, { errors, status_code: status }]);
  });

  test('also where the body is malformed, the token lacks the scope, and a cancel comes too late', async () => {
    const malformed = await post('exports/', {});
    expect(await malformed.json()).toEqual({
      errors: { items: [expect.any(String)], formats: ['This field is required.'] },
      status_code: 400,
    });
    const { token } = await insertToken(site.parts.database, { scopes: ['layers:read'], name: '' });
    const unauthorised = await site.ask(at('exports/'), { headers: { Authorization: `key ${token}` } });
    expect(await unauthorised.json()).toEqual({
      errors: { detail: expect.stringContaining('exports:read') },
      status_code: 401,
    });
    const { id } = await site.create();
    await site.waitFor(id, 'complete');
    const late = await site.ask(at(`exports/${String(id)}/`), { method: 'DELETE' });
    expect([late.status, await late.json()]).toEqual([
      409,
      { errors: { detail: expect.stringContaining("Can't cancel") }, status_code: 409 },
    ]);
  });
});

test('addresses without the slash lead to the same version', async () => {
  const response = await site.app.request('http://localhost/services/api/v1.x/layers?q=a');
  expect([response.status, response.headers.get('Location')]).toEqual([301, at('layers/?q=a')]);
});

test('a layer has its system as an object in v1.x', async () => {
  expect(await (await site.ask(at('layers/1/'))).json()).toMatchObject({
    url: at('layers/1/'),
    data: { crs: { id: 'EPSG:4326', srid: 4326 } },
  });
});
