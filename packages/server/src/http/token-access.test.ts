import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { openTestSite, type TestSite } from '../testing/test-site.ts';
import type { TokenOrder } from '../tokens/token-order.ts';
import { insertToken, revokeToken } from '../tokens/token-store.ts';

let site: TestSite;

beforeAll(async () => {
  site = await openTestSite();
}, 60_000);

afterAll(() => site.close());

async function makeToken(
  order: Partial<TokenOrder> = {},
): Promise<{ id: number; headers: { Authorization: string } }> {
  const { id, token } = await insertToken(site.parts.database, {
    scopes: ['layers:read'],
    name: '',
    ...order,
  });
  return { id, headers: { Authorization: `key ${token}` } };
}

async function refusal(headers: Record<string, string>): Promise<string> {
  const response = await site.ask('layers/', { headers });
  expect(response.status).toBe(401);
  expect(response.headers.get('WWW-Authenticate')).toBe('key');
  expect(response.headers.get('OAuth-Scopes')).toBe('');
  return ((await response.json()) as { detail: string }).detail;
}

test('a token works until it expires, and then says so', async () => {
  const { id, headers } = await makeToken({ expires: '1h' });
  expect((await site.ask('layers/', { headers })).status).toBe(200);
  await site.parts.database.query('UPDATE outcrop.tokens SET expires_at = now() WHERE id = $1', [id]);
  expect(await refusal(headers)).toMatch(/^The token has expired;/);
});

test('a token that was revoked says so, also where it has expired too', async () => {
  const { id, headers } = await makeToken({ expires: '1h' });
  await revokeToken(site.parts.database, id);
  await site.parts.database.query('UPDATE outcrop.tokens SET expires_at = now() WHERE id = $1', [id]);
  expect(await refusal(headers)).toMatch(/^The token was revoked;/);
});

test('a token of some pages is refused elsewhere, and where nothing says where it is used', async () => {
  const { headers } = await makeToken({ referers: ['maps.example', '*.agency.example'] });
  for (const from of [
    { Referer: 'https://maps.example/new' },
    { Origin: 'https://www.agency.example' },
    { Origin: 'http://localhost:5173', Referer: 'http://localhost:5173/' },
  ]) {
    expect((await site.ask('layers/', { headers: { ...headers, ...from } })).status).toBe(200);
  }
  expect(await refusal(headers)).toContain('the request has no Referer');
  const elsewhere = await refusal({ ...headers, Referer: 'https://evil.example/' });
  expect(elsewhere).toContain('"https://evil.example/"');
  // A thief need not learn which pages to pretend to be.
  expect(elsewhere).not.toMatch(/maps\.example|agency\.example/);
  await refusal({ ...headers, Origin: 'null' });
  await refusal({ ...headers, Origin: 'https://evil.example', Referer: 'https://maps.example/' });
});

test('a page of another site can read why its key is refused', async () => {
  const { headers } = await makeToken({ referers: ['maps.example'] });
  const response = await site.ask('layers/', { headers: { ...headers, Origin: 'https://other.example' } });
  expect([response.status, response.headers.get('Access-Control-Allow-Origin')]).toEqual([401, '*']);
  expect(response.headers.get('Access-Control-Expose-Headers')).toContain('WWW-Authenticate');
});

test('whoever has no token learns nothing of those that there are', async () => {
  await makeToken({ referers: ['maps.example'] });
  expect(await refusal({ Authorization: `key ${'f'.repeat(32)}` })).toContain('not known');
});

test('the use of a token is noted beside the request, and at most once a minute', async () => {
  const { id, headers } = await makeToken();
  const query = vi.spyOn(site.parts.database, 'query');
  await Promise.all(Array.from({ length: 20 }, () => site.ask('layers/', { headers })));
  await site.parts.tokenUses.settle();
  await Promise.all(Array.from({ length: 20 }, () => site.ask('layers/', { headers })));
  await site.parts.tokenUses.settle();
  const writes = query.mock.calls.filter(([sql]) => sql.includes('SET last_used_at'));
  query.mockRestore();
  expect(writes).toHaveLength(1);
  const [row] = await site.parts.database.query<{ is_new: boolean }>(
    `SELECT last_used_at > now() - interval '1 minute' AS is_new FROM outcrop.tokens WHERE id = $1`,
    [id],
  );
  expect(row).toEqual({ is_new: true });
});

test('a database that cannot note the use fails no request', async () => {
  const { headers } = await makeToken();
  const original = site.parts.database.query.bind(site.parts.database);
  const query = vi.spyOn(site.parts.database, 'query').mockImplementation(async (sql, values) => {
    if (sql.includes('SET last_used_at')) throw new Error('read-only');
    return original(sql, values) as never;
  });
  expect((await site.ask('layers/', { headers })).status).toBe(200);
  await site.parts.tokenUses.settle();
  query.mockRestore();
});

test('a token that is refused is not noted as used', async () => {
  const { id, headers } = await makeToken({ referers: ['maps.example'] });
  await refusal(headers);
  await site.parts.tokenUses.settle();
  const rows = await site.parts.database.query('SELECT last_used_at FROM outcrop.tokens WHERE id = $1', [id]);
  expect(rows).toEqual([{ last_used_at: null }]);
});
