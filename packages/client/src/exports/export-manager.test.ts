import { tmpdir } from 'node:os';

import { expect, test, vi } from 'vitest';

import { CropFeature } from '../crop/crop-feature.ts';
import { CropFeatureManager } from '../crop/crop-feature-manager.ts';
import { CropLayer } from '../crop/crop-layer.ts';
import { CropLayerManager } from '../crop/crop-layer-manager.ts';
import { ConflictError } from '../errors/conflict-error.ts';
import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import { ValidationError } from '../errors/validation-error.ts';
import type { Fetch } from '../http/api-request.ts';
import { anExport } from '../node/testing/an-export.ts';
import { localClient, testKey } from '../node/testing/local-client.ts';
import { json, plain, startLoopbackSite } from '../node/testing/loopback-site.ts';
import { Export } from './export.ts';
import { ExportManager } from './export-manager.ts';

const item = 'http://site.invalid/services/api/v1/layers/3/';
const roads = (): Export =>
  new Export({ crs: 'EPSG:2193', formats: { vector: 'application/x-zipped-shp' } }).addItem(item);
const refusal = {
  items: [{ item, is_valid: false, invalid_reasons: ['outside-extent'], price: '0.00', license: null }],
  size_estimate_zipped: 0,
  is_valid: false,
  invalid_reasons: [],
};

test('create sends the request in the names of the wire and fills the same object', async () => {
  await using site = await startLoopbackSite({ 'POST exports/': json(201, anExport()) });
  const wanted = new Export({
    name: 'My roads',
    crs: 'EPSG:2193',
    formats: { vector: 'application/x-ogc-filegdb' },
    items: [{ item, rasterResolutionMultiplier: 2, color: undefined }],
    options: { cropMode: 'within' },
    notify: { webhook: new URL('https://example.com/hook'), email: true },
  });
  const created = await localClient(site.url).exports.create(wanted);
  expect(created).toBe(wanted);
  expect(created).toMatchObject({
    id: 9,
    state: 'processing',
    createdVia: 'api',
    progress: 0.5,
    crs: 'EPSG:2193',
  });
  expect(created.createdAt?.toISOString()).toBe('2026-04-20T20:41:07.136Z');
  expect(site.requests[0]?.headers['content-type']).toBe('application/json');
  expect(JSON.parse(site.requests[0]?.body ?? '')).toEqual({
    name: 'My roads',
    crs: 'EPSG:2193',
    formats: { vector: 'applicaton/x-ogc-filegdb' },
    items: [{ item, raster_resolution_multiplier: 2 }],
    options: { crop_mode: 'within' },
    notify: { webhook: 'https://example.com/hook', email: true },
  });
});

test.each([[201], [202]])('a %i without a body is completed from its Location', async (status) => {
  await using site = await startLoopbackSite({
    'POST exports/': plain(status, '', { location: '/services/api/v1/exports/9/' }),
    'GET exports/9/': json(200, anExport()),
  });
  expect((await localClient(site.url).exports.create(roads())).id).toBe(9);
});

test('a Location on a foreign origin is refused, and nothing is sent there', async () => {
  await using foreign = await startLoopbackSite({});
  await using site = await startLoopbackSite({
    'POST exports/': plain(201, '', { location: foreign.url.href }),
  });
  await expect(localClient(site.url).exports.create(roads())).rejects.toMatchObject({
    code: 'foreign-origin',
  });
  expect(foreign.requests).toHaveLength(0);
});

test('a create without body and Location is an error', async () => {
  await using site = await startLoopbackSite({ 'POST exports/': plain(201) });
  await expect(localClient(site.url).exports.create(roads())).rejects.toMatchObject({
    code: 'invalid-response',
  });
});

