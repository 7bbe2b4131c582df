import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { startS3, type TestS3, testS3Credentials } from '@outcrop/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { objectStoreContract } from '../testing/object-store.contract.ts';
import type { ObjectStore } from './object-store.ts';
import { openObjectStore } from './open-object-store.ts';
import { S3Bucket, type S3Patience } from './s3-bucket.ts';
import { s3ObjectStore } from './s3-object-store.ts';
import { StorageError } from './storage-error.ts';
import { parseStorageUrl } from './storage-url.ts';

for (const [name, value] of Object.entries(testS3Credentials)) vi.stubEnv(name, value);

const impatience: S3Patience = { maxAttempts: 2, connectMs: 500, answerMs: 500, silenceMs: 500 };

function storeOf(s3: TestS3, options = ''): ObjectStore {
  const settings = parseStorageUrl(s3.storageUrl + options, null);
  return s3ObjectStore(new S3Bucket(settings, impatience), { isSigning: true });
}

describe('objects in a bucket', () => {
  objectStoreContract(async () => {
    const s3 = await startS3();
    return {
      store: s3ObjectStore(new S3Bucket(parseStorageUrl(s3.storageUrl, null)), { isSigning: true }),
      unfinished: () => s3.unfinished(),
      [Symbol.asyncDispose]: () => s3[Symbol.asyncDispose](),
    };
  });
});

