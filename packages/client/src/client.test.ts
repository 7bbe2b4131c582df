import { inspect } from 'node:util';

import { afterEach, expect, test, vi } from 'vitest';

import { Client } from './client.ts';
import { ApiError } from './errors/api-error.ts';
import { AuthenticationError } from './errors/authentication-error.ts';
import { ConnectionError } from './errors/connection-error.ts';
import { isExportsError } from './errors/exports-error.ts';
import { InvalidArgumentError } from './errors/invalid-argument-error.ts';
import { NotFoundError } from './errors/not-found-error.ts';
import { RateLimitError } from './errors/rate-limit-error.ts';
import { TimeoutError } from './errors/timeout-error.ts';
import type { Fetch } from './http/api-request.ts';
import { Export } from './exports/export.ts';
import { anExport } from './node/testing/an-export.ts';
import { localClient, testKey } from './node/testing/local-client.ts';
import { json, plain, startLoopbackSite } from './node/testing/loopback-site.ts';

afterEach(() => vi.unstubAllEnvs());

const layer = {
  id: 3,
  url: 'http://x/layers/3/',
  type: 'layer',
  kind: 'vector',
  name: 'roads',
  title: 'Roads',
};

test('the key goes along in the form of the API', async () => {
  await using site = await startLoopbackSite({ 'GET layers/3/': json(200, layer) });
  await localClient(site.url, { userAgent: 'my-tool/1' }).layers.get(3);
  expect(site.requests[0]?.headers).toMatchObject({
    authorization: `key ${testKey}`,
    accept: 'application/json',
    'user-agent': 'my-tool/1 outcrop-client',
  });
});

test('the key comes from the environment where none is given, and null means none', async () => {
  vi.stubEnv('KOORDINATES_TOKEN', 'from-environment');
  await using site = await startLoopbackSite({ 'GET layers/3/': json(200, layer) });
  await new Client(site.url).layers.get(3);
  await new Client(site.url, { apiKey: null }).layers.get(3);
  expect(site.requests.map(({ headers }) => headers.authorization)).toEqual([
    'key from-environment',
    undefined,
  ]);
});

test.each([
  ['', /empty/],
  ['a b', /spaces/],
  ['a\nb', /spaces/],
])('the key %j is refused', (apiKey, message) => {
  expect(() => new Client('localhost', { apiKey })).toThrow(InvalidArgumentError);
  expect(() => new Client('localhost', { apiKey })).toThrow(message);
});

test('the version is part of the address', () => {
  expect(new Client('x.example', { version: 'v1.x' }).baseUrl.href).toBe(
    'https://x.example/services/api/v1.x/',
  );
});

test('fetch can be injected, and gets complete requests', async () => {
  const fetch = vi.fn<Fetch>(async () => Response.json(layer));
  await new Client('data.example', { fetch, apiKey: testKey }).layers.get(3);
  expect(fetch).toHaveBeenCalledExactlyOnceWith(
    'https://data.example/services/api/v1/layers/3/',
    expect.objectContaining({ method: 'GET', redirect: 'manual' }),
  );
});

test('a layer has what an export needs, and nothing is missing that a site leaves out', async () => {
  const data = { crs: { id: 'EPSG:2193' }, export_formats: [{ name: 'CSV', mimetype: 'text/csv' }] };
  const body = { ...layer, data, user_permissions: ['download'], published_at: null };
  await using site = await startLoopbackSite({ 'GET layers/3/': json(200, body) });
  await expect(localClient(site.url).layers.get(3)).resolves.toMatchObject({
    id: 3,
    title: 'Roads',
    userPermissions: ['download'],
    userCapabilities: [],
    unavailable: null,
    data: { crs: 'EPSG:2193', exportFormats: [{ name: 'CSV', mimetype: 'text/csv' }], featureCount: null },
  });
});

test('tables have their own collection', async () => {
  await using site = await startLoopbackSite({ 'GET tables/7/': json(200, { ...layer, id: 7 }) });
  expect((await localClient(site.url).tables.get(7)).id).toBe(7);
});