test('a create with an idempotency key is sent again after a lost answer, with the same key', async () => {
  await using site = await startLoopbackSite({
    'POST exports/': [(response) => void response.socket?.destroy(), plain(503), json(201, anExport())],
  });
  const created = await localClient(site.url).exports.create(roads(), { idempotencyKey: 'order-7' });
  expect(created.id).toBe(9);
  expect(site.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([
    'order-7',
    'order-7',
    'order-7',
  ]);
  expect(new Set(site.requests.map(({ body }) => body)).size).toBe(1);
});

test.each(['', 'a b', 'a\nb', 'ü', 'x'.repeat(256)])('%j is no idempotency key', async (idempotencyKey) => {
  await using site = await startLoopbackSite({});
  await expect(localClient(site.url).exports.create(roads(), { idempotencyKey })).rejects.toThrow(
    /no idempotency key; give/,
  );
  expect(site.requests).toHaveLength(0);
});

test('a validate starts nothing, so it is sent again', async () => {
  await using site = await startLoopbackSite({
    'POST exports/validate/': [plain(502), json(200, { is_valid: true, items: [] })],
  });
  expect((await localClient(site.url).exports.validate(roads())).isValid).toBe(true);
});

test('what is expanded is asked for by a header, and read as its address', async () => {
  const layer = { id: 3, url: item, title: 'Roads' };
  const feature = { id: 442, url: 'https://x.example/cropfeatures/442/', name: 'AS22' };
  await using site = await startLoopbackSite({
    'GET exports/9/': json(200, {
      ...anExport(),
      items: [{ item: layer, color: '#003399' }],
      extent: feature,
      crs: { id: 'EPSG:2193' },
    }),
  });
  const found = await localClient(site.url).exports.get(9, { expand: ['items', 'extent', 'crs'] });
  expect(site.requests[0]?.headers['expand']).toBe('items,extent,crs');
  expect(found).toMatchObject({ items: [{ item, color: '#003399' }], extent: feature.url, crs: 'EPSG:2193' });
});

test.each([
  ['Feature', { type: 'Feature', geometry: null }],
  ['Point', { type: 'Point', coordinates: [0, 0] }],
])('an extent that is a %s is refused with the remedy, before anything is sent', async (type, extent) => {
  await using site = await startLoopbackSite({});
  const wanted = new Export({ items: [item], extent: extent as never });
  await expect(localClient(site.url).exports.create(wanted)).rejects.toThrow(
    new RegExp(`is a ${type}; give a Polygon or a MultiPolygon.*of a feature, its geometry`),
  );
});

test('the managers say what they make', () => {
  expect([ExportManager.model, CropLayerManager.model, CropFeatureManager.model]).toEqual([
    Export,
    CropLayer,
    CropFeature,
  ]);
});

test('a create is never sent twice', async () => {
  await using site = await startLoopbackSite({ 'POST exports/': plain(503) });
  await expect(localClient(site.url).exports.create(roads())).rejects.toMatchObject({ status: 503 });
  expect(site.requests).toHaveLength(1);
});

test('a refused item is a ValidationError with the reasons', async () => {
  await using site = await startLoopbackSite({ 'POST exports/': json(400, refusal) });
  const error = await localClient(site.url)
    .exports.create(roads())
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ValidationError);
  const { issues, validation } = error as ValidationError;
  expect(issues).toEqual([
    {
      item,
      field: null,
      code: 'outside-extent',
      detail: expect.stringContaining('enlarge the extent') as string,
    },
  ]);
  expect(validation?.getReasons()).toEqual({ [item]: ['outside-extent'] });
});

test('an export without items is refused before anything is sent', async () => {
  const fetch = vi.fn<Fetch>();
  await expect(
    localClient(new URL('http://localhost'), { fetch }).exports.create(new Export()),
  ).rejects.toThrow(InvalidArgumentError);
  expect(fetch).not.toHaveBeenCalled();
});

test('validate hands on what each item would weigh, unpack to and take', async () => {
  const sizes = { size_estimate_zipped: 24_580, size_estimate_unzipped: 68_320, seconds_estimate: 0.3 };
  await using site = await startLoopbackSite({
    'POST exports/validate/': json(200, { is_valid: true, items: [{ item, is_valid: true, ...sizes }, {}] }),
  });
  const { items } = await localClient(site.url).exports.validate(roads());
  expect(items).toMatchObject([
    { sizeEstimateZipped: 24_580, sizeEstimateUnzipped: 68_320, secondsEstimate: 0.3 },
    { sizeEstimateZipped: null, sizeEstimateUnzipped: null, secondsEstimate: null },
  ]);
});

