import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { deferred } from '../testing/deferred.ts';
import { openTestSite, testConfig, type TestSite } from '../testing/test-site.ts';
import { insertToken } from '../tokens/token-store.ts';
import { adminPath } from './admin-parts.ts';

// Each export that a test waits for takes a while on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

let site: TestSite;
let admin: Record<string, string>;
let other: Record<string, string>;
let otherId: number;

beforeAll(async () => {
  site = await openTestSite({ config: `${testConfig}access: { groups: { agency: Staff } }\n` });
  const { database } = site.parts;
  admin = {
    Authorization: `key ${(await insertToken(database, { scopes: ['admin'], name: 'boss' })).token}`,
  };
  const scopes = ['exports:read', 'exports:write', 'layers:read'];
  const made = await insertToken(database, { scopes, name: 'other' });
  other = { Authorization: `key ${made.token}` };
  otherId = made.id;
}, 60_000);

afterAll(() => site.close());

const at = (path: string): string => `http://localhost${adminPath}${path}`;
const bySecret = { 'X-Outcrop-Secret': 's'.repeat(64) };

function ask(
  path: string,
  init: { method?: string; headers?: Record<string, string>; body?: object } = {},
): Promise<Response> {
  const { method = 'GET', headers = admin, body } = init;
  return site.app.request(at(path), {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function read<T = Record<string, unknown>>(response: Response | Promise<Response>): Promise<T> {
  return (await (await response).json()) as T;
}

async function createAs(headers: Record<string, string>): Promise<number> {
  const body = { items: [{ item: 'layers/2' }], formats: { vector: 'text/csv' }, crs: 'EPSG:2193' };
  const sent = { method: 'POST', headers, body: JSON.stringify(body) };
  return (await read<{ id: number }>(site.app.request(site.at('exports/'), sent))).id;
}

describe('the admin endpoints', () => {
  const paths = ['', 'tokens/', 'tokens/1/', 'exports/', 'usage/', 'audit/', 'audit/lines/'];

  test.each(paths)('%s takes a token with the scope admin, or the secret, and nothing less', async (path) => {
    expect((await ask(path)).status).toBe(200);
    expect((await ask(path, { headers: bySecret })).status).toBe(200);
    const none = await ask(path, { headers: {} });
    expect([none.status, none.headers.get('WWW-Authenticate')]).toEqual([401, 'key']);
    const lesser = await ask(path, { headers: other });
    expect([lesser.status, lesser.headers.get('Accepted-OAuth-Scopes')]).toEqual([401, 'admin']);
    expect(await lesser.json()).toEqual({ detail: expect.stringContaining('lacks the scope admin') });
    for (const secret of ['', 's'.repeat(63), 't'.repeat(64)]) {
      // A wrong secret is no way past the token, and a right token no way past a wrong secret.
      expect((await ask(path, { headers: { ...admin, 'X-Outcrop-Secret': secret } })).status).toBe(401);
    }
  });

  test('are closed to the local user of a site that needs no token, and have no secret where none is set', async () => {
    expect((await site.appWith({ access: 'local' }).request(at('tokens/'))).status).toBe(401);
    expect((await site.appWith({ access: 'open' }).request(at('tokens/'))).status).toBe(401);
    const closed = await site.appWith({ adminSecret: null }).request(at('tokens/'), { headers: bySecret });
    expect(closed.status).toBe(401);
  });

  test('are not for pages of other sites', async () => {
    const headers = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'GET' };
    const preflight = await ask('tokens/', { method: 'OPTIONS', headers });
    const asked = await ask('tokens/', { headers: { ...admin, Origin: 'https://evil.example' } });
    for (const response of [preflight, asked]) {
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
    expect(preflight.status).toBe(401);
    expect(asked.headers.get('Cache-Control')).toBe('no-store');
  });

  test('have the shapes of the API: 405 with what is allowed, 404, the slash at the end', async () => {
    const wrong = await ask('audit/', { method: 'DELETE' });
    expect([wrong.status, wrong.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
    expect(await read(ask('nothing/'))).toEqual({ detail: 'Not found.' });
    expect(await read(ask('tokens/99999999999/'))).toEqual({ detail: 'Not found.' });
    const slashless = await site.app.request(at('tokens').replace(/\/$/, ''));
    expect([slashless.status, slashless.headers.get('Location')]).toEqual([301, at('tokens/')]);
    expect(await read(ask(''))).toMatchObject({ tokens: at('tokens/'), audit: at('audit/') });
  });

  test.each(['tokens/', 'exports/', 'usage/', 'audit/'])(
    '%s is a list like those of the API',
    async (path) => {
      const response = await ask(`${path}?page_size=1`);
      expect(response.headers.get('X-Paginate-By')).toBe('1');
      expect(response.headers.get('X-Resource-Range')).toMatch(/^0-[01]\/\d+$/);
      expect((await ask(`${path}?page=999`)).status).toBe(404);
      expect((await ask(`${path}?page=0`)).status).toBe(404);
      const unknown = await ask(`${path}?colour=red`);
      expect([unknown.status, await unknown.json()]).toEqual([
        400,
        { colour: [expect.stringContaining('no such parameter')] },
      ]);
      expect((await ask(`${path}?sort=hash`)).status).toBe(400);
    },
  );
});

describe('tokens', () => {
  test('are made, listed without what they are, and ended', async () => {
    const body = {
      scopes: ['layers:read'],
      name: 'Aroha',
      groups: ['agency'],
      referers: ['*.agency.example'],
      expires: '90d',
    };
    const made = await ask('tokens/', { method: 'POST', body });
    expect(made.status).toBe(201);
    const { id, token } = await read<{ id: number; token: string }>(made);
    expect(token).toMatch(/^[0-9a-f]{32}$/);
    const listed = await read<{ id: number }[]>(ask('tokens/?q=aroha&state=active'));
    expect(listed).toEqual([
      {
        id,
        name: 'Aroha',
        scopes: ['layers:read'],
        groups: ['agency'],
        referers: ['*.agency.example'],
        is_session: false,
        owner_id: null,
        created_at: expect.any(String),
        expires_at: expect.stringMatching(/^\d{4}-/),
        revoked_at: null,
        last_used_at: null,
      },
    ]);
    const all = await (await ask('tokens/?page_size=100')).text();
    const hashes = await site.parts.database.query<{ hash: string }>('SELECT hash FROM outcrop.tokens');
    expect([token, ...hashes.map(({ hash }) => hash)].filter((secret) => all.includes(secret))).toEqual([]);
    const revoked = await read(ask(`tokens/${id}/`, { method: 'DELETE' }));
    expect(revoked).toMatchObject({ id, revoked_at: expect.stringMatching(/Z$/) });
    expect(await read(ask(`tokens/${id}/`, { method: 'DELETE' }))).toEqual(revoked);
    expect(await read(ask(`tokens/${id}/`))).toEqual(revoked);
    expect(await read(ask('tokens/?q=aroha&state=active'))).toEqual([]);
    expect((await ask('tokens/0/', { method: 'DELETE' })).status).toBe(404);
    const lines = await read<object[]>(
      ask('audit/?action=token-created&action=token-revoked&sort=-id&page_size=2'),
    );
    expect(lines).toMatchObject([
      { action: 'token-revoked', subject_token_id: id, token_name: 'boss' },
      { action: 'token-created', subject_token_id: id, detail: expect.stringContaining('"Aroha"') },
    ]);
    expect(JSON.stringify(lines)).not.toContain(token);
  });

  test('are changed from their next request on: what is named, and nothing else; and who did it is written down', async () => {
    const body = { scopes: ['layers:read'], name: 'Mere', expires: '90d', referers: ['maps.example'] };
    const { id, token } = await read<{ id: number; token: string }>(ask('tokens/', { method: 'POST', body }));
    const headers = { Authorization: `key ${token}`, Referer: 'https://maps.example/' };
    const list = (): Promise<Response> | Response => site.app.request(site.at('exports/'), { headers });
    expect((await list()).status).toBe(401);
    const change = (changed: object): Promise<Response> =>
      ask(`tokens/${id}/`, { method: 'PATCH', body: changed });
    const before = await read(ask(`tokens/${id}/`));
    const changed = await change({ scopes: ['exports:read'], groups: ['agency'] });
    expect([changed.status, await changed.json()]).toEqual([
      200,
      { ...before, scopes: ['exports:read'], groups: ['agency'] },
    ]);
    expect((await list()).status).toBe(200);
    expect(await read(change({ expires: null, referers: [], groups: [] }))).toMatchObject({
      scopes: ['exports:read'],
      groups: [],
      referers: [],
      expires_at: null,
    });
    const [line] = await read<{ detail: string }[]>(ask('audit/?action=token-changed&sort=-id&page_size=1'));
    expect(line).toMatchObject({ subject_token_id: id, token_name: 'boss' });
    expect(JSON.parse(line!.detail)).toMatchObject({
      from: { groups: ['agency'], referers: ['maps.example'] },
      to: { groups: [], referers: [], expires: 'never' },
    });
  });

  test.each([
    [{}, 'say what to change'],
    [{ scopes: [] }, 'at least one scope'],
    [{ groups: ['agncy'] }, 'no group "agncy"; use agency'],
    [{ expires: '2020-01-01' }, 'is over'],
    [{ owner_id: 1 }, 'owner_id'],
  ])('that cannot be changed so stay as they are: %j', async (body, words) => {
    const before = await read(ask(`tokens/${otherId}/`));
    const response = await ask(`tokens/${otherId}/`, { method: 'PATCH', body });
    expect([response.status, await response.json()]).toEqual([
      400,
      { detail: expect.stringContaining(words) },
    ]);
    expect(await read(ask(`tokens/${otherId}/`))).toEqual(before);
  });

  test('that are revoked, or stand in for others, cannot be changed', async () => {
    const { database } = site.parts;
    const scopes = ['layers:read'];
    const revoked = await insertToken(database, { scopes, name: 'old' });
    await ask(`tokens/${revoked.id}/`, { method: 'DELETE' });
    const body = { name: 'new' };
    expect((await ask(`tokens/${revoked.id}/`, { method: 'PATCH', body })).status).toBe(404);
    expect((await ask('tokens/999999/', { method: 'PATCH', body })).status).toBe(404);
    const standIn = await insertToken(database, { scopes, name: 'page', ownerId: otherId });
    const refused = await ask(`tokens/${standIn.id}/`, { method: 'PATCH', body });
    expect([refused.status, await refused.json()]).toEqual([
      400,
      { detail: expect.stringContaining(`stands in for token ${otherId}`) },
    ]);
  });

  test.each([
    [{ scopes: [] }, 'at least one scope'],
    [{ scopes: ['everything'] }, '"everything"'],
    [{ scopes: ['admin'], groups: ['agncy'] }, 'no group "agncy"; use agency'],
    [{ scopes: ['admin'], referers: ['https://a b'] }, '"https://a b" names no web pages'],
    [{ scopes: ['admin'], expires: 'soon' }, '"soon" is no time'],
    [{ scopes: ['admin'], expires: '2020-01-01' }, '"2020-01-01" is over'],
    [{ scopes: ['admin'], owner: 1 }, 'owner'],
    [{ scopes: ['admin'], name: 'a\0b' }, 'NUL'],
    [[], 'expected object'],
  ])('that cannot be made are refused with the value: %j', async (body, words) => {
    const response = await ask('tokens/', { method: 'POST', body });
    expect([response.status, await response.json()]).toEqual([
      400,
      { detail: expect.stringContaining(words) },
    ]);
  });
});

describe('exports', () => {
  test('of everybody are listed with whose they are, and can be cancelled', async () => {
    const started = deferred();
    const blocked = deferred();
    site.engine.run = async () => {
      started.resolve();
      await blocked.promise;
    };
    const id = await createAs(other);
    await started.promise;
    const abort = vi.spyOn(site.parts.workers, 'abort');
    const listed = await read<object[]>(ask(`exports/?token=${otherId}&state=processing`));
    expect(listed).toEqual([
      {
        id,
        name: expect.any(String),
        state: 'processing',
        created_at: expect.any(String),
        finished_at: null,
        expires_at: null,
        size_estimate_zipped: expect.any(Number),
        items: ['layers/2/'],
        owner: { id: otherId, name: 'other' },
      },
    ]);
    const cancelled = await ask(`exports/${id}/`, { method: 'DELETE' });
    expect([cancelled.status, await cancelled.json()]).toEqual([
      202,
      expect.objectContaining({ id, state: 'cancelled' }),
    ]);
    const [run] = await site.parts.database.query<{ run_id: number }>(
      'SELECT run_id FROM outcrop.exports WHERE id = $1',
      [id],
    );
    expect(abort).toHaveBeenCalledWith(run?.run_id);
    abort.mockRestore();
    blocked.resolve();
    site.engine.run = async () => undefined;
    const again = await ask(`exports/${id}/`, { method: 'DELETE' });
    expect([again.status, await again.json()]).toEqual([
      409,
      { errors: ["Can't cancel"], detail: expect.stringContaining('is cancelled') },
    ]);
    expect((await ask('exports/123456/', { method: 'DELETE' })).status).toBe(404);
    expect(await read(ask(`audit/?export=${id}&action=export-cancelled`))).toMatchObject([
      { token_name: 'boss', export_id: id },
    ]);
    // An administrator sees that there is an export, and not what is in it.
    expect((await site.app.request(site.at(`exports/${id}/`), { headers: admin })).status).toBe(401);
  });
});

test('usage counts what each token did, also of exports that are no longer there', async () => {
  const { token, id: tokenId } = await insertToken(site.parts.database, {
    scopes: ['exports:read', 'exports:write'],
    name: 'counted',
  });
  const headers = { Authorization: `key ${token}` };
  const exportId = await createAs(headers);
  await expect
    .poll(async () => (await read(site.app.request(site.at(`exports/${exportId}/`), { headers })))['state'], {
      timeout: 20_000,
    })
    .toBe('complete');
  const found = await site.app.request(site.at(`exports/${exportId}/download/`), { headers });
  const download = await site.app.request(found.headers.get('Location') ?? '');
  const bytes = (await download.arrayBuffer()).byteLength;
  await site.parts.database.query('DELETE FROM outcrop.exports WHERE id = $1', [exportId]);
  expect(await read(ask(`usage/?token=${tokenId}`))).toEqual([
    {
      token: tokenId,
      name: 'counted',
      created: 1,
      cancelled: 0,
      refused: 0,
      downloads: 1,
      bytes_downloaded: bytes,
      first_at: expect.any(String),
      last_at: expect.any(String),
    },
  ]);
  expect(await read(ask('usage/?at.lt=2000-01-01'))).toEqual([]);
  const sorted = await read<{ created: number }[]>(ask('usage/?sort=-created'));
  expect(sorted.map(({ created }) => created)).toEqual(
    sorted.map(({ created }) => created).toSorted((a, b) => b - a),
  );
});

test('the whole log comes as lines, oldest first, with the same filters', async () => {
  const response = await ask('audit/lines/?action=export-created');
  expect(response.headers.get('Content-Type')).toBe('application/x-ndjson');
  const lines = (await response.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: number });
  const ids = lines.map(({ id }) => id);
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  const listed = await read<{ id: number }[]>(ask('audit/?action=export-created&sort=id&page_size=100'));
  expect(lines).toEqual(listed);
  expect((await ask('audit/lines/?action=nothing')).status).toBe(400);
});
