import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { fileObjectStore } from '../storage/file-object-store.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';

let site: TestSite;

beforeAll(async () => {
  site = await openTestSite();
});

afterAll(() => site.close());

describe('headers', () => {
  test.each([
    ['a line end', 'a\r\nSet-Cookie: owned=1'],
    ['a quote', 'a"; filename="b.exe'],
    ['a path', '../../../etc/passwd'],
    ['a path of Windows', String.raw`..\..\windows\win.ini`],
    ['an escape', 'a\u001b[31m'],
  ])('%s in the name of an export ends in no header of its download', async (_, name) => {
    const created = await site.create({ name });
    await site.waitFor(created['id'], 'complete');
    const redirect = await site.ask(`exports/${String(created['id'])}/download/`);
    const response = await site.app.request(redirect.headers.get('Location') ?? '');
    expect(response.headers.get('Set-Cookie')).toBeNull();
    expect(response.headers.get('Content-Disposition')).toMatch(
      /^attachment; filename="[\w.-]+\.zip"; filename\*=UTF-8''[\w.%~!-]+\.zip$/,
    );
    await response.body?.cancel();
  });
});

const sql = [
  "'; DROP TABLE outcrop.exports; --",
  "' OR '1'='1",
  '" OR ""="',
  '1; SELECT pg_sleep(10)',
  "1' UNION SELECT hash FROM outcrop.tokens --",
  String.raw`\'; --`,
  '$1',
  '%',
  '_',
];

describe('SQL', () => {
  async function tables(): Promise<unknown[]> {
    return site.parts.database.query(
      `SELECT table_name FROM information_schema.tables WHERE table_schema = 'outcrop' ORDER BY 1`,
    );
  }

  test.each(sql)('%j in a filter, a search, an order or an id is a value or a refusal', async (text) => {
    await site.create({ name: 'innocent' });
    const before = await tables();
    const written = encodeURIComponent(text);
    for (const parameter of [
      'name',
      'name.contains',
      'q',
      'state',
      'created_at.gt',
      'sort',
      'page',
      'page_size',
    ]) {
      const response = await site.ask(`exports/?${parameter}=${written}`);
      expect([200, 400, 404]).toContain(response.status);
      // Nothing is named so: who sees an export with such a filter sees what was not asked for.
      if (response.status === 200 && !parameter.startsWith('page')) expect(await response.json()).toEqual([]);
    }
    for (const path of ['exports', 'layers', 'tables', 'licenses', 'exports/croplayers/1/cropfeatures']) {
      expect((await site.ask(`${path}/${written}/`)).status).toBe(404);
    }
    expect((await site.ask('exports/', { headers: { Authorization: `key ${text}` } })).status).toBe(401);
    expect(await tables()).toEqual(before);
  });

  test.each(sql)('%j in what is stored is given back as it was', async (text) => {
    const note = await site.create({ items: [{ item: 'layers/2', note: text }] });
    expect(note).toMatchObject({ items: [{ note: text }] });
    const key = text.replaceAll(/[^\x20-\x7e]/g, '');
    const body = JSON.stringify({ items: [{ item: 'tables/3' }], formats: { table: 'text/csv' } });
    const init = { method: 'POST', headers: { 'Idempotency-Key': key }, body };
    expect((await site.ask('exports/', init)).status).toBe(201);
  });
});

describe('paths', () => {
  test.each([
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/index.html',
    '/assets/..%5c..%5cpackage.json',
    '/assets/%00',
    '/services/download/1/..%2f..%2fx',
    '/services/api/v1/layers/1%2f..%2f2/',
    '/services/api/v1/exports/1%00/',
  ])('%s leads nowhere', async (path) => {
    expect((await site.ask(`http://localhost${path}`)).status).toBe(404);
  });

  test.each([
    'layers/../../etc/passwd',
    'layers/1/../2',
    '/etc/passwd',
    'file:///etc/passwd',
    'layers/%2e%2e',
    'layers\\1',
  ])('an item that is written %s is refused', async (item) => {
    const response = await site.send('exports/', { items: [{ item }], formats: { vector: 'text/csv' } });
    expect(response.status).toBe(400);
  });

  test.each([
    '../a',
    'a/../../b',
    '/etc/passwd',
    'a',
    'a/.hidden',
    'a//b',
    'a/b\0',
    'A/b',
    'a\\b',
    'a/b/',
    '',
  ])('an object of the store cannot have the key %j', async (key) => {
    const store = fileObjectStore(site.folder);
    await expect(store.stat(key)).rejects.toThrow('is not the key of an object');
    await expect(store.read(key)).rejects.toThrow('is not the key of an object');
  });
});

