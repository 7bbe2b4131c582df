import { rm } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { newestArchive } from '../testing/archive-file.ts';
import { deferred } from '../testing/deferred.ts';
import { fakeArchive, fakeArchiveSha256 } from '../testing/fake-engine.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';

let site: TestSite;
let exportId: unknown;

beforeAll(async () => {
  site = await openTestSite();
  exportId = (await site.create({ name: 'Roads' }))['id'];
  await site.waitFor(exportId, 'complete');
}, 60_000);

afterAll(() => site.close());

const etag = `"${fakeArchiveSha256}"`;

function download(headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return site.ask(`exports/${String(exportId)}/download/`, { method, headers });
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
  await rm(await newestArchive(site.folder));
  for (const method of ['GET', 'HEAD']) {
    expect((await site.ask(`exports/${String(id)}/download/`, { method })).status).toBe(410);
  }
  expect(await site.waitFor(id, 'gone')).toMatchObject({ download_url: null });
});
