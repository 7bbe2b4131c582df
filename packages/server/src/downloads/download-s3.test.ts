import { startS3, type TestS3, testS3Credentials } from '@outcrop/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { S3Bucket } from '../storage/s3-bucket.ts';
import { s3ObjectStore } from '../storage/s3-object-store.ts';
import { parseStorageUrl } from '../storage/storage-url.ts';
import { fakeArchive } from '../testing/fake-engine.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';

for (const [name, value] of Object.entries(testS3Credentials)) vi.stubEnv(name, value);

let s3: TestS3;
let bucket: S3Bucket;
let site: TestSite;
let exportId: unknown;

beforeAll(async () => {
  s3 = await startS3();
  bucket = new S3Bucket(parseStorageUrl(s3.storageUrl, null), { maxAttempts: 1 });
  site = await openTestSite({ objectStore: s3ObjectStore(bucket, { isSigning: true }) });
  exportId = (await site.create({ name: 'Roads' }))['id'];
  await site.waitFor(exportId, 'complete');
}, 60_000);

afterAll(async () => {
  await site.close();
  await s3[Symbol.asyncDispose]();
});

async function addressOf(method = 'GET'): Promise<URL> {
  const response = await site.ask(`exports/${String(exportId)}/download/`, { method });
  expect(response.status).toBe(302);
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  return new URL(response.headers.get('Location') ?? '');
}

test('HEAD redirects to the store, which describes the archive; it is not a download', async () => {
  const head = await fetch(await addressOf('HEAD'), { method: 'HEAD' });
  expect(head.status).toBe(200);
  expect(Object.fromEntries(head.headers)).toMatchObject({
    'content-length': String(fakeArchive.length),
    'content-type': 'application/zip',
    'content-disposition': `attachment; filename="kx-roads.zip"; filename*=UTF-8''kx-roads.zip`,
    'accept-ranges': 'bytes',
  });
  expect(await site.waitFor(exportId, 'complete')).toMatchObject({ downloaded_at: null });
});

test('GET redirects to the store for a quarter of an hour, and is noted', async () => {
  const address = await addressOf();
  expect(address.origin).toBe(s3.endpoint.origin);
  expect(address.searchParams.get('X-Amz-Expires')).toBe('900');
  expect(address.href).not.toContain(testS3Credentials.AWS_SECRET_ACCESS_KEY.repeat(2));
  expect(await (await fetch(address)).text()).toBe(fakeArchive.toString());
  const part = await fetch(address, { headers: { Range: 'bytes=10-' } });
  expect([part.status, await part.text()]).toEqual([206, fakeArchive.subarray(10).toString()]);
  expect(await site.waitFor(exportId, 'complete')).toMatchObject({ downloaded_at: expect.any(String) });
});

test('the link of the page leads there too', async () => {
  const made = await site.ask(`http://localhost/services/page/exports/${String(exportId)}/download`, {
    method: 'POST',
  });
  const { url } = (await made.json()) as { url: string };
  expect(url).toMatch(/^http:\/\/localhost\/services\/download\//);
  const redirect = await site.app.request(url);
  expect(redirect.status).toBe(302);
  expect(await (await fetch(redirect.headers.get('Location')!)).text()).toBe(fakeArchive.toString());
});

test('a site whose store is not to be seen from outside sends the archive itself, in parts too', async () => {
  const app = site.appWith({ objectStore: s3ObjectStore(bucket, { isSigning: false }) });
  const link = await site.ask(`http://localhost/services/page/exports/${String(exportId)}/download`, {
    method: 'POST',
  });
  const { url } = (await link.json()) as { url: string };
  const whole = await app.request(url);
  expect([whole.status, await whole.text()]).toEqual([200, fakeArchive.toString()]);
  const part = await app.request(url, { headers: { Range: 'bytes=3-5' } });
  expect([part.status, await part.text()]).toEqual([206, fakeArchive.subarray(3, 6).toString()]);
});

test('a store that does not answer is 503, and the export is not taken for gone', async () => {
  s3.intercept = (_request, response) => {
    response.writeHead(500).end();
    return true;
  };
  const response = await site.ask(`exports/${String(exportId)}/download/`);
  s3.intercept = () => false;
  expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5']);
  expect(await response.json()).toEqual({ detail: expect.stringContaining('ask again') });
  expect((await site.ask(`exports/${String(exportId)}/download/`)).status).toBe(302);
});

test('an archive that was removed from the bucket is gone', async () => {
  const { id } = await site.create();
  await site.waitFor(id, 'complete');
  await site.parts.objectStore.deletePrefix('');
  expect((await site.ask(`exports/${String(id)}/download/`)).status).toBe(410);
  expect(await site.waitFor(id, 'gone')).toMatchObject({ download_url: null });
});
