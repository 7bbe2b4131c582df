import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { insertToken } from '../tokens/token-store.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';

let site: TestSite;

beforeAll(async () => {
  site = await openTestSite();
}, 60_000);

afterAll(() => site.close());

async function tokenWith(...scopes: string[]): Promise<string> {
  return (await insertToken(site.parts.database, { scopes, name: '' })).token;
}

describe('a token', () => {
  test.each([
    ['none', undefined, 'not provided'],
    ['an unknown one', `key ${'0'.repeat(32)}`, 'not known'],
    ['a short one', 'key 12', 'not "key" and 32'],
    ['another scheme', `Bearer ${'0'.repeat(32)}`, 'not "key" and 32'],
    ['an injection', `key ' OR 1=1 --`, 'not "key" and 32'],
  ])('%s is answered with 401 and what to do', async (_, header, problem) => {
    const response = await site.app.request(
      site.at('exports/'),
      header === undefined ? {} : { headers: { Authorization: header } },
    );
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toBe('key');
    expect(response.headers.get('Accepted-OAuth-Scopes')).toBe('exports:read');
    expect(await response.json()).toEqual({ detail: expect.stringContaining(problem) });
  });

  test('is taken whatever the case of its scheme and digits', async () => {
    const token = await tokenWith('exports:read');
    for (const header of [`key ${token}`, `Key ${token.toUpperCase()}`, `KEY   ${token}`]) {
      expect((await site.ask('exports/', { headers: { Authorization: header } })).status).toBe(200);
    }
  });

  test('without the scope is told which one it lacks', async () => {
    const headers = { Authorization: `key ${await tokenWith('exports:read', 'layers:read')}` };
    for (const path of ['exports/', 'exports/validate/']) {
      const response = await site.ask(path, { method: 'POST', body: '{}', headers });
      expect(response.status).toBe(401);
      expect(response.headers.get('OAuth-Scopes')).toBe('exports:read layers:read');
      expect(response.headers.get('Accepted-OAuth-Scopes')).toBe('exports:write');
      expect(await response.json()).toEqual({ detail: expect.stringContaining('exports:write') });
    }
    const options = await site.ask('exports/', { method: 'OPTIONS', headers });
    expect(await options.json()).not.toHaveProperty('actions');
    expect(
      (await site.ask('layers/', { headers: { Authorization: `key ${await tokenWith('exports:read')}` } }))
        .status,
    ).toBe(401);
  });

  test('sees only its own exports', async () => {
    const { id } = await site.create();
    await site.waitFor(id, 'complete');
    const headers = { Authorization: `key ${await tokenWith('exports:read', 'exports:write')}` };
    expect(await (await site.ask('exports/', { headers })).json()).toEqual([]);
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['GET', 'download/'],
      ['HEAD', 'download/'],
    ]) {
      expect((await site.ask(`exports/${String(id)}/${path}`, { method: method!, headers })).status).toBe(
        404,
      );
    }
  });

  test('is kept as a hash only', async () => {
    const token = await tokenWith('exports:read');
    const rows = await site.parts.database.query('SELECT * FROM outcrop.tokens');
    expect(JSON.stringify(rows)).not.toContain(token);
  });
});

describe('a site that is open to this machine', () => {
  const local = () => site.appWith({ access: 'local' });

  test('needs no token, and keeps what is made without one apart', async () => {
    const body = JSON.stringify({ items: [{ item: 'tables/3' }], formats: { table: 'text/csv' } });
    const response = await local().request(site.at('exports/'), { method: 'POST', body });
    expect(response.status).toBe(201);
    const { id } = (await response.json()) as { id: number };
    expect((await local().request(site.at(`exports/${id}/`))).status).toBe(200);
    expect((await site.ask(`exports/${id}/`)).status).toBe(404);
    expect(
      (await local().request(site.at('exports/'), { headers: { Authorization: `key ${'0'.repeat(32)}` } }))
        .status,
    ).toBe(401);
  });

  test('is not open to pages of other sites, nor under a name that is not this machine', async () => {
    const fromPage = (origin: string) => local().request(site.at('layers/'), { headers: { Origin: origin } });
    expect((await fromPage('https://elsewhere.example')).status).toBe(403);
    expect((await fromPage('null')).status).toBe(403);
    const own = await fromPage('http://localhost:5173');
    expect([own.status, own.headers.get('Access-Control-Allow-Origin')]).toEqual([
      200,
      'http://localhost:5173',
    ]);
    expect((await local().request('http://rebound.example/services/api/v1/layers/')).status).toBe(403);
  });
});

