import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { listAudit } from '../audit/audit-log.ts';
import { expireExports } from '../runs/expire-exports.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';
import { insertToken } from '../tokens/token-store.ts';

const dayMs = 24 * 3600 * 1000;

let site: TestSite;
let exportId: number;

beforeAll(async () => {
  site = await openTestSite({ access: 'token' });
}, 60_000);

afterAll(() => site.close());

beforeEach(async () => {
  exportId = Number((await site.create())['id']);
  await site.waitFor(exportId, 'complete');
});

function inDays(days: number): string {
  return new Date(Date.now() + days * dayMs).toISOString();
}

async function patch(
  body: unknown,
  { id = exportId, token = site.token, version = 'v1' as 'v1' | 'v1.x' } = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await site.ask(site.at(`exports/${id}/`, version), {
    method: 'PATCH',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { Authorization: `key ${token}` },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function letExpire(id = exportId): Promise<void> {
  await site.parts.database.query(
    `UPDATE outcrop.exports SET expires_at = now() - interval '1 second' WHERE id = $1`,
    [id],
  );
}

test('an export says until when it can be downloaded, and that can be put off and brought forward', async () => {
  const { expires_at: before } = await site.waitFor(exportId, 'complete');
  expect((Date.parse(String(before)) - Date.now()) / dayMs).toBeCloseTo(7, 2);
  for (const days of [89, 1]) {
    const until = inDays(days);
    const { status, body } = await patch({ expires_at: until });
    expect([status, body['id'], body['state']]).toEqual([200, exportId, 'complete']);
    expect(new Date(String(body['expires_at'])).toISOString()).toBe(until);
    expect(await site.waitFor(exportId, 'complete')).toMatchObject({ expires_at: body['expires_at'] });
  }
});

test('v1.x has it too', async () => {
  const { status, body } = await patch({ expires_at: inDays(3) }, { version: 'v1.x' });
  expect([status, body['user']]).toEqual([200, expect.any(Object)]);
});

test.each([
  ['{', 'detail', /not JSON/],
  ['[]', 'non_field_errors', /must be an object/],
  ['null', 'non_field_errors', /must be an object/],
  ['{}', 'expires_at', /required/],
  ['{"expires_at":null}', 'expires_at', /no time in ISO 8601.*it is null/],
  ['{"expires_at":1796000000}', 'expires_at', /no time.*1796000000/],
  ['{"expires_at":"next week"}', 'expires_at', /no time.*next week/],
  ['{"expires_at":"2026-02-30T00:00:00Z"}', 'expires_at', /no time/],
  ['{"expires_at":"2020-01-01T00:00:00Z"}', 'expires_at', /is past; give a time between now and/],
  ['{"expires_at":"9999-12-31T23:59:59Z"}', 'expires_at', /too far away.*at most 90 days/],
  ['{"state":"gone","expires_at":"2026-12-01"}', 'state', /cannot be changed/],
  ['{"__proto__":{"a":1}}', '__proto__', /cannot be changed/],
])('%s is 400 with what is wrong', async (written, field, message) => {
  const { status, body } = await patch(written);
  expect([status, Object.keys(body)]).toEqual([400, [field]]);
  expect(JSON.stringify(Object.values(body))).toMatch(message);
});

test('an export that is not complete is 409, another’s 404, and a token that may only read 401', async () => {
  const stuck = new Promise<void>(() => undefined);
  site.engine.run = () => stuck;
  const { id } = await site.create();
  const { status, body } = await patch({ expires_at: inDays(1) }, { id: Number(id) });
  expect([status, body['detail']]).toEqual([409, expect.stringContaining('is processing')]);
  await site.ask(`exports/${String(id)}/`, { method: 'DELETE' });
  site.engine.run = async () => undefined;
  const other = await insertToken(site.parts.database, { scopes: ['exports:write'], name: 'other' });
  expect((await patch({ expires_at: inDays(1) }, { token: other.token })).status).toBe(404);
  const reader = await insertToken(site.parts.database, { scopes: ['exports:read'], name: 'reader' });
  expect((await patch({ expires_at: inDays(1) }, { token: reader.token })).status).toBe(401);
});

test('once its time is over it is gone at once: no address, no download, no extension', async () => {
  const { download_url: download } = await site.waitFor(exportId, 'complete');
  const link = (await site.ask(String(download))).headers.get('Location');
  await letExpire();
  expect(await site.waitFor(exportId, 'gone')).toMatchObject({ download_url: null });
  expect((await site.ask(String(download))).status).toBe(410);
  expect((await site.app.request(String(link))).status).toBe(410);
  const { status, body } = await patch({ expires_at: inDays(1) });
  expect([status, body['detail']]).toEqual([410, expect.stringContaining('create the export again')]);
});

test('asking for one that has expired leaves the archive to those who share it', async () => {
  const name = 'shared';
  const first = Number((await site.create({ name }))['id']);
  await site.waitFor(first, 'complete');
  const second = Number((await site.create({ name }))['id']);
  expect(await site.waitFor(second, 'complete')).toMatchObject({ reused: true });
  await letExpire(first);
  expect((await site.ask(`exports/${first}/download/`)).status).toBe(410);
  expect((await site.ask(`exports/${second}/download/`)).status).toBe(302);
  await expireExports(site.parts.objectStore, site.parts.runStore);
  expect((await site.ask(`exports/${second}/download/`)).status).toBe(302);
  await letExpire(second);
  await expireExports(site.parts.objectStore, site.parts.runStore);
  expect((await site.ask(`exports/${second}/download/`)).status).toBe(410);
  const third = await site.create({ name });
  expect(third).toMatchObject({ reused: false });
  await site.waitFor(third['id'], 'complete');
});

test('the object of an archive that nobody can have any more is removed', async () => {
  const [row] = await site.parts.database.query<{ key: string }>(
    `SELECT archive_key AS key FROM outcrop.runs JOIN outcrop.exports ON run_id = runs.id WHERE exports.id = $1`,
    [exportId],
  );
  expect(await site.parts.objectStore.stat(row!.key)).not.toBeNull();
  await letExpire();
  await expireExports(site.parts.objectStore, site.parts.runStore);
  expect(await site.parts.objectStore.stat(row!.key)).toBeNull();
});

test('who put the end off is written down, with the end; what was refused is not', async () => {
  const until = inDays(20);
  await patch({ expires_at: until });
  await patch({ expires_at: inDays(2000) });
  const filters = [{ attribute: 'export', operator: 'is', values: [exportId] }] as const;
  const part = { filters, sort: null, offset: 0, limit: 100 };
  const { records } = await listAudit(site.parts.database, part);
  const kept = records.filter(({ action }) => action === 'export-kept');
  expect(kept).toMatchObject([{ token_name: 'tests', items: [expect.stringContaining('layers/2')] }]);
  expect(Date.parse(kept[0]!.detail!)).toBe(Date.parse(until));
});
