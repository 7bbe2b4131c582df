import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { openTestSite, testConfig, type TestSite } from '../testing/test-site.ts';
import { insertToken, revokeToken } from '../tokens/token-store.ts';

// Each export that a test waits for takes a while on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

let site: TestSite;

beforeAll(async () => {
  site = await openTestSite({
    config: `${testConfig}access: { groups: { agency: Staff }, session_days: 2 }\n`,
  });
}, 60_000);
afterAll(() => site.close());

type App = Pick<TestSite['app'], 'request'>;

async function order(
  body: object,
  app: App = site.app,
): Promise<{ status: number; code: string; detail: string }> {
  const response = await app.request('http://localhost/services/admin/login-links/', {
    method: 'POST',
    headers: { 'X-Outcrop-Secret': 's'.repeat(64) },
    body: JSON.stringify(body),
  });
  const { url = '', detail = '' } = (await response.json()) as { url?: string; detail?: string };
  return { status: response.status, code: /^http:\/\/localhost\/#login=(.+)$/.exec(url)?.[1] ?? '', detail };
}

function redeem(code: string, app: App = site.app): Promise<Response> {
  return app.request('http://localhost/services/page/sign-in', {
    method: 'POST',
    body: JSON.stringify({ code }),
  });
}

async function sessionOf(body: object): Promise<{ Authorization: string }> {
  const response = await redeem((await order(body)).code);
  expect([response.status, response.headers.get('Cache-Control')]).toEqual([201, 'no-store']);
  return { Authorization: `key ${((await response.json()) as { key: string }).key}` };
}

async function signOut(headers: { Authorization: string }): Promise<unknown> {
  const response = await site.app.request('http://localhost/services/page/sign-out', {
    method: 'POST',
    headers,
  });
  return response.json();
}

describe('a login link', () => {
  test('gives a key once, whichever process of the site is asked', async () => {
    const { code } = await order({});
    const elsewhere = site.appWith({});
    const first = await redeem(code, elsewhere);
    expect(first.status).toBe(201);
    const { key } = (await first.json()) as { key: string };
    expect((await site.ask('layers/', { headers: { Authorization: `key ${key}` } })).status).toBe(200);
    for (const spent of [code, '', 'x'.repeat(32)]) {
      const again = await redeem(spent);
      expect([again.status, await again.json()]).toEqual([
        401,
        { detail: expect.stringContaining('used before') },
      ]);
    }
  });

  test('lasts a quarter of an hour', async () => {
    const { code } = await order({});
    const [row] = await site.parts.database.query<{ minutes: number }>(
      `SELECT round(extract(epoch FROM expires_at - now()) / 60)::integer AS minutes FROM outcrop.login_codes`,
    );
    expect(row).toEqual({ minutes: 15 });
    await site.parts.database.query('UPDATE outcrop.login_codes SET expires_at = now()');
    expect((await redeem(code)).status).toBe(401);
  });

  test('gives a key that ends after the days that the site says', async () => {
    await sessionOf({ name: 'Aroha' });
    const rows = await site.parts.database.query(
      `SELECT is_session, round(extract(epoch FROM expires_at - now()) / 3600)::integer AS hours
       FROM outcrop.tokens WHERE name = 'Aroha'`,
    );
    expect(rows).toEqual([{ is_session: true, hours: 48 }]);
  });

  test('can be for a group, and not for one that the site has not', async () => {
    const headers = await sessionOf({ groups: ['agency'], scopes: ['layers:read'] });
    expect((await site.ask('layers/', { headers })).status).toBe(200);
    expect((await site.ask('exports/', { headers })).status).toBe(401);
    expect(await order({ groups: ['nobody'] })).toMatchObject({
      status: 400,
      detail: expect.stringContaining('"nobody"'),
    });
    expect(await order({ scopes: ['admin'] })).toMatchObject({ status: 400 });
    expect(await order({ name: 'a\0b' })).toMatchObject({ status: 400 });
  });
});

describe('a login link for a token', () => {
  test('gives a key that sees the exports of the token, and so does the next', async () => {
    const scopes = ['exports:read', 'exports:write', 'layers:read'];
    const { id, token } = await insertToken(site.parts.database, { scopes, name: 'Aroha’s key' });
    const body = JSON.stringify({ items: [{ item: 'tables/3' }], formats: { table: 'text/csv' } });
    const monday = await sessionOf({ token: id });
    const made = await site.ask('exports/', { method: 'POST', body, headers: monday });
    const { id: exportId } = (await made.json()) as { id: number };
    await signOut(monday);
    const tuesday = await sessionOf({ token: id });
    for (const headers of [tuesday, { Authorization: `key ${token}` }]) {
      expect((await site.ask(`exports/${exportId}/`, { headers })).status).toBe(200);
    }
    expect((await site.ask(`exports/${exportId}/`)).status).toBe(404);
    await revokeToken(site.parts.database, id);
    const ended = await site.ask(`exports/${exportId}/`, { headers: tuesday });
    expect([ended.status, await ended.json()]).toEqual([401, { detail: expect.stringContaining('revoked') }]);
  });

  test('is refused for one that has ended, between order and use too, and for a login key', async () => {
    const { id } = await insertToken(site.parts.database, { scopes: ['layers:read'], name: '' });
    const { code } = await order({ token: id });
    expect(await order({ token: id, groups: ['agency'] })).toMatchObject({ status: 400 });
    await revokeToken(site.parts.database, id);
    expect((await redeem(code)).status).toBe(401);
    expect(await order({ token: id })).toMatchObject({
      status: 400,
      detail: expect.stringContaining(`no token ${id}`),
    });
    expect(await order({ token: 999_999 })).toMatchObject({ status: 400 });
  });
});

describe('signing out', () => {
  test('ends the key of a login link, and the links to downloads that were made with it', async () => {
    const headers = await sessionOf({});
    const body = JSON.stringify({ items: [{ item: 'tables/3' }], formats: { table: 'text/csv' } });
    const made = await site.ask('exports/', { method: 'POST', body, headers });
    const { id } = (await made.json()) as { id: number };
    await expect
      .poll(
        async () =>
          ((await (await site.ask(`exports/${id}/`, { headers })).json()) as { state: string }).state,
        { timeout: 20_000 },
      )
      .toBe('complete');
    const page = `http://localhost/services/page/exports/${id}/download`;
    const { url } = (await (await site.ask(page, { method: 'POST', headers })).json()) as { url: string };
    expect((await site.app.request(url)).status).toBe(200);
    expect(await signOut(headers)).toEqual({ revoked: true });
    const refused = await site.ask('layers/', { headers });
    expect([refused.status, await refused.json()]).toEqual([
      401,
      { detail: expect.stringContaining('revoked') },
    ]);
    expect((await site.app.request(url)).status).toBe(404);
    const log = await site.parts.database.query<{ action: string }>(
      `SELECT action FROM outcrop.audit WHERE action LIKE 'token-%' ORDER BY id DESC LIMIT 2`,
    );
    expect(log.map(({ action }) => action)).toEqual(['token-revoked', 'token-created']);
  });

  test('leaves a key alone that somebody pasted: it may be in use elsewhere', async () => {
    const { token } = await insertToken(site.parts.database, { scopes: ['layers:read'], name: '' });
    const headers = { Authorization: `key ${token}` };
    expect(await signOut(headers)).toEqual({ revoked: false });
    expect((await site.ask('layers/', { headers })).status).toBe(200);
  });
});
