import { rm } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { newestArchive } from '../testing/archive-file.ts';
import { deferred } from '../testing/deferred.ts';
import { fakeArchive, fakeArchiveSha256 } from '../testing/fake-engine.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';
import { insertToken } from '../tokens/token-store.ts';
import { DownloadTickets } from './download-tickets.ts';

let site: TestSite;
let exportId: unknown;

beforeAll(async () => {
  site = await openTestSite();
  exportId = (await site.create({ name: 'Roads' }))['id'];
  await site.waitFor(exportId, 'complete');
}, 60_000);

afterAll(() => site.close());

const etag = `"${fakeArchiveSha256}"`;

/** Where the site says that the archive is. */
async function addressOf(id: unknown, method = 'GET'): Promise<string> {
  const response = await site.ask(`exports/${String(id)}/download/`, { method });
  expect([response.status, await response.text()]).toEqual([302, '']);
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  return response.headers.get('Location') ?? '';
}

async function download(headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return site.app.request(await addressOf(exportId, method), { method, headers });
}

async function bytesOf(response: Response): Promise<string> {
  return Buffer.from(await response.arrayBuffer()).toString();
}

test('HEAD describes the archive, sends nothing, and is not a download', async () => {
  const response = await download({ Range: 'bytes=0-1' }, 'HEAD');
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-length': String(fakeArchive.length),
    'content-type': 'application/zip',
    'content-disposition': `attachment; filename="kx-roads.zip"; filename*=UTF-8''kx-roads.zip`,
    'accept-ranges': 'bytes',
    etag,
    'repr-digest': `sha-256=:${Buffer.from(fakeArchiveSha256, 'hex').toString('base64')}:`,
  });
  expect(await bytesOf(response)).toBe('');
  expect(await site.waitFor(exportId, 'complete')).toMatchObject({ downloaded_at: null });
});

test('the API redirects to a signed address of the site, which works without the key and with it', async () => {
  const address = await addressOf(exportId);
  expect(address).toMatch(
    new RegExp(`^http://localhost/services/download/${String(exportId)}/\\d+\\.\\d+\\.[\\w-]{43}$`),
  );
  for (const Authorization of ['key 0123456789abcdef0123456789abcdef', 'nonsense']) {
    expect((await site.app.request(address, { method: 'HEAD', headers: { Authorization } })).status).toBe(
      200,
    );
  }
});

test('GET sends it, and the first one is noted', async () => {
  const response = await download();
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Length')).toBe(String(fakeArchive.length));
  expect(await bytesOf(response)).toBe(fakeArchive.toString());
  const { downloaded_at: first } = await site.waitFor(exportId, 'complete');
  expect(first).toEqual(expect.any(String));
  await bytesOf(await download());
  expect(await site.waitFor(exportId, 'complete')).toMatchObject({ downloaded_at: first });
});

test.each([
  ['bytes=0-1', 0, 2],
  ['bytes=10-', 10, fakeArchive.length],
  ['bytes=-5', fakeArchive.length - 5, fakeArchive.length],
  ['bytes=3-99999', 3, fakeArchive.length],
  ['bytes=-99999', 0, fakeArchive.length],
])('%s gives that part', async (range, start, end) => {
  const response = await download({ Range: range, 'If-Range': etag });
  expect(response.status).toBe(206);
  expect(response.headers.get('Content-Range')).toBe(`bytes ${start}-${end - 1}/${fakeArchive.length}`);
  expect(response.headers.get('Content-Length')).toBe(String(end - start));
  expect(await bytesOf(response)).toBe(fakeArchive.subarray(start, end).toString());
});

test.each(['bytes=99999-', 'bytes=-0'])('%s is outside the archive', async (range) => {
  const response = await download({ Range: range });
  expect(response.status).toBe(416);
  expect(response.headers.get('Content-Range')).toBe(`bytes */${fakeArchive.length}`);
});

test.each(['bytes=0-1,3-4', 'bytes=5-3', 'bytes=-', 'lines=0-1', 'bytes=x-y'])(
  '%s is no range that is understood, so all is sent',
  async (range) => {
    const response = await download({ Range: range });
    expect(response.status).toBe(200);
    expect(await bytesOf(response)).toBe(fakeArchive.toString());
  },
);

test('a range of an older archive is answered with the whole of this one', async () => {
  const response = await download({ Range: 'bytes=10-', 'If-Range': '"older"' });
  expect(response.status).toBe(200);
  expect(await bytesOf(response)).toBe(fakeArchive.toString());
});

test.each([etag, `W/${etag}`, '*', `"a", ${etag}`])(
  'If-None-Match: %s is answered with 304',
  async (condition) => {
    const response = await download({ 'If-None-Match': condition });
    expect(response.status).toBe(304);
    expect(response.headers.get('ETag')).toBe(etag);
  },
);