test.each([-1, 1.5, Number.NaN, '../exports' as unknown as number])(
  '%s is no id, and nothing is sent',
  async (id) => {
    const fetch = vi.fn<Fetch>();
    await expect(new Client('x', { fetch }).layers.get(id)).rejects.toThrow(InvalidArgumentError);
    expect(fetch).not.toHaveBeenCalled();
  },
);

test("errors carry the site's own words, its request id and the status", async () => {
  const answer = json(401, { detail: 'The key lacks the scope layers:read.' }, { 'x-request-id': 'abc' });
  await using site = await startLoopbackSite({ 'GET layers/3/': answer });
  const error = await localClient(site.url)
    .layers.get(3)
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(AuthenticationError);
  expect(error).toMatchObject({
    status: 401,
    requestId: 'abc',
    code: 'authentication',
    name: 'AuthenticationError',
  });
  expect(String(error)).toContain('The key lacks the scope layers:read.');
  expect(isExportsError(error, 'authentication')).toBe(true);
  expect(isExportsError(error, 'not-found')).toBe(false);
});

test('a key that a site echoes does not get into an error', async () => {
  const answer = json(401, { detail: `Unknown key ${testKey}` });
  await using site = await startLoopbackSite({ 'GET layers/3/': answer });
  const error = await localClient(site.url)
    .layers.get(3)
    .catch((caught: unknown) => caught);
  expect(`${String(error)}${JSON.stringify(error)}`).not.toContain(testKey);
});

test('a missing layer is a NotFoundError', async () => {
  await using site = await startLoopbackSite({});
  await expect(localClient(site.url).layers.get(3)).rejects.toThrow(NotFoundError);
});

test.each([
  ['<!DOCTYPE html><p>Hello', /answers with a web page/],
  ['{"id": 3, "ti', /not whole JSON/],
])('the body %s is an error that says so', async (body, message) => {
  await using site = await startLoopbackSite({ 'GET layers/3/': plain(200, body) });
  const error = await localClient(site.url)
    .layers.get(3)
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({
    code: 'invalid-response',
    message: expect.stringMatching(message) as string,
  });
});

test.each([429, 502, 503, 504])('a read is repeated after %i', async (status) => {
  await using site = await startLoopbackSite({
    'GET layers/3/': [plain(status), plain(status), json(200, layer)],
  });
  expect((await localClient(site.url).layers.get(3)).id).toBe(3);
  expect(site.requests).toHaveLength(3);
});

test('a read is repeated after a broken connection', async () => {
  await using site = await startLoopbackSite({
    'GET layers/3/': [(response) => void response.socket?.destroy(), json(200, layer)],
  });
  expect((await localClient(site.url).layers.get(3)).id).toBe(3);
});

test('a read is not repeated after 500, and not for ever', async () => {
  await using site = await startLoopbackSite({ 'GET layers/3/': plain(500), 'GET layers/4/': plain(503) });
  await expect(localClient(site.url).layers.get(3)).rejects.toThrow(ApiError);
  expect(site.requests).toHaveLength(1);
  await expect(localClient(site.url).layers.get(4)).rejects.toMatchObject({ status: 503 });
  expect(site.requests).toHaveLength(5);
});

test('a pause that the site asks for is kept', async () => {
  await using site = await startLoopbackSite({
    'GET layers/3/': [plain(429, '', { 'retry-after': '0.2' }), json(200, layer)],
  });
  const startedAt = performance.now();
  await localClient(site.url).layers.get(3);
  expect(performance.now() - startedAt).toBeGreaterThan(190);
});

test('a pause beyond the patience of the client ends the retrying, and says how long', async () => {
  await using site = await startLoopbackSite({ 'GET layers/3/': plain(429, '', { 'retry-after': '600' }) });
  const error = await localClient(site.url)
    .layers.get(3)
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(RateLimitError);
  expect(error).toMatchObject({ retryAfterMs: 600_000 });
  expect(site.requests).toHaveLength(1);
});