describe('addresses', () => {
  test('without the slash at the end lead to those with it', async () => {
    for (const [method, status] of [
      ['GET', 301],
      ['HEAD', 301],
      ['POST', 308],
      ['DELETE', 308],
    ] as const) {
      const response = await site.app.request('http://localhost/services/api/v1/exports?page=2', { method });
      expect([response.status, response.headers.get('Location')]).toEqual([
        status,
        `${site.at('exports/')}?page=2`,
      ]);
    }
    const odd = await site.app.request('http://localhost/services/api/v1//elsewhere.example');
    expect(new URL(odd.headers.get('Location')!).host).toBe('localhost');
  });

  test('begin with the public address, whatever the Host header says', async () => {
    const app = site.appWith({ siteRoot: new URL('https://data.example/geo/') });
    const { token } = await insertToken(site.parts.database, { scopes: ['layers:read'], name: '' });
    const response = await app.request('http://evil.example/services/api/v1/layers/?page_size=1', {
      headers: { Authorization: `key ${token}` },
    });
    expect(await response.json()).toEqual([
      expect.objectContaining({ url: 'https://data.example/geo/services/api/v1/layers/1/' }),
    ]);
    expect(response.headers.get('Link')).toContain(
      '<https://data.example/geo/services/api/v1/layers/?page_size=1&page=2>',
    );
  });

  test.each([
    ['PUT', 'exports/', 'GET, HEAD, POST, OPTIONS'],
    ['PUT', 'exports/1/', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
    ['POST', 'layers/', 'GET, HEAD, OPTIONS'],
    ['GET', 'exports/validate/', 'POST, OPTIONS'],
    ['DELETE', 'exports/', 'GET, HEAD, POST, OPTIONS'],
  ])('%s %s is answered with 405 and what is allowed', async (method, path, allowed) => {
    const response = await site.ask(path, { method });
    expect([response.status, response.headers.get('Allow')]).toEqual([405, allowed]);
  });

  test.each([
    'exports/0/',
    'exports/99999999999/',
    'exports/-1/',
    'exports/1.5/',
    'exports/abc/',
    'exports/..%2f..%2f/',
    'exports/%00/',
    'exports/%zz/',
    'nothing/',
  ])('%s is not found', async (path) => {
    const response = await site.ask(path);
    expect([response.status, await response.json()]).toEqual([404, { detail: 'Not found.' }]);
  });

  test('of the roots say where things are', async () => {
    expect(await (await site.ask('')).json()).toEqual({
      exports: site.at('exports/'),
      crop_layers: site.at('exports/croplayers/'),
      layers: site.at('layers/'),
      tables: site.at('tables/'),
      data: site.at('data/'),
      openapi: site.at('openapi.json'),
      docs: site.at('docs/'),
    });
    expect(await (await site.app.request('http://localhost/')).json()).toMatchObject({
      title: 'Test site',
      api: site.at(''),
    });
  });

  test('have an id a request, and a failure says which and no more', async () => {
    const find = vi.spyOn(site.parts.exportStore, 'find').mockRejectedValueOnce(new Error('a secret'));
    const response = await site.ask('exports/1/');
    find.mockRestore();
    expect(response.status).toBe(500);
    expect(response.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await response.json()).toEqual({ detail: expect.stringMatching(/incident [0-9a-f-]{36}/) });
  });
});
