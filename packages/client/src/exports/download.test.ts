import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { ClientOptions } from '../client.ts';
import { DownloadError } from '../errors/download-error.ts';
import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import { NotFoundError } from '../errors/not-found-error.ts';
import { anExport } from '../node/testing/an-export.ts';
import { archive } from '../node/testing/archive-answer.ts';
import { localClient, testKey } from '../node/testing/local-client.ts';
import {
  type Answer,
  json,
  type LoopbackSite,
  plain,
  type Routes,
  startLoopbackSite,
} from '../node/testing/loopback-site.ts';
import type { Export } from './export.ts';

const bytes = randomBytes(300_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const name = 'kx-roads-SHP.zip';
const download = 'GET exports/9/download/';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outcrop-download-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function site(
  answers: Answer | Answer[],
  changes: Parameters<typeof anExport>[0] = {},
  more: Routes = {},
): Promise<LoopbackSite> {
  const complete = anExport({
    state: 'complete',
    download_url: '/services/api/v1/exports/9/download/',
    ...changes,
  });
  return startLoopbackSite({ 'GET exports/9/': json(200, complete), [download]: answers, ...more });
}

function complete({ url }: LoopbackSite, options?: ClientOptions): Promise<Export> {
  return localClient(url, options).exports.get(9);
}

test('a folder gets the file under the name that the site gives, with its bytes and digest', async () => {
  await using server = await site(archive(bytes));
  const progress: [number, number | null][] = [];
  const file = await (
    await complete(server)
  ).download(folder, { onProgress: (...step) => progress.push(step) });
  expect(file).toEqual({ name, path: join(folder, name), bytes: bytes.length, sha256 });
  expect(bytes.equals(await readFile(file.path))).toBe(true);
  expect(await readdir(folder)).toEqual([name]);
  expect(progress[0]).toEqual([0, bytes.length]);
  expect(progress.at(-1)).toEqual([bytes.length, bytes.length]);
  expect(server.requests[1]?.headers).toMatchObject({
    authorization: `key ${testKey}`,
    'accept-encoding': 'identity',
  });
});

test('a file path is replaced, a file URL is a path, and a folder refuses to replace unless told', async () => {
  await using server = await site(archive(bytes));
  const done = await complete(server);
  const path = join(folder, 'mine.zip');
  await writeFile(path, 'old');
  expect((await done.download(path)).bytes).toBe(bytes.length);
  expect((await done.download(pathToFileURL(path))).path).toBe(path);
  await writeFile(join(folder, name), 'old');
  await expect(done.download(folder)).rejects.toThrow(/already there/);
  expect(await readFile(join(folder, name), 'utf8')).toBe('old');
  expect((await done.download(folder, { overwrite: true })).bytes).toBe(bytes.length);
  expect((await readdir(folder)).toSorted()).toEqual([name, 'mine.zip']);
});

test('a connection that breaks again and again is taken up where it broke, until the file is whole', async () => {
  const cuts = Array.from({ length: 12 }, () =>
    archive(bytes, { cutAfter: 1 + Math.floor(Math.random() * 20_000) }),
  );
  await using server = await site([...cuts, archive(bytes)]);
  const received: number[] = [];
  const file = await (
    await complete(server)
  ).download(folder, { onProgress: (count) => received.push(count) });
  expect(file.sha256).toBe(sha256);
  expect(bytes.equals(await readFile(file.path))).toBe(true);
  expect(received).toEqual(received.toSorted((a, b) => a - b));
  expect(server.requests.at(-1)?.headers.range).toMatch(/^bytes=\d+-$/);
  expect(server.requests.at(-1)?.headers['if-range']).toBe(`"${sha256}"`);
});

test('connections that are cut at random, every one of them, end in the whole file', async () => {
  // Each connection brings at most 50,000 bytes, so that at least six are needed, and some bring nothing.
  const cuts = Array.from({ length: 200 }, () =>
    archive(bytes, { cutAfter: Math.max(0, Math.floor(Math.random() * 60_000) - 10_000) }),
  );
  await using server = await site(cuts);
  const done = await complete(server, { retry: { retries: 50, minMs: 1, maxMs: 1 } });
  const file = await done.download(folder, { chunkSize: 4096 });
  expect(file).toMatchObject({ bytes: bytes.length, sha256 });
  expect(bytes.equals(await readFile(file.path))).toBe(true);
  const starts = server.requests.slice(1).map(({ headers }) => Number(/\d+/.exec(headers.range ?? '0')?.[0]));
  expect(starts.length).toBeGreaterThanOrEqual(6);
  expect(starts).toEqual(starts.toSorted((a, b) => a - b));
});

test('an archive that has become shorter than what is here is taken from the start', async () => {
  const short = bytes.subarray(0, 1000);
  await using server = await site([archive(bytes, { cutAfter: 290_000 }), plain(416), archive(short)]);
  const file = await (await complete(server)).download(folder);
  expect(short.equals(await readFile(file.path))).toBe(true);
  expect(server.requests.at(-1)?.headers.range).toBeUndefined();
});

test('a site without ranges, and an archive that has changed, are taken from the start', async () => {
  const other = randomBytes(200_000);
  for (const second of [archive(bytes, { ranges: false }), archive(other)]) {
    await using server = await site([archive(bytes, { cutAfter: 50_000 }), second]);
    const path = join(folder, 'x.zip');
    const file = await (await complete(server)).download(path);
    expect(
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ).toBe(file.sha256);
  }
});

test('a weak tag is not resumed by', async () => {
  await using server = await site([
    archive(bytes, { cutAfter: 50_000, etag: 'W/"a"' }),
    archive(bytes, { etag: 'W/"a"' }),
  ]);
  expect((await (await complete(server)).download(folder)).sha256).toBe(sha256);
  expect(server.requests.at(-1)?.headers.range).toBeUndefined();
});

test('a download that stays broken leaves nothing behind, so that it can be tried again', async () => {
  await using server = await site([
    archive(bytes, { cutAfter: 1000 }),
    ...Array.from({ length: 8 }, () => archive(bytes, { cutAfter: 0 })),
    archive(bytes),
  ]);
  const done = await complete(server, { retry: { retries: 2, minMs: 1 } });
  const error = await done.download(folder).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(DownloadError);
  expect(String(error)).toMatch(/broke after \d+ of 300000 bytes/);
  expect(await readdir(folder)).toEqual([]);
});

test('resuming can be turned off', async () => {
  await using server = await site([archive(bytes, { cutAfter: 1000 }), archive(bytes)]);
  await expect((await complete(server)).download(folder, { resume: false })).rejects.toThrow(DownloadError);
  expect(server.requests).toHaveLength(2);
});

test('a body that stands still is taken up again', async () => {
  const stall: Answer = (response) => {
    response
      .writeHead(200, { 'content-length': '300000', etag: `"${sha256}"` })
      .write(bytes.subarray(0, 1000));
  };
  await using server = await site([stall, archive(bytes)]);
  expect((await (await complete(server)).download(folder, { timeoutMs: 200 })).sha256).toBe(sha256);
});

test.each([
  [
    'Repr-Digest',
    {},
    { 'repr-digest': `sha-256=:${createHash('sha256').update('other').digest('base64')}:` },
  ],
  ['the detail body', { sha256: createHash('sha256').update('other').digest('hex') }, {}],
])('an archive that is not what %s promises is kept aside', async (_, changes, headers) => {
  await using server = await site(archive(bytes, { headers }), changes);
  const done = await complete(server);
  await expect(done.download(folder)).rejects.toThrow(/SHA-256 is .* kept as .*kx-roads-SHP\.zip\.corrupt/);
  expect(await readdir(folder)).toEqual([`${name}.corrupt`]);
  expect((await done.download(folder, { verify: false })).sha256).toBeNull();
});

test('a redirect to another origin is followed without the key', async () => {
  await using store = await startLoopbackSite({ 'GET /bucket/9?signature=s3cret': archive(bytes) });
  const location = new URL('/bucket/9?signature=s3cret', store.url).href;
  await using server = await site(plain(302, '', { location }));
  expect((await (await complete(server)).download(folder)).sha256).toBe(sha256);
  expect(store.requests).toHaveLength(1);
  expect(store.requests[0]?.headers.authorization).toBeUndefined();
});

test('a download URL on another origin is asked without the key', async () => {
  await using store = await startLoopbackSite({ 'GET /9.zip': archive(bytes) });
  await using server = await site(plain(500), { download_url: new URL('/9.zip', store.url).href });
  await (await complete(server)).download(folder);
  expect(store.requests[0]?.headers.authorization).toBeUndefined();
});

test('a redirect out of the encrypted, and back from a foreign origin, never carries the key', async () => {
  await using server = await site(plain(302, '', { location: 'http://data.invalid/9.zip' }));
  await expect((await complete(server)).download(folder)).rejects.toMatchObject({ code: 'foreign-origin' });
  let back = '';
  await using store = await startLoopbackSite({
    'GET /hop': (response) => void response.writeHead(302, { location: back }).end(),
  });
  await using own = await site(
    plain(302, '', { location: new URL('/hop', store.url).href }),
    {},
    { 'GET /back': archive(bytes) },
  );
  back = new URL('/back', own.url).href;
  await (await complete(own)).download(folder);
  expect(own.requests.at(-1)).toMatchObject({ path: '/back' });
  expect(own.requests.at(-1)?.headers.authorization).toBeUndefined();
});

test('a signed address does not get into an error', async () => {
  await using store = await startLoopbackSite({});
  const location = new URL('/bucket/9?signature=s3cret', store.url).href;
  await using server = await site(plain(302, '', { location }));
  const error = await (await complete(server)).download(folder).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(NotFoundError);
  expect(String(error)).not.toContain('s3cret');
  expect(await readdir(folder)).toEqual([]);
});

test('a file name that is a path stays in the folder', async () => {
  await using server = await site(
    archive(bytes, { headers: { 'content-disposition': 'attachment; filename="../../evil.zip"' } }),
  );
  expect((await (await complete(server)).download(folder)).path).toBe(join(folder, 'evil.zip'));
});

test('a target that cannot be is an error before anything is asked', async () => {
  await using server = await site(archive(bytes));
  const done = await complete(server);
  await expect(done.download(join(folder, 'none/'))).rejects.toThrow(/does not exist; create it/);
  await expect(done.download(join(folder, 'none', 'x.zip'))).rejects.toThrow(/does not exist; create it/);
  expect(server.requests).toHaveLength(1);
});

test.each([
  ['processing', /wait\(\) for it first/],
  ['gone', /create it again/],
] as const)('an export that is %s has no archive', async (state, message) => {
  await using server = await site(archive(bytes), { state });
  const done = await complete(server);
  await expect(done.download(folder)).rejects.toThrow(InvalidArgumentError);
  await expect(done.download(folder)).rejects.toThrow(message);
});

test('an abort leaves nothing behind', async () => {
  await using server = await site(archive(bytes));
  const controller = new AbortController();
  const reason = new Error('enough');
  const done = await complete(server);
  const running = done.download(folder, {
    signal: controller.signal,
    onProgress: () => controller.abort(reason),
  });
  await expect(running).rejects.toBe(reason);
  expect(await readdir(folder)).toEqual([]);
});

test('without a target the archive is a stream, whole over broken connections', async () => {
  await using server = await site([archive(bytes, { cutAfter: 10_000 }), archive(bytes)]);
  const { name: fileName, totalBytes, stream } = await (await complete(server)).download();
  expect([fileName, totalBytes]).toEqual([name, bytes.length]);
  expect(bytes.equals(Buffer.from(await new Response(stream).arrayBuffer()))).toBe(true);
});

test('a stream fails where the archive is not what was promised', async () => {
  await using server = await site(archive(bytes), { sha256: '0'.repeat(64) });
  const { stream } = await (await complete(server)).download();
  await expect(new Response(stream).arrayBuffer()).rejects.toThrow(/SHA-256/);
});

test('a web stream and a Node stream get the bytes, at their own pace, and stay open', async () => {
  await using server = await site(archive(bytes));
  const done = await complete(server);
  const chunks: Uint8Array[] = [];
  const close = vi.fn<() => void>();
  const web = new WritableStream<Uint8Array>({ write: (chunk) => void chunks.push(chunk), close });
  expect(await done.download(web)).toEqual({ name, bytes: bytes.length, sha256 });
  expect(bytes.equals(Buffer.concat(chunks))).toBe(true);
  expect(close).not.toHaveBeenCalled();
  expect(web.locked).toBe(false);

  const slow: Buffer[] = [];
  let pending = 0;
  const node = new Writable({
    highWaterMark: 1,
    write: (chunk: Buffer, _encoding, done_) => {
      pending += 1;
      expect(pending).toBe(1);
      slow.push(chunk);
      setImmediate(() => {
        pending -= 1;
        done_();
      });
    },
  });
  await done.download(node);
  expect(bytes.equals(Buffer.concat(slow))).toBe(true);
  expect(node.writableEnded).toBe(false);
});

test('a stream that fails ends the download', async () => {
  await using server = await site(archive(bytes));
  const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('no room')) });
  broken.on('error', () => undefined);
  await expect((await complete(server)).download(broken)).rejects.toThrow(/no room/);
});