test('a site that is not there is a ConnectionError with the address', async () => {
  const site = await startLoopbackSite({});
  await site[Symbol.asyncDispose]();
  const error = await localClient(site.url)
    .layers.get(3)
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ConnectionError);
  expect(String(error)).toContain(`${site.url.origin}/services/api/v1/layers/3/: connect ECONNREFUSED`);
});

test('a site that does not answer is a TimeoutError', async () => {
  await using site = await startLoopbackSite({ 'GET layers/3/': () => undefined });
  await expect(localClient(site.url, { timeoutMs: 50 }).layers.get(3)).rejects.toThrow(TimeoutError);
  await expect(localClient(site.url).layers.get(3, { timeoutMs: 50 })).rejects.toThrow(/within 50 ms/);
});

test('an abort rejects with the reason of the signal, also between repetitions', async () => {
  const reason = new Error('enough');
  await using site = await startLoopbackSite({ 'GET layers/3/': plain(503, '', { 'retry-after': '2' }) });
  await expect(localClient(site.url).layers.get(3, { signal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  );
  expect(site.requests).toHaveLength(0);
  const controller = new AbortController();
  const call = localClient(site.url).layers.get(3, { signal: controller.signal });
  await vi.waitFor(() => expect(site.requests).toHaveLength(1));
  controller.abort(reason);
  await expect(call).rejects.toBe(reason);
});

test('a redirect on the site is followed with the key', async () => {
  await using site = await startLoopbackSite({
    'GET layers/3/': plain(301, '', { location: '/services/api/v1/layers/4/' }),
    'GET layers/4/': json(200, { ...layer, id: 4 }),
  });
  expect((await localClient(site.url).layers.get(3)).id).toBe(4);
  expect(site.requests[1]?.headers.authorization).toBe(`key ${testKey}`);
});

test('a redirect to a foreign origin is refused, and nothing is sent there', async () => {
  await using foreign = await startLoopbackSite({});
  await using site = await startLoopbackSite({
    'GET layers/3/': plain(302, '', { location: foreign.url.href }),
  });
  await expect(localClient(site.url).layers.get(3)).rejects.toMatchObject({ code: 'foreign-origin' });
  expect(foreign.requests).toHaveLength(0);
});

test('an endless redirect ends', async () => {
  await using site = await startLoopbackSite({
    'GET layers/3/': plain(302, '', { location: '/services/api/v1/layers/3/' }),
  });
  const error = await localClient(site.url)
    .layers.get(3)
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ConnectionError);
  expect(error).toMatchObject({ code: 'redirect' });
  expect(String(error)).toMatch(/more than 10 times; check the address/);
  expect(site.requests).toHaveLength(11);
});

test.each(['http://[', 'mailto:'])('a redirect to %s is an error', async (location) => {
  await using site = await startLoopbackSite({ 'GET layers/3/': plain(302, '', { location }) });
  await expect(localClient(site.url).layers.get(3)).rejects.toThrow(ConnectionError);
  expect(site.requests).toHaveLength(1);
});

test('a create that is redirected is asked for at its new address, as older sites want it', async () => {
  await using site = await startLoopbackSite({
    'POST exports/': plain(302, '', { location: '/services/api/v1/exports/9/' }),
    'GET exports/9/': json(200, anExport()),
  });
  const wanted = new Export({ items: ['layers/3'] });
  expect((await localClient(site.url).exports.create(wanted)).id).toBe(9);
});

test('a timed-out read is sent again', async () => {
  await using site = await startLoopbackSite({ 'GET layers/3/': [() => undefined, json(200, layer)] });
  expect((await localClient(site.url, { timeoutMs: 200 }).layers.get(3)).id).toBe(3);
});

test('no time is too long for a timer', async () => {
  await using site = await startLoopbackSite({ 'GET layers/3/': json(200, layer) });
  const client = localClient(site.url, { timeoutMs: Number.POSITIVE_INFINITY });
  expect((await client.layers.get(3)).id).toBe(3);
});

test('headers of a caller go along, but cannot replace the key', async () => {
  await using site = await startLoopbackSite({ 'GET layers/3/': json(200, layer) });
  const headers = { 'X-Trace': 'abc', Authorization: 'key of someone else' };
  await localClient(site.url).layers.get(3, { headers });
  expect(site.requests[0]?.headers).toMatchObject({ 'x-trace': 'abc', authorization: `key ${testKey}` });
});

test('a logger gets a line for each answer and each repetition, without the key', async () => {
  await using site = await startLoopbackSite({ 'GET layers/3/': [plain(503), json(200, layer)] });
  const lines: string[] = [];
  const logger = {
    debug: (line: string) => lines.push(`debug ${line}`),
    warn: (line: string) => lines.push(`warn ${line}`),
  };
  await localClient(site.url, { logger }).layers.get(3);
  const request = `GET ${site.url.origin}/services/api/v1/layers/3/`;
  expect(lines).toEqual([
    expect.stringMatching(new RegExp(`^debug ${request} was answered with 503 in \\d+ ms$`)),
    expect.stringMatching(new RegExp(`^warn ${request} is repeated in \\d+ ms: RateLimitError|ApiError: `)),
    expect.stringMatching(new RegExp(`^debug ${request} was answered with 200 in \\d+ ms$`)),
  ]);
  expect(lines.join()).not.toContain(testKey);
});

test('a client can be subclassed', async () => {
  await using site = await startLoopbackSite({ 'GET layers/3/': json(200, layer) });
  class MyClient extends Client {
    roads = () => this.layers.get(3);
  }
  expect((await new MyClient(site.url, { apiKey: testKey }).roads()).title).toBe('Roads');
});

test('printing a client or an export does not show the key', async () => {
  await using site = await startLoopbackSite({ 'GET exports/9/': json(200, anExport()) });
  const client = localClient(site.url);
  const found = await client.exports.get(9);
  const printed = [client, client.exports, found].map((value) =>
    inspect(value, { depth: 9, showHidden: true }),
  );
  expect(`${printed.join()}${JSON.stringify([client, found])}`).not.toContain(testKey);
});

test('an id that the site gives no body for is an error', async () => {
  await using site = await startLoopbackSite({
    'GET layers/3/': json(200, { hello: 'world' }),
    'GET exports/9/': json(200, { hello: 'world' }),
    'GET exports/croplayers/2/': json(200, []),
  });
  const client = localClient(site.url);
  for (const call of [client.layers.get(3), client.exports.get(9), client.exports.cropLayers.get(2)]) {
    await expect(call).rejects.toMatchObject({ code: 'invalid-response' });
  }
});

test.each([
  [403, 'permission', /may not do this/],
  [404, 'not-found', /no such thing/],
  [405, 'api', /refuses the request/],
  [409, 'conflict', /409 for GET/],
  [410, 'not-found', /no longer has it/],
  [413, 'validation', /413 for GET/],
  [418, 'api', /refuses the request/],
  [500, 'api', /The site failed; try again later/],
])('a %i without words is an error with the code %s and words of ours', async (status, code, message) => {
  await using site = await startLoopbackSite({ 'GET layers/3/': plain(status) });
  const error = await localClient(site.url)
    .layers.get(3)
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({ status, code, message: expect.stringMatching(message) as string });
});

test('a manager orders, expands and filters as its lists do', async () => {
  await using site = await startLoopbackSite({
    'GET layers/?sort=name': json(200, [layer]),
    'GET layers/': json(200, [layer]),
  });
  const { layers } = localClient(site.url);
  expect((await layers.orderBy('name').first())?.id).toBe(3);
  expect((await layers.expand('list').first())?.id).toBe(3);
  expect(site.requests[1]?.headers['expand']).toBe('list');
});

test('an item without an address is refused', () => {
  expect(() => new Export({ items: [{ ...layer, url: '' } as never] })).toThrow(/this one has no URL/);
});