test('an export says when its archive will be removed', async () => {
  await using site = await startLoopbackSite({
    'GET exports/9/': json(200, { ...anExport(), expires_at: '2026-12-02T10:00:00.000000Z' }),
    'GET exports/8/': json(200, anExport()),
  });
  const { exports } = localClient(site.url);
  expect((await exports.get(9)).expiresAt).toEqual(new Date('2026-12-02T10:00:00Z'));
  expect((await exports.get(8)).expiresAt).toBe(null);
});

test('options of pixels are sent in the names of the wire', async () => {
  await using site = await startLoopbackSite({ 'POST exports/': json(201, anExport()) });
  const wanted = new Export({ options: { mosaic: true } }).addItem(item, {
    tiles: ['BX15'],
    rasterResolutionMultiplier: 2,
    includeRasterTab: true,
    scaleToBytes: true,
  });
  await localClient(site.url).exports.create(wanted);
  expect(JSON.parse(site.requests[0]?.body ?? '')).toMatchObject({
    items: [
      {
        item,
        tiles: ['BX15'],
        raster_resolution_multiplier: 2,
        include_raster_tab: true,
        scale_to_bytes: true,
      },
    ],
    options: { mosaic: true },
  });
});

test('validate gives the verdict, and nothing is missing that a site leaves out', async () => {
  const { invalid_reasons: _, ...bare } = refusal;
  await using site = await startLoopbackSite({
    'POST exports/validate/': [json(200, refusal), json(200, bare), json(200, {})],
  });
  const { exports } = localClient(site.url);
  const verdict = await exports.validate(roads());
  expect(verdict).toMatchObject({
    isValid: false,
    sizeEstimateZipped: 0,
    items: [{ item, isValid: false, price: '0.00' }],
  });
  expect(verdict.getReasons()).toEqual({ [item]: ['outside-extent'] });
  expect((await exports.validate(roads())).getReasons()).toEqual({ [item]: ['outside-extent'] });
  expect((await exports.validate(roads())).getReasons()).toEqual({});
});

test('get reads the v1.x shape too', async () => {
  const body = {
    ...anExport(),
    crs: { id: 'EPSG:4326', name: 'WGS 84' },
    created_via: 'Web',
    created_at: null,
    user: { id: 1 },
  };
  await using site = await startLoopbackSite({ 'GET /services/api/v1.x/exports/9/': json(200, body) });
  const found = await localClient(site.url, { version: 'v1.x' }).exports.get(9);
  expect(found).toMatchObject({ crs: 'EPSG:4326', createdVia: 'web', createdAt: null });
  expect(found.toRequest().crs).toBe('EPSG:4326');
});

test('a body cannot replace the methods of an export', async () => {
  await using site = await startLoopbackSite({
    'GET exports/9/': json(200, { ...anExport(), wait: 1, download: 2, to_request: 3 }),
  });
  const found = await localClient(site.url).exports.get(9);
  expect([typeof found.wait, typeof found.download, typeof found.toRequest]).toEqual([
    'function',
    'function',
    'function',
  ]);
});

test('a 303 with a body and no Location is that body', async () => {
  await using site = await startLoopbackSite({
    'GET exports/9/': json(303, anExport({ state: 'complete' })),
  });
  expect((await localClient(site.url).exports.get(9)).state).toBe('complete');
});

test('an export can be created again from an old one: only what may be written is sent', async () => {
  const items = [{ item, color: '#003399', title: 'Roads', format: 'CSV' }] as never;
  await using site = await startLoopbackSite({
    'GET exports/9/': json(200, anExport({ state: 'gone', items })),
    'POST exports/': json(201, anExport({ id: 10 })),
  });
  const { exports } = localClient(site.url);
  const again = await exports.create(await exports.get(9));
  expect(again.id).toBe(10);
  expect(Object.keys(JSON.parse(site.requests[1]?.body ?? '') as object).toSorted()).toEqual([
    'crs',
    'delivery',
    'formats',
    'items',
    'name',
  ]);
  expect(JSON.parse(site.requests[1]?.body ?? '')).toMatchObject({ items: [{ item, color: '#003399' }] });
});

