import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { fakeArchiveSha256 } from '../testing/fake-engine.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';

let site: TestSite;

beforeAll(async () => {
  site = await openTestSite();
}, 60_000);

afterAll(() => site.close());

const gpkg = 'application/x-ogc-gpkg';

async function errorsOf(body: unknown): Promise<Record<string, unknown>> {
  const response = await site.send('exports/', body);
  expect(response.status).toBe(400);
  return (await response.json()) as Record<string, unknown>;
}

function request(extra: object): object {
  return { items: [{ item: 'layers/2' }], formats: { vector: gpkg }, crs: 'EPSG:2193', ...extra };
}

describe('create', () => {
  test('answers 201 with the address and the whole export, which then completes', async () => {
    const response = await site.send(
      'exports/',
      request({ name: 'Fred the export', items: [{ item: 'layers/2', color: '#003399' }] }),
    );
    expect(response.status).toBe(201);
    const created = (await response.json()) as Record<string, unknown>;
    expect(response.headers.get('Location')).toBe(created['url']);
    expect(created).toMatchObject({
      name: 'kx-fred-the-export',
      state: 'processing',
      download_url: null,
      progress: 0,
      created_via: 'api',
      crs: 'EPSG:2193',
      items: [{ item: site.at('layers/2/'), color: '#003399' }],
      formats: { vector: gpkg },
      extent: null,
      options: {},
      delivery: { method: 'download' },
      size_estimate_zipped: 100,
      is_cropped: false,
      error: null,
    });
    expect(created['created_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    const complete = await site.waitFor(created['id'], 'complete');
    expect(complete).toMatchObject({
      progress: 1,
      download_url: `${String(created['url'])}download/`,
      sha256: fakeArchiveSha256,
    });
  });

  test('takes any reference to an item of this site and shows its address', async () => {
    const references = [
      'layers/2',
      'layers/2/',
      '/services/api/v1/layers/2/',
      site.at('layers/2'),
      'http://localhost/services/api/v1.x/layers/2/',
    ];
    const created = await site.create({ items: references.map((item) => ({ item })) });
    expect(created['items']).toEqual(references.map(() => ({ item: site.at('layers/2/') })));
  });

  test('takes a version that is current, and refuses another', async () => {
    const { version } = site.parts.site.readSource(
      site.parts.site.findLayer(2) ?? site.parts.site.layers[0]!,
    );
    const created = await site.create({ items: [{ item: `layers/2/versions/${version}/` }] });
    expect(created['items']).toEqual([{ item: site.at(`layers/2/versions/${version}/`) }]);
    expect(await errorsOf(request({ items: [{ item: 'layers/2/versions/1/' }] }))).toEqual({
      items: [expect.stringContaining(`the version is now ${version}`)],
    });
  });

  test('takes a crop feature as extent, by address or reference, and echoes its address', async () => {
    for (const extent of [
      'exports/croplayers/1/cropfeatures/1/',
      site.at('exports/croplayers/1/cropfeatures/1/'),
    ]) {
      const created = await site.create({ extent, options: { crop_mode: 'intersects' } });
      expect(created).toMatchObject({
        extent: site.at('exports/croplayers/1/cropfeatures/1/'),
        is_cropped: true,
        options: { crop_mode: 'intersects' },
      });
    }
  });

  test('ignores keys that only the site writes, kinds that no item has, and the spelling of a format', async () => {
    const created = await site.create({
      id: 7,
      state: 'gone',
      url: 'http://elsewhere/',
      crs: { id: 'epsg:2193', srid: 2193 },
      formats: { vector: ' Application/X-OGC-GPKG ', pointcloud: 'x', raster: 'image/jpeg', grid: null },
    });
    expect(created).toMatchObject({ crs: 'EPSG:2193', formats: { vector: gpkg, raster: 'image/jpeg' } });
    expect(created['id']).not.toBe(7);
  });

  test('needs no CRS for a table, nor for KML', async () => {
    const table = await site.send('exports/validate/', {
      items: [{ item: 'tables/3' }],
      formats: { table: 'text/csv' },
    });
    expect(await table.json()).toMatchObject({ is_valid: true });
    const kml = await site.send('exports/validate/', {
      items: [{ item: 'layers/2' }],
      formats: { vector: 'application/vnd.google-earth.kml+xml' },
    });
    expect(await kml.json()).toMatchObject({
      is_valid: false,
      items: [{ invalid_reasons: ['invalid-format'] }],
    });
  });

  test('knows File Geodatabase by its contractual and its right spelling', async () => {
    for (const vector of ['applicaton/x-ogc-filegdb', 'application/x-ogc-filegdb']) {
      const response = await site.send('exports/validate/', request({ formats: { vector } }));
      expect(await response.json()).toMatchObject({
        items: [{ invalid_details: [{ detail: expect.stringContaining('applicaton/x-ogc-filegdb') }] }],
      });
    }
  });
});

describe('a create that is refused', () => {
  test('names each missing field', async () => {
    expect(await errorsOf({})).toEqual({ items: [expect.any(String)], formats: ['This field is required.'] });
    expect(await errorsOf({ items: [{ item: 'layers/2' }], formats: { vector: gpkg } })).toEqual({
      crs: [expect.stringContaining('required')],
    });
  });

  test.each([
    ['layers/99', 'no layer 99'],
    ['tables/2', 'write layers/2'],
    ['layers/3', 'write tables/3'],
    ['layers/x', 'not a layer or a table'],
    ['layers/2/../3', 'not a reference'],
    ['layers/%32', 'not a reference'],
    ['../../etc/passwd', 'not a reference'],
    ['//elsewhere/services/api/v1/layers/2/', 'not a reference'],
    ['https://elsewhere/services/api/v1/layers/2/', 'not an address of this site'],
    ['http://localhost:81/services/api/v1/layers/2/', 'not an address of this site'],
    ['http://localhost/layers/2/', 'not below services/api/v1/'],
    ['file:///etc/passwd', 'not a reference'],
    ['layers/99999999999', 'not a layer or a table'],
  ])('names the item %s', async (item, problem) => {
    expect(await errorsOf(request({ items: [{ item }] }))).toEqual({
      items: [expect.stringContaining(problem)],
    });
  });

  test.each([
    ['items', 'layers/2'],
    ['items', []],
    ['items', [7]],
    ['items', [{}]],
    ['items', [{ item: 'layers/2', color: 'red' }]],
    ['items', [{ item: 'layers/2', fields: [] }]],
    ['formats', 'gpkg'],
    ['formats', { vector: 5 }],
    ['crs', 2193],
    ['crs', 'EPSG:999999'],
    ['crs', "EPSG:4326'; DROP TABLE"],
    ['extent', 7],
    ['extent', {}],
    ['extent', { type: 'Point', coordinates: [1, 2] }],
    ['extent', 'exports/croplayers/9/cropfeatures/1/'],
    ['extent', 'exports/croplayers/1/cropfeatures/9/'],
    ['extent', 'layers/1'],
    ['extent', 'https://elsewhere/services/api/v1/exports/croplayers/1/cropfeatures/1/'],
    ['extent', 'exports/croplayers/2/cropfeatures/1/'],
    ['options', { crop_mode: 'cut' }],
    ['options', { coordinate_precision: 16 }],
    ['options', { coordinate_precision: 1.5 }],
    ['delivery', { method: 'courier' }],
    ['name', 'x'.repeat(201)],
    ['name', 5],
    ['non_field_errors', null],
  ])('names the field %s for %j', async (field, value) => {
    const body = field === 'non_field_errors' ? [] : request({ [field]: value });
    expect(await errorsOf(body)).toEqual({ [field]: [expect.stringMatching(/.{10}/)] });
  });

  test('names the limit of vertices', async () => {
    const ring = Array.from({ length: 30 }, (_, index) => [170 + Math.cos(index), Math.sin(index)]);
    expect(await errorsOf(request({ extent: { type: 'Polygon', coordinates: [ring] } }))).toEqual({
      extent: [expect.stringContaining('20')],
    });
  });

  test('does not choke on a NUL, half a surrogate pair, or a prototype', async () => {
    expect(await errorsOf(request({ items: [{ item: 'layers/2', note: 'a\0b' }] }))).toHaveProperty(
      'non_field_errors',
    );
    expect(await errorsOf(request({ name: '\ud800' }))).toHaveProperty('non_field_errors');
    const body =
      '{"__proto__": {"items": 1}, "constructor": 1, "items": [{"item": "layers/2"}], "formats": {"__proto__": "x", "vector": "text/csv"}, "crs": "EPSG:4326"}';
    expect((await site.send('exports/', body)).status).toBe(201);
  });

  test('lists more than one problem at once', async () => {
    expect(
      Object.keys(
        await errorsOf(
          request({ crs: 'EPSG:1', extent: 'x', items: [{ item: 'layers/98' }, { item: 'layers/99' }] }),
        ),
      ).toSorted(),
    ).toEqual(['crs', 'extent', 'items']);
  });

  test('says why an item cannot be exported, as validate does', async () => {
    const body = request({
      items: [{ item: 'layers/2' }, { item: 'layers/4' }, { item: 'layers/5' }, { item: 'layers/6' }],
      formats: { vector: gpkg, raster: 'image/jpeg' },
    });
    const refused = await errorsOf(body);
    expect(refused).toMatchObject({
      is_valid: false,
      invalid_reasons: [],
      size_estimate_zipped: 0,
      items: [
        { item: 'layers/2', is_valid: true, invalid_reasons: [] },
        { item: 'layers/4', is_valid: false, invalid_reasons: ['source-unavailable'] },
        { item: 'layers/5', is_valid: false, invalid_reasons: ['invalid-format'] },
        { item: 'layers/6', is_valid: false, invalid_reasons: ['missing-format'] },
      ],
    });
    const validated = await site.send('exports/validate/', body);
    expect(validated.status).toBe(200);
    expect(await validated.json()).toEqual(refused);
    expect(JSON.stringify(refused)).not.toContain(site.folder.pathname);
  });

  test('is refused too where only data that cannot be read were asked for', async () => {
    expect(await errorsOf(request({ items: [{ item: 'layers/4' }] }))).toMatchObject({
      is_valid: false,
      items: [{ invalid_reasons: ['source-unavailable'] }],
    });
  });

  test('says that the body is not JSON, is empty, or is too large', async () => {
    for (const body of ['{', '', 'items=1', '"']) {
      const response = await site.send('exports/', body);
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({ detail: expect.stringContaining('not JSON') });
    }
    const large = await site.send('exports/', request({ name: 'x'.repeat(30_000) }));
    expect(large.status).toBe(413);
    expect(await large.json()).toEqual({ detail: expect.stringContaining('20000 bytes') });
  });

  test.each(['extent', 'options', 'anything'])('does not follow %s down without end', async (field) => {
    const deep = `{"${field}": {"type": "Polygon", "coordinates": ${'['.repeat(9000)}${']'.repeat(9000)}}}`;
    const response = await site.send('exports/', deep);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ non_field_errors: [expect.stringContaining('20 levels')] });
  });

  test('counts a body that does not say how long it is', async () => {
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1000).fill(0x20)),
    });
    const response = await site.ask('exports/', {
      method: 'POST',
      body: endless,
      duplex: 'half',
    } as object);
    expect(response.status).toBe(413);
  });
});

