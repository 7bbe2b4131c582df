import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { randomBytes } from 'node:crypto';

import { afterEach, expect, test, vi } from 'vitest';

import type { Fetch } from '../http/api-request.ts';
import { fetchArchive } from './fetch-archive.ts';
import { type Answer, type LoopbackSite, plain, startLoopbackSite } from './testing/loopback-site.ts';

const bytes = randomBytes(5_000_000);

afterEach(() => {
  vi.unstubAllGlobals();
});

const ask = (site: LoopbackSite): Promise<Response> =>
  Promise.resolve(fetchArchive(new URL('/a.zip', site.url).href, { headers: { 'x-asked': 'yes' } }));

const bodyOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

test('an answer has its status, its headers and its bytes', async () => {
  const headers = { 'content-length': String(bytes.length), etag: '"a"' };
  await using site = await startLoopbackSite({ 'GET /a.zip': plain(206, bytes, headers) });
  const response = await ask(site);
  expect([response.status, response.headers.get('etag')]).toEqual([206, '"a"']);
  expect(bytes.equals(await bodyOf(response))).toBe(true);
  expect(site.requests).toMatchObject([{ headers: { 'x-asked': 'yes' } }]);
});

const chunked: Answer = (response) => {
  response.write(bytes.subarray(0, 1000));
  response.end(bytes.subarray(1000));
};

test.each<[string, Answer, Buffer]>([
  ['of unknown length', chunked, bytes],
  ['that is empty', plain(200, '', { 'content-length': '0' }), Buffer.alloc(0)],
  ['without any', plain(204), Buffer.alloc(0)],
  ['that is compressed', plain(200, gzipSync(bytes), { 'content-encoding': 'gzip' }), bytes],
  ['of an error', plain(404, 'no such archive'), Buffer.from('no such archive')],
])('a body %s arrives as fetch has it', async (_, answer, expected) => {
  await using site = await startLoopbackSite({ 'GET /a.zip': answer });
  expect(expected.equals(await bodyOf(await ask(site)))).toBe(true);
});

test('a connection that breaks gives what arrived, and then the error', async () => {
  const cut: Answer = (response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, 100_000), () => response.socket?.destroySoon());
  };
  await using site = await startLoopbackSite({ 'GET /a.zip': cut });
  const reader = (await ask(site)).body?.getReader();
  let received = 0;
  const reading = (async () => {
    for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
      received += read.value.byteLength;
    }
  })();
  await expect(reading).rejects.toThrow('aborted');
  expect(received).toBe(100_000);
});

test('a reader that stops, and an abort, close the connection', async () => {
  let closed = Promise.resolve<unknown>(null);
  const endless: Answer = (response) => {
    closed = once(response, 'close');
    response.writeHead(200, { 'content-length': 1e9 }).write(bytes);
  };
  await using site = await startLoopbackSite({ 'GET /a.zip': endless });
  await (await ask(site)).body?.cancel();
  await closed;
  const controller = new AbortController();
  const url = new URL('/a.zip', site.url).href;
  const response = await fetchArchive(url, { signal: controller.signal });
  controller.abort();
  await closed;
  await expect(bodyOf(response)).rejects.toThrow(/abort/);
});

test('a program that has put something in the place of fetch has archives go through it', async () => {
  await using site = await startLoopbackSite({ 'GET /a.zip': plain(200, bytes) });
  const own = vi.fn<Fetch>(() => new Response('through a proxy'));
  vi.stubGlobal('fetch', own);
  expect(await (await ask(site)).text()).toBe('through a proxy');
  expect(site.requests).toEqual([]);
});

test('a dispatcher that is not a plain agent is used', async () => {
  await using site = await startLoopbackSite({ 'GET /a.zip': plain(200, bytes) });
  class ProxyAgent {
    dispatch(): never {
      throw new Error('asked the proxy');
    }
  }
  const symbol = Symbol.for('undici.globalDispatcher.1');
  const before: unknown = Reflect.get(globalThis, symbol);
  Reflect.set(globalThis, symbol, new ProxyAgent());
  try {
    await expect(ask(site)).rejects.toMatchObject({ cause: { message: 'asked the proxy' } });
  } finally {
    Reflect.set(globalThis, symbol, before);
  }
  expect(site.requests).toEqual([]);
});

test('no connection is the error that fetch has', async () => {
  const site = await startLoopbackSite({});
  await site[Symbol.asyncDispose]();
  await expect(ask(site)).rejects.toMatchObject({ message: 'fetch failed', cause: { code: 'ECONNREFUSED' } });
});