test('an export that is not complete has no archive', async () => {
  const goOn = deferred();
  site.engine.run = () => goOn.promise;
  const { id } = await site.create();
  const response = await site.ask(`exports/${String(id)}/download/`);
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ detail: expect.stringContaining('processing') });
  goOn.resolve();
  await site.waitFor(id, 'complete');
  site.engine.run = async () => undefined;
});

test('an archive that was removed is gone', async () => {
  const { id } = await site.create();
  await site.waitFor(id, 'complete');
  const address = await addressOf(id);
  await rm(await newestArchive(site.folder));
  for (const method of ['GET', 'HEAD']) {
    expect((await site.ask(`exports/${String(id)}/download/`, { method })).status).toBe(410);
    expect((await site.app.request(address, { method })).status).toBe(410);
  }
  expect(await site.waitFor(id, 'gone')).toMatchObject({ download_url: null });
});

describe('a signed address', () => {
  test('that was altered in any part opens nothing', async () => {
    const { id: other } = await site.create();
    await site.waitFor(other, 'complete');
    const address = await addressOf(exportId);
    const [owner = '', expires = '', signature = ''] = address.split('/').at(-1)!.split('.');
    const root = `http://localhost/services/download/`;
    const flipped = (index: number): string =>
      signature.slice(0, index) + (signature[index] === 'A' ? 'B' : 'A') + signature.slice(index + 1);
    for (const altered of [
      `${root}${String(other)}/${owner}.${expires}.${signature}`,
      `${root}${String(exportId)}/${Number(owner) + 1}.${expires}.${signature}`,
      `${root}${String(exportId)}/0.${expires}.${signature}`,
      `${root}${String(exportId)}/${owner}.${Number(expires) + 1}.${signature}`,
      `${root}${String(exportId)}/0${owner}.${expires}.${flipped(5)}`,
      ...Array.from(
        { length: 43 },
        (_, index) => `${root}${String(exportId)}/${owner}.${expires}.${flipped(index)}`,
      ),
      ...['', 'open', 'x', `${owner}.${expires}.`, `${owner}.${expires}.${'A'.repeat(43)}`].map(
        (ticket) => `${root}${String(exportId)}/${ticket}`,
      ),
      `${root}999999999999/${owner}.${expires}.${signature}`,
    ]) {
      expect((await site.app.request(altered)).status).toBe(404);
    }
    expect((await site.app.request(address)).status).toBe(200);
  });

  test('is late after the time that is set', async () => {
    const address = await addressOf(exportId);
    try {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 899_000 });
      expect((await site.app.request(address)).status).toBe(200);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3000 });
      const late = await site.app.request(address);
      expect([late.status, await late.json()]).toEqual([
        410,
        { detail: expect.stringContaining('ask for the download again') },
      ]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('ends with the right of its token', async () => {
    const { token, id } = await insertToken(site.parts.database, {
      scopes: ['exports:read', 'exports:write', 'layers:read'],
      name: '',
    });
    const headers = { Authorization: `key ${token}` };
    const made = await site.ask('exports/', {
      method: 'POST',
      headers,
      body: JSON.stringify({ items: [{ item: 'tables/3' }], formats: { table: 'text/csv' } }),
    });
    const created = (await made.json()) as { id: number };
    await vi.waitFor(async () => {
      const response = await site.ask(`exports/${created.id}/`, { headers });
      expect(await response.json()).toMatchObject({ state: 'complete' });
    });
    const answer = await site.ask(`exports/${created.id}/download/`, { headers });
    const address = answer.headers.get('Location')!;
    expect((await site.app.request(address)).status).toBe(200);
    await site.parts.database.query(`UPDATE outcrop.tokens SET scopes = '{layers:read}' WHERE id = $1`, [id]);
    expect((await site.app.request(address)).status).toBe(404);
  });

  test('of the local user ends when the site is no longer open', async () => {
    const open = site.appWith({ access: 'open' });
    const made = await open.request(site.at('exports/'), {
      method: 'POST',
      body: JSON.stringify({ items: [{ item: 'tables/3' }], formats: { table: 'text/csv' } }),
    });
    const { id } = (await made.json()) as { id: number };
    await vi.waitFor(async () => {
      const response = await open.request(site.at(`exports/${id}/`));
      expect(await response.json()).toMatchObject({ state: 'complete' });
    });
    const answer = await open.request(site.at(`exports/${id}/download/`));
    const address = answer.headers.get('Location')!;
    expect((await open.request(address)).status).toBe(200);
    expect((await site.app.request(address)).status).toBe(404);
  });

  test('is known to every process of the site, and to no other site', async () => {
    const address = await addressOf(exportId);
    const again = await DownloadTickets.open(site.parts.database);
    expect((await site.appWith({ downloadTickets: again }).request(address)).status).toBe(200);
    await site.parts.database.query('DELETE FROM outcrop.secrets');
    const other = await DownloadTickets.open(site.parts.database);
    expect((await site.appWith({ downloadTickets: other }).request(address)).status).toBe(404);
  });
});