describe('requests of others by this site', () => {
  let bait: Server;
  let url: string;
  let asked = 0;

  beforeAll(async () => {
    bait = createServer((_, response) => {
      asked += 1;
      response.end('{"type":"Polygon","coordinates":[]}');
    });
    await new Promise<void>((resolve) => bait.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(bait.address() as AddressInfo).port}`;
  });

  afterAll(() => new Promise((resolve) => bait.close(resolve)));

  test.each([
    ['an extent', (to: string) => ({ extent: `${to}/services/api/v1/exports/croplayers/1/cropfeatures/1/` })],
    ['an expanded extent', (to: string) => ({ extent: { url: `${to}/x/` } })],
    ['an item', (to: string) => ({ items: [{ item: `${to}/services/api/v1/layers/2/` }] })],
    ['a reference without a scheme', (to: string) => ({ extent: to.replace('http:', '') })],
    ['a file of GDAL', (to: string) => ({ items: [{ item: `/vsicurl/${to}/a.gpkg` }] })],
  ])('are not made for %s by URL: it is looked up here or refused', async (_, bodyOf) => {
    const base = { items: [{ item: 'layers/2' }], formats: { vector: 'text/csv' }, crs: 'EPSG:4326' };
    for (const path of ['exports/validate/', 'exports/']) {
      expect((await site.send(path, { ...base, ...bodyOf(url) })).status).toBe(400);
    }
    const regions = await site.ask('http://localhost/services/page/regions', {
      method: 'POST',
      body: JSON.stringify({ extents: [`${url}/services/api/v1/exports/croplayers/1/cropfeatures/1/`] }),
    });
    expect(regions.status).toBe(400);
    expect(asked).toBe(0);
  });
});

describe('prototypes', () => {
  test('are not changed by keys of a body, a query or a header', async () => {
    const own = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    const body = `{"items":[{"item":"layers/2","__proto__":{"polluted":1}}],"formats":{"vector":"text/csv","__proto__":{"grid":"x"}},"crs":"EPSG:4326","options":${own},"extent":null,"__proto__":{"polluted":1}}`;
    for (const path of ['exports/', 'exports/validate/']) await site.send(path, body);
    await site.ask('exports/?__proto__[polluted]=1&constructor.prototype.polluted=1');
    await site.ask('exports/', { headers: { Expand: '__proto__,constructor' } });
    await site.ask('http://localhost/services/page/regions', {
      method: 'POST',
      body: `{"extents":[${own}]}`,
    });
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Reflect.get([], 'polluted')).toBeUndefined();
  });
});

describe('the log', () => {
  test('has one line of JSON a request, in which nothing of the request is a line end or an escape', async () => {
    const lines: string[] = [];
    const stream = new Writable({
      write: (chunk: Buffer, _, done) => {
        lines.push(chunk.toString());
        done();
      },
    });
    const failing = new Proxy(site.parts.exportStore, {
      get: () => () => Promise.reject(new Error('bad\n{"level":50,"msg":"forged"}\u001b[2J')),
    });
    const app = site.appWith({ logger: pino({ level: 'info' }, stream), exportStore: failing });
    const headers = { Authorization: `key ${site.token}` };
    for (const path of [
      'exports/%0a%7b%22level%22:30%7d/',
      'exports/?q=%0d%0aforged',
      'exports/1/',
      'exports/%1b%5b2J/',
    ]) {
      await app.request(site.at(path), { headers });
    }
    expect(lines.length).toBeGreaterThanOrEqual(4);
    for (const line of lines) {
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(line.slice(0, -1)).not.toMatch(/\p{Cc}/u);
      expect(JSON.parse(line)).not.toMatchObject({ msg: 'forged' });
    }
    expect(lines.join('')).not.toContain(site.token);
  });
});
