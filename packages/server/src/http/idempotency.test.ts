import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { insertToken } from '../tokens/token-store.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';

let site: TestSite;

beforeAll(async () => {
  site = await openTestSite();
}, 60_000);

afterAll(() => site.close());

const request = { items: [{ item: 'tables/3' }], formats: { table: 'text/csv' } };

function create(key: string, body: unknown = request, more: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return site.ask('exports/', { method: 'POST', body: text, headers: { 'Idempotency-Key': key, ...more } });
}

async function idOf(response: Response): Promise<number> {
  expect(response.status).toBe(201);
  const { id, url } = (await response.json()) as { id: number; url: string };
  expect(response.headers.get('Location')).toBe(url);
  return id;
}

test('the same key and body give the same export, whatever the spaces, order and version', async () => {
  const first = await create('a');
  expect(first.headers.get('Idempotency-Replayed')).toBeNull();
  const id = await idOf(first);
  await site.waitFor(id, 'complete');
  const again = await create(
    'a',
    ` { "formats": {"table":"text/csv"}, "items" : [ {"item": "tables/3"} ] } `,
  );
  expect(again.headers.get('Idempotency-Replayed')).toBe('true');
  expect(await again.clone().json()).toMatchObject({ id, state: 'complete' });
  expect(await idOf(again)).toBe(id);
  const newer = await site.ask(site.at('exports/', 'v1.x'), {
    method: 'POST',
    body: JSON.stringify(request),
    headers: { 'Idempotency-Key': 'a' },
  });
  expect(await newer.json()).toMatchObject({ id, url: site.at(`exports/${id}/`, 'v1.x') });
});

test('another key, or none, gives another export', async () => {
  const ids = [
    await idOf(await create('b')),
    await idOf(await create('c')),
    await idOf(await site.send('exports/', request)),
  ];
  expect(new Set(ids).size).toBe(3);
});

test('the same key with another body is 422', async () => {
  await idOf(await create('d'));
  for (const body of [{ ...request, name: 'other' }, { items: [], formats: {} }, []]) {
    const response = await create('d', body);
    expect(response.status).toBe(422);
    expect(await response.json()).toEqual({ detail: expect.stringContaining('"d"') });
  }
});

test('a create that was refused leaves its key free', async () => {
  expect((await create('e', { ...request, formats: {} })).status).toBe(400);
  await idOf(await create('e'));
});

test('requests at the same time make one export', async () => {
  const before = await site.ask('exports/?page_size=1');
  const responses = await Promise.all(Array.from({ length: 6 }, () => create('f')));
  const ids = await Promise.all(responses.map(idOf));
  expect(new Set(ids).size).toBe(1);
  const total = (response: Response): number =>
    Number(response.headers.get('X-Resource-Range')?.split('/')[1]);
  expect(total(await site.ask('exports/?page_size=1'))).toBe(total(before) + 1);
});

test('keys are those of the token', async () => {
  const id = await idOf(await create('g'));
  const { token } = await insertToken(site.parts.database, { scopes: ['exports:write'], name: '' });
  const theirs = await create('g', { ...request, name: 'theirs' }, { Authorization: `key ${token}` });
  expect(await idOf(theirs)).not.toBe(id);
});

test('after 24 hours a key is new', async () => {
  const id = await idOf(await create('h'));
  await site.parts.database.query(
    `UPDATE outcrop.idempotency_keys SET created_at = now() - interval '24 hours 1 second' WHERE key = 'h'`,
  );
  expect(await idOf(await create('h', { ...request, name: 'next day' }))).not.toBe(id);
});

test('an export and its key are written together, or neither', async () => {
  const add = vi.spyOn(site.parts.runStore, 'join').mockRejectedValueOnce(new Error('no room'));
  expect((await create('i')).status).toBe(500);
  add.mockRestore();
  await idOf(await create('i'));
});

test.each([
  ['empty', ''],
  ['too long', 'x'.repeat(256)],
  ['not ASCII', 'schl\u00fcssel'],
])('a key that is %s is refused', async (_, key) => {
  const response = await create(key);
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ 'Idempotency-Key': [expect.stringMatching(/^must/)] });
});
