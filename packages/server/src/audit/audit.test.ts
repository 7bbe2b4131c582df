import { Writable } from 'node:stream';

import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { openTestSite, testConfig, type TestSite } from '../testing/test-site.ts';
import { insertToken } from '../tokens/token-store.ts';
import { type AuditActor, boxOf } from './audit-entry.ts';
import { type AuditRecord, forgetOldAudit, listAudit, writeAudit } from './audit-log.ts';

// Each export that a test waits for takes a while on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

let site: TestSite;

beforeAll(async () => {
  site = await openTestSite({
    config: testConfig
      .replace(/(id: 3,.*) \}/, '$1, download: [] }')
      .replace(/(id: 1,.*) \}/, '$1, view: [] }'),
  });
}, 60_000);

afterAll(() => site.close());

async function linesOf(exportId: unknown): Promise<AuditRecord[]> {
  const filters = [{ attribute: 'export', operator: 'is', values: [Number(exportId)] }] as const;
  const part = { filters, sort: { attribute: 'id', isDescending: false }, offset: 0, limit: 100 };
  return (await listAudit(site.parts.database, part)).records;
}

async function lastLine(): Promise<AuditRecord | undefined> {
  const { records } = await listAudit(site.parts.database, { filters: [], sort: null, offset: 0, limit: 1 });
  return records[0];
}

/** Where the archive of an export can be had. */
async function archiveOf(exportId: unknown): Promise<string> {
  const response = await site.ask(`exports/${String(exportId)}/download/`);
  return response.headers.get('Location') ?? '';
}

/** A triangle that only its corners tell apart from its box. */
const triangle = {
  type: 'Polygon',
  coordinates: [
    [
      [170, -45],
      [175.123456, -45],
      [172.654321, -41.5],
      [170, -45],
    ],
  ],
};

test('an export is written down: who, what with which versions, where, how large', async () => {
  const created = await site.create({ extent: triangle });
  const lines = await linesOf(created['id']);
  const version = site.parts.site.readSource(site.parts.site.findLayer(2)!).version;
  expect(lines).toEqual([
    {
      id: expect.any(Number),
      at: expect.stringMatching(/Z$/),
      action: 'export-created',
      token_id: expect.any(Number),
      token_name: 'tests',
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      remote_address: null,
      export_id: created['id'],
      subject_token_id: null,
      items: [`layers/2/versions/${version}/`],
      bbox: [170, -45, 175.123456, -41.5],
      crs: 'EPSG:2193',
      formats: { vector: 'application/x-ogc-gpkg' },
      bytes: created['size_estimate_zipped'],
      detail: null,
    },
  ]);
  expect(JSON.stringify(lines)).not.toContain('172.654321');
});

test('the line names the request that the log of the site has', async () => {
  const response = await site.send('exports/', {
    items: [{ item: 'layers/2' }],
    formats: { vector: 'text/csv' },
    crs: 'EPSG:2193',
  });
  const { id } = (await response.json()) as { id: number };
  expect((await linesOf(id))[0]?.request_id).toBe(response.headers.get('X-Request-Id'));
});

test('an export that cannot be written down is not made: both are written, or neither', async () => {
  const { database } = site.parts;
  const count = async (): Promise<number> => (await database.query('SELECT id FROM outcrop.exports')).length;
  const before = await count();
  await database.runScript(`
    CREATE FUNCTION outcrop.refuse_audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''full''; END';
    CREATE TRIGGER audit_is_full BEFORE INSERT ON outcrop.audit FOR EACH ROW EXECUTE FUNCTION outcrop.refuse_audit();
  `);
  const body = { items: [{ item: 'layers/2' }], formats: { vector: 'text/csv' }, crs: 'EPSG:2193' };
  const response = await site.send('exports/', body);
  await database.runScript('DROP TRIGGER audit_is_full ON outcrop.audit');
  expect([response.status, await count()]).toEqual([500, before]);
});

test('a create that is sent again with its key is written down once', async () => {
  const body = JSON.stringify({
    items: [{ item: 'layers/2' }],
    formats: { vector: 'text/csv' },
    crs: 'EPSG:2193',
  });
  const sent = { method: 'POST', body, headers: { 'Idempotency-Key': 'again' } };
  const { id } = (await (await site.ask('exports/', sent)).json()) as { id: number };
  await site.ask('exports/', sent);
  expect(await linesOf(id)).toHaveLength(1);
});