test('a Blob has the bytes, over broken connections and with the digest', async () => {
  const large = randomBytes(9_000_000);
  await using server = await site([archive(large, { cutAfter: 8_500_000 }), archive(large)]);
  const { blob, ...result } = await (await complete(server)).downloadBlob();
  const digest = createHash('sha256').update(large).digest('hex');
  expect(result).toEqual({ name, bytes: large.length, sha256: digest });
  expect([blob.size, blob.type]).toEqual([large.length, 'application/zip']);
  expect(large.equals(Buffer.from(await blob.arrayBuffer()))).toBe(true);
});

test('a Blob starts again where the site cannot send the rest', async () => {
  await using server = await site([archive(bytes, { cutAfter: 50_000 }), archive(bytes, { ranges: false })]);
  const { blob } = await (await complete(server)).downloadBlob();
  expect(bytes.equals(Buffer.from(await blob.arrayBuffer()))).toBe(true);
});

test('a stream cannot start again, and says so', async () => {
  await using server = await site([archive(bytes, { cutAfter: 50_000 }), archive(bytes, { ranges: false })]);
  await expect((await complete(server)).download(new WritableStream())).rejects.toThrow(
    /cannot send the rest of the archive alone/,
  );
});

test('progress and writes come in chunks of the size that is asked for', async () => {
  await using server = await site(archive(bytes));
  const steps: number[] = [];
  await (
    await complete(server)
  ).download(folder, { chunkSize: 100_000, onProgress: (count) => steps.push(count) });
  expect(steps[0]).toBe(0);
  for (const [index, step] of steps.slice(1, -1).entries())
    expect(step - (steps[index] ?? 0)).toBeGreaterThanOrEqual(100_000);
  expect(steps.at(-1)).toBe(bytes.length);
});