describe('validate', () => {
  test('says what an export will cost, and starts nothing', async () => {
    const before = await (await site.ask('exports/')).json();
    const response = await site.send(
      'exports/validate/',
      request({ items: [{ item: 'layers/1', color: '#003399' }], name: 'A b' }),
    );
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      items: [
        {
          item: 'layers/1',
          color: '#003399',
          license: {
            id: 1,
            title: 'Public domain',
            type: 'pd',
            url: site.at('licenses/1/'),
            url_fulltext: site.at('licenses/1/fulltext/'),
            url_html: 'https://example.com/pd',
          },
          price: '0.00',
          is_valid: true,
          invalid_reasons: [],
          invalid_details: [],
          feature_count: 3,
          size_estimate_zipped: 100,
          size_estimate_unzipped: 200,
          seconds_estimate: 1,
        },
      ],
      size_estimate_zipped: 100,
      is_valid: true,
      invalid_reasons: [],
      invalid_details: [],
      warnings: [],
      name: 'kx-a-b',
    });
    expect(await (await site.ask('exports/')).json()).toEqual(before);
  });

  test('says that the extent is outside', async () => {
    const response = await site.send(
      'exports/validate/',
      request({ extent: 'exports/croplayers/1/cropfeatures/2/' }),
    );
    expect(await response.json()).toMatchObject({
      is_valid: false,
      invalid_reasons: [],
      items: [{ invalid_reasons: ['outside-extent'] }],
    });
  });
});