test('a download is written down with its bytes, once however many parts it is read in', async () => {
  const { id } = await site.create();
  await site.waitFor(id, 'complete');
  const download = async (headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
    site.app.request(await archiveOf(id), { headers, method });
  await download({}, 'HEAD');
  const whole = await download();
  const bytes = Number(whole.headers.get('Content-Length'));
  await whole.body?.cancel();
  for (const range of ['bytes=1-1', 'bytes=2-']) await (await download({ Range: range })).body?.cancel();
  await download({ 'If-None-Match': whole.headers.get('ETag') ?? '' });
  const lines = (await linesOf(id)).filter(({ action }) => action === 'export-downloaded');
  expect(lines).toMatchObject([{ bytes, items: ['layers/2/'], token_name: 'tests' }]);
});

test('a download that begins in the middle is written down all the same', async () => {
  const { id } = await site.create();
  await site.waitFor(id, 'complete');
  const part = await site.app.request(await archiveOf(id), { headers: { Range: 'bytes=1-' } });
  await part.body?.cancel();
  expect((await linesOf(id)).map(({ action }) => action)).toEqual(['export-created', 'export-downloaded']);
});

test('a create that is refused for want of rights is written down, one that is refused otherwise is not', async () => {
  const send = (item: string): Promise<Response> =>
    site.send('exports/', {
      items: [{ item: 'layers/2' }, { item }],
      formats: { vector: 'text/csv', table: 'text/csv' },
      crs: 'EPSG:2193',
    });
  expect((await send('tables/3')).status).toBe(400);
  expect(await lastLine()).toMatchObject({
    action: 'export-refused',
    items: ['tables/3/'],
    token_name: 'tests',
  });
  expect((await send('layers/1/versions/7')).status).toBe(400);
  expect(await lastLine()).toMatchObject({ action: 'export-refused', items: ['layers/1/'] });
  const before = await lastLine();
  expect((await send('layers/99')).status).toBe(400);
  expect((await send('layers/4')).status).toBe(400);
  expect(await lastLine()).toEqual(before);
});

test('a line outlives its export and its token’s end', async () => {
  const { id } = await site.create();
  await site.waitFor(id, 'complete');
  await site.parts.database.query('DELETE FROM outcrop.exports WHERE id = $1', [id]);
  expect(await linesOf(id)).toHaveLength(1);
});

test('neither the log of the site nor that of exports ever holds a token', async () => {
  let written = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  const app = site.appWith({ logger: pino({ level: 'trace' }, stream) });
  const scopes = ['exports:write', 'exports:read', 'layers:read', 'admin'];
  const { token } = await insertToken(site.parts.database, { scopes, name: 'secretive' });
  const headers = { Authorization: `key ${token}` };
  const tables = { items: [{ item: 'layers/2' }], formats: { vector: 'text/csv' }, crs: 'EPSG:2193' };
  for (const [path, body] of [
    [site.at('exports/'), tables],
    [`${site.at('layers/')}?token=${token}`, null],
    ['http://localhost/services/admin/tokens/', { scopes: ['admin'] }],
  ] as const) {
    await app.request(path, {
      headers,
      ...(body === null ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
  }
  expect(written.split('\n').length).toBeGreaterThan(3);
  expect(written).not.toContain(token);
  const log = await site.parts.database.query('SELECT * FROM outcrop.audit');
  expect(JSON.stringify(log)).not.toContain(token);
});

test('old lines are forgotten, unless the log is kept for ever', async () => {
  const { database } = site.parts;
  const actor: AuditActor = { tokenId: null, tokenName: 'old', requestId: null, remoteAddress: null };
  await writeAudit(database, actor, { action: 'token-created' });
  await database.query(
    `INSERT INTO outcrop.audit (at, action, token_name) VALUES (now() - interval '3 days', 'export-created', 'old')`,
  );
  expect(await forgetOldAudit(database, null)).toBe(0);
  expect(await forgetOldAudit(database, 4)).toBe(0);
  expect(await forgetOldAudit(database, 2)).toBe(1);
  expect(await database.query(`SELECT id FROM outcrop.audit WHERE token_name = 'old'`)).toHaveLength(1);
});

test('a box is that of all corners', () => {
  const square = (x: number, y: number): [number, number][][] => [
    [
      [x, y],
      [x + 1, y],
      [x + 1, y + 1],
      [x, y],
    ],
  ];
  expect(boxOf({ type: 'MultiPolygon', coordinates: [square(170, -40), square(185, -10)] })).toEqual([
    170, -40, 186, -9,
  ]);
  expect(boxOf({ type: 'MultiPolygon', coordinates: [] })).toBeNull();
});