test('list elements are exports that can be refreshed', async () => {
  const { id, name, created_at, created_via, state, url, download_url } = anExport({ state: 'complete' });
  const summary = { id, name, created_at, created_via, state, url, download_url };
  await using site = await startLoopbackSite({
    'GET exports/': json(200, [summary]),
    'GET exports/9/': json(200, anExport({ state: 'gone' })),
  });
  const found = await localClient(site.url).exports.list().first();
  expect(found).toMatchObject({ id: 9, state: 'complete', items: [] });
  await found?.refresh();
  expect(found).toMatchObject({
    state: 'gone',
    isTerminal: true,
    items: [{ item: anExport().items[0]?.item }],
  });
});

test('cancel works on the manager and on the export', async () => {
  const cancelled = anExport({ state: 'cancelled', progress: null });
  await using site = await startLoopbackSite({
    'GET exports/9/': json(200, anExport()),
    'DELETE exports/9/': [
      json(202, cancelled),
      json(202, cancelled),
      json(409, { errors: ["Can't cancel"] }),
    ],
  });
  const { exports } = localClient(site.url);
  expect((await exports.cancel(9)).state).toBe('cancelled');
  const mine = await exports.get(9);
  expect(await mine.cancel()).toMatchObject({ state: 'cancelled', progress: null });
  const error = await mine.cancel().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ConflictError);
  expect(String(error)).toContain("Can't cancel");
});

test('an export that no site has says so', async () => {
  for (const call of [
    () => roads().refresh(),
    () => roads().cancel(),
    () => roads().wait(),
    () => roads().download('x'),
  ]) {
    await expect(call()).rejects.toThrow(/client\.exports\.create\(\) first/);
  }
});

test('formats are asked once, also when asked twice at the same time', async () => {
  const choices = [{ display_name: 'CSV', value: 'text/csv' }];
  const body = { actions: { POST: { formats: { children: { vector: { choices }, table: {} } } } } };
  await using site = await startLoopbackSite({ 'OPTIONS exports/': json(200, body) });
  const { exports } = localClient(site.url);
  const [first] = await Promise.all([exports.getFormats(), exports.getFormats()]);
  expect(first).toEqual({ vector: { 'text/csv': 'CSV' }, table: {} });
  expect(site.requests).toHaveLength(1);
});

test('formats that a site does not tell are an error with the remedy, which is not kept', async () => {
  await using site = await startLoopbackSite({
    'OPTIONS exports/': [
      json(200, { name: 'Export List' }),
      json(200, { actions: { POST: { formats: { children: {} } } } }),
    ],
  });
  const { exports } = localClient(site.url);
  await expect(exports.getFormats()).rejects.toThrow(/exports:write/);
  expect(await exports.getFormats()).toEqual({});
});

test('setFormats sets, and removes with null', () => {
  const wanted = roads().setFormats({ raster: 'image/jpeg', vector: null });
  expect(wanted.formats).toEqual({ raster: 'image/jpeg' });
});

test('an aborted run cancels the export on the site', async () => {
  await using site = await startLoopbackSite({
    'POST exports/': json(201, anExport()),
    'GET exports/9/': json(200, anExport()),
    'DELETE exports/9/': json(202, anExport({ state: 'cancelled' })),
  });
  const controller = new AbortController();
  const wanted = roads();
  const run = localClient(site.url).exports.run(wanted, {
    to: tmpdir(),
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('enough')),
  });
  await expect(run).rejects.toThrow('enough');
  expect(wanted.state).toBe('cancelled');
  expect(site.requests.at(-1)).toMatchObject({
    method: 'DELETE',
    headers: { authorization: `key ${testKey}` },
  });
});

test('a run to a folder that is not there creates nothing', async () => {
  await using site = await startLoopbackSite({});
  const run = localClient(site.url).exports.run(roads(), { to: '/nowhere/at/all/' });
  await expect(run).rejects.toThrow(/does not exist; create it/);
  expect(site.requests).toHaveLength(0);
});