describe('what only a bucket has', () => {
  let s3: TestS3;
  let store: ObjectStore;
  let folder: URL;

  beforeEach(async () => {
    s3 = await startS3();
    store = storeOf(s3);
    folder = pathToFileURL(`${await mkdtemp(join(tmpdir(), 'outcrop-s3-files-'))}/`);
  });

  afterEach(async () => {
    await s3[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  async function put(key: string, content: string | Buffer): Promise<void> {
    await writeFile(new URL('draft', folder), content);
    await store.put(key, new URL('draft', folder));
  }

  const sign = (method: 'GET' | 'HEAD', validSeconds = 60): Promise<URL> =>
    store.sign!('1/archive.zip', {
      method,
      contentType: 'application/zip',
      contentDisposition: `attachment; filename="kx-roads.zip"; filename*=UTF-8''kx-roads.zip`,
      validSeconds,
    });

  test('a signed address gives the object with name and type, in parts too', async () => {
    await put('1/archive.zip', 'PK of the archive');
    const url = await sign('GET');
    expect(url.pathname).toBe('/archives/site/1/archive.zip');
    const whole = await fetch(url);
    expect([whole.status, await whole.text()]).toEqual([200, 'PK of the archive']);
    expect(whole.headers.get('content-type')).toBe('application/zip');
    expect(whole.headers.get('content-disposition')).toBe(
      `attachment; filename="kx-roads.zip"; filename*=UTF-8''kx-roads.zip`,
    );
    const part = await fetch(url, { headers: { range: 'bytes=0-1' } });
    expect([part.status, await part.text()]).toEqual([206, 'PK']);
    const head = await fetch(await sign('HEAD'), { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '17']);
  });

  test('a signed address that was altered, is late, or is of another method opens nothing', async () => {
    await put('1/archive.zip', 'PK');
    await put('2/archive.zip', 'other');
    const url = await sign('GET');
    const altered = [
      url.href.replace('/1/', '/2/'),
      url.href.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000'),
      url.href.replace('kx-roads', 'evil'),
      url.href.replace(/X-Amz-Signature=./, 'X-Amz-Signature=0'),
    ];
    for (const address of altered.filter((one) => one !== url.href)) {
      expect((await fetch(address)).status).toBe(403);
    }
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(403);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 120_000 });
    const late = await sign('GET');
    vi.useRealTimers();
    expect((await fetch(late)).status).toBe(403);
  });

  test('addresses for those who download may be of another host', async () => {
    const url = await storeOf(s3, '&public_endpoint=https://files.example.org').sign!('1/a', {
      method: 'GET',
      contentType: 'application/zip',
      contentDisposition: 'attachment',
      validSeconds: 60,
    });
    expect([url.origin, url.pathname]).toEqual(['https://files.example.org', '/archives/site/1/a']);
  });

  test('a request that fails for a moment is made again', async () => {
    await put('1/a', 'x');
    let failures = 1;
    s3.intercept = (_request, response) => {
      if (failures-- <= 0) return false;
      response.writeHead(503, { 'content-type': 'application/xml' });
      response.end('<Error><Code>SlowDown</Code><Message>Slow</Message></Error>');
      return true;
    };
    expect(await new Response(await store.read('1/a')).text()).toBe('x');
  });

  test.each([
    ['an error of the service', 500, 'InternalError', true],
    ['too many requests', 503, 'SlowDown', true],
    ['no permission', 403, 'AccessDenied', false],
    ['no bucket', 404, 'NoSuchBucket', false],
  ])('%s is a StorageError that says so', async (_, status, code, isRetryable) => {
    s3.intercept = (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': 'R1' });
      response.end(`<Error><Code>${code}</Code><Message>secret-looking message</Message></Error>`);
      return true;
    };
    const error = await store.read('1/archive.zip').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(StorageError);
    expect(error).toMatchObject({ code, isRetryable });
    expect(String(error)).toMatch(
      new RegExp(`could not read 1/archive\\.zip: ${code} \\(HTTP ${status}\\).*\\[request R1\\]`),
    );
    expect(JSON.stringify(error) + String(error)).not.toMatch(/S3RVER|secret-looking|127\.0\.0\.1/);
  });

  test('a service that says nothing is given up after the time that is set', async () => {
    s3.intercept = () => true;
    await expect(store.stat('1/a')).rejects.toMatchObject({ name: 'StorageError', isRetryable: true });
    expect(s3.requests.filter((one) => one.startsWith('HEAD'))).toHaveLength(impatience.maxAttempts);
  });

  test('a service that is not there can be tried again later', async () => {
    await s3[Symbol.asyncDispose]();
    await expect(store.stat('1/a')).rejects.toMatchObject({ code: 'ECONNREFUSED', isRetryable: true });
    s3 = await startS3();
  });

  test('an upload in parts that fails is aborted: no part and no object is left', async () => {
    s3.intercept = (request, response) => {
      if (!/partNumber=2/.test(request.url ?? '')) return false;
      request.resume();
      response.writeHead(500).end();
      return true;
    };
    await expect(put('1/large', randomBytes(30_000_000))).rejects.toMatchObject({ name: 'StorageError' });
    expect(s3.requests.filter((one) => one.startsWith('DELETE'))).toHaveLength(1);
    expect(await s3.unfinished()).toEqual([]);
    expect(await store.stat('1/large')).toBeNull();
    expect(await readdir(folder)).toEqual(['draft']);
  });

  test('an upload in parts that is given up half-way is aborted too', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    s3.intercept = (request) => {
      if (/partNumber=3/.test(request.url ?? '')) controller.abort(reason);
      return false;
    };
    await writeFile(new URL('draft', folder), randomBytes(60_000_000));
    const putting = store.put('1/large', new URL('draft', folder), { signal: controller.signal });
    await expect(putting).rejects.toBe(reason);
    expect(await s3.unfinished()).toEqual([]);
    expect(await store.stat('1/large')).toBeNull();
  });

  test('uploads that were killed go when they are old', async () => {
    s3.intercept = (request, response) => {
      // As after a kill: neither the last part nor the abort gets there.
      if (request.method !== 'DELETE' && !/partNumber=3/.test(request.url ?? '')) return false;
      request.resume();
      response.writeHead(500).end();
      return true;
    };
    await expect(put('1/large', randomBytes(30_000_000))).rejects.toThrow(StorageError);
    expect(await s3.unfinished()).toHaveLength(1);
    s3.intercept = () => false;
    expect(await store.deleteUnfinished(new Date(Date.now() - 3_600_000))).toBe(0);
    expect(await store.deleteUnfinished(new Date(Date.now() + 1000))).toBe(1);
    expect(await s3.unfinished()).toEqual([]);
  });

  test('a fetch whose connection breaks goes on where it broke', async () => {
    const bytes = randomBytes(3_000_000);
    await put('1/a', bytes);
    let breaks = 2;
    s3.intercept = (request, response) => {
      if (request.method !== 'GET' || breaks-- <= 0) return false;
      const write = response.write.bind(response) as (chunk: Buffer) => boolean;
      let sent = 0;
      response.write = ((chunk: Buffer) => {
        sent += chunk.length;
        if (sent > 500_000) response.destroy();
        return write(chunk);
      }) as typeof response.write;
      return false;
    };
    const target = new URL('fetched', folder);
    expect(await store.fetchTo('1/a', target)).toBe(true);
    expect(bytes.equals(await readFile(target))).toBe(true);
    expect(s3.requests.filter((one) => one.startsWith('GET'))).toHaveLength(3);
  });

  test('a bucket that does not exist, and a key that nobody knows, end the start with the remedy', async () => {
    const open = (url: string): Promise<ObjectStore> => openObjectStore(parseStorageUrl(url, null), folder);
    await expect(open(s3.storageUrl.replace('archives', 'nothing'))).rejects.toThrow(
      /could not open the bucket of STORAGE_URL: NotFound.*make the bucket/,
    );
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'NOBODY');
    await expect(open(s3.storageUrl)).rejects.toThrow(/STORAGE_URL.*permissions|check AWS_ACCESS_KEY_ID/);
    vi.stubEnv('AWS_ACCESS_KEY_ID', testS3Credentials.AWS_ACCESS_KEY_ID);
    expect((await open(s3.storageUrl)).sign).not.toBeNull();
    expect((await open(`${s3.storageUrl}&downloads=site`)).sign).toBeNull();
  });
});