test.each([0, -1, 1.5, Number.NaN])('a chunk size of %s is refused', async (chunkSize) => {
  await using server = await site(archive(bytes));
  const done = await complete(server);
  await expect(done.download(folder, { chunkSize })).rejects.toThrow(/chunk size is.*from 1/);
  await expect(done.downloadBlob({ chunkSize })).rejects.toThrow(InvalidArgumentError);
});

test('a stream that someone else writes to is refused with the remedy', async () => {
  await using server = await site(archive(bytes));
  const locked = new WritableStream();
  locked.getWriter();
  await expect((await complete(server)).download(locked)).rejects.toThrow(
    /locked by another writer; release/,
  );
});

test('an abort ends a download into a stream that takes nothing more', async () => {
  await using server = await site(archive(bytes));
  const reason = new Error('enough');
  const controller = new AbortController();
  const stuck = new WritableStream({
    write: () => {
      setTimeout(() => controller.abort(reason), 1);
      return new Promise(() => undefined);
    },
  });
  const running = (await complete(server)).download(stuck, { signal: controller.signal });
  await expect(running).rejects.toBe(reason);
});

test('a reader that stops ends the transfer', async () => {
  await using server = await site(archive(randomBytes(20_000_000)));
  const { stream } = await (await complete(server)).download();
  const reader = stream.getReader();
  await reader.read();
  await reader.cancel('enough');
  await expect(reader.closed).resolves.toBeUndefined();
});

test('a large archive is hashed beside the network, also after it starts again', async () => {
  const large = randomBytes(68 * 1024 * 1024);
  const digest = createHash('sha256').update(large).digest('hex');
  await using server = await site([
    archive(large, { cutAfter: 20_000_000, etag: 'W/"x"' }),
    archive(large, { etag: 'W/"x"' }),
  ]);
  const file = await (await complete(server)).download(folder);
  expect(file).toMatchObject({ bytes: large.length, sha256: digest });
});
