import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { rectangle } from '../testing/fake-engine.ts';
import { openTestSite, type TestSite } from '../testing/test-site.ts';

let site: TestSite;

beforeAll(async () => {
  site = await openTestSite();
}, 60_000);

afterAll(() => site.close());

async function get(path: string): Promise<unknown> {
  const response = await site.ask(path);
  expect(response.status).toBe(200);
  return response.json();
}

describe('layers and tables', () => {
  test('are listed apart', async () => {
    expect(await get('layers/')).toEqual([
      {
        id: 1,
        url: site.at('layers/1/'),
        type: 'layer',
        kind: 'vector',
        name: 'Countries',
        title: 'Countries',
      },
      expect.objectContaining({ id: 2 }),
      expect.objectContaining({ id: 4 }),
      expect.objectContaining({ id: 5, kind: 'raster' }),
      expect.objectContaining({ id: 6, kind: 'grid' }),
    ]);
    expect(await get('tables/')).toEqual([
      expect.objectContaining({ id: 3, type: 'table', kind: 'table', url: site.at('tables/3/') }),
    ]);
  });

  test('say in full what an exporter needs', async () => {
    const layer = (await get('layers/1/')) as { version: { id: number; url: string } };
    expect(layer).toMatchObject({
      id: 1,
      description: '',
      license: { id: 1, title: 'Public domain' },
      user_permissions: ['view', 'download'],
      user_capabilities: ['can-view', 'can-export'],
      published_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}000Z$/),
      services: [{ key: 'export', enabled: true, auth_scopes: ['exports:read', 'exports:write'] }],
      unavailable: null,
      data: {
        crs: 'EPSG:4326',
        feature_count: 3,
        geometry_field: 'geom',
        geometry_type: 'MULTIPOLYGON',
        fields: [{ name: 'name', type: 'text' }],
        extent: rectangle([165, -48, 180, -34]),
        export_formats: [
          { name: 'CSV', mimetype: 'text/csv' },
          { name: 'GeoPackage / SQLite', mimetype: 'application/x-ogc-gpkg' },
        ],
      },
    });
    expect(await get(layer.version.url)).toEqual(layer);
    expect((await site.ask('layers/1/versions/1/')).status).toBe(404);
    expect(await get('tables/3/')).toMatchObject({ data: { crs: null, extent: null, geometry_type: null } });
  });

  test('advertise no format for what cannot be exported, and say why', async () => {
    expect(await get('layers/5/')).toMatchObject({
      unavailable: null,
      user_capabilities: ['can-view'],
      data: { export_formats: [] },
    });
    expect(await get('layers/4/')).toMatchObject({
      unavailable: 'broken.gpkg is not a GeoPackage.',
      data: { export_formats: [], feature_count: null },
    });
  });

  test.each([
    'layers/3/',
    'tables/1/',
    'layers/99/',
    'layers/99999999999/',
    'layers/0/',
    'layers/x/',
    'layers/1/x/',
    'layers/..%2f1/',
  ])('%s is not found', async (path) => {
    const response = await site.ask(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ detail: 'Not found.' });
  });
});

test('licences have addresses, with their text where the site has it', async () => {
  expect(await get('licenses/1/')).toEqual({
    id: 1,
    title: 'Public domain',
    type: 'pd',
    url: site.at('licenses/1/'),
    url_html: 'https://example.com/pd',
    url_fulltext: site.at('licenses/1/fulltext/'),
  });
  const text = await site.ask('licenses/1/fulltext/');
  expect([text.headers.get('Content-Type'), await text.text()]).toEqual([
    'text/plain; charset=UTF-8',
    'No rights reserved.',
  ]);
});

test.each([
  'licenses/2/',
  'licenses/2/fulltext/',
  'coordinate-systems/EPSG:1/',
  'coordinate-systems/EPSG:x/',
  'coordinate-systems/ESRI:102100/',
  'coordinate-systems/..%2fx/',
  'users/0/',
  'users/99/',
])('%s is not found', async (path) => {
  expect((await site.ask(path)).status).toBe(404);
});

test('a code of a system is taken in any case, and escaped', async () => {
  const system = await get('coordinate-systems/EPSG:2193/');
  expect(await get('coordinate-systems/epsg%3A2193/')).toEqual(system);
});

describe('crop layers', () => {
  test('are the layers that the site says', async () => {
    const { version } = site.parts.site.readSource(site.parts.site.layers[0]!);
    const cropLayer = {
      id: 1,
      name: 'Countries',
      url: site.at('exports/croplayers/1/'),
      features: site.at('exports/croplayers/1/cropfeatures/'),
      extent: rectangle([165, -48, 180, -34]),
      source_layer: site.at(`layers/1/versions/${version}/`),
    };
    expect(await get('exports/croplayers/')).toEqual([cropLayer]);
    expect(await get('exports/croplayers/1/')).toEqual(cropLayer);
  });

  test('list their features without geometry, in pages and by name', async () => {
    const features = [
      { id: 1, name: 'New Zealand', url: site.at('exports/croplayers/1/cropfeatures/1/') },
      { id: 2, name: 'Iceland', url: site.at('exports/croplayers/1/cropfeatures/2/') },
    ];
    expect(await get('exports/croplayers/1/cropfeatures/')).toEqual(features);
    expect(await get('exports/croplayers/1/cropfeatures/?page_size=1&page=2')).toEqual([features[1]]);
    expect(await get('exports/croplayers/1/cropfeatures/?name=Iceland')).toEqual([features[1]]);
    const none = await site.ask('exports/croplayers/1/cropfeatures/?name=Atlantis');
    expect([await none.json(), none.headers.get('X-Resource-Range')]).toEqual([[], '0-0/0']);
  });

  test('give the geometry of one', async () => {
    expect(await get('exports/croplayers/1/cropfeatures/1/')).toEqual({
      id: 1,
      name: 'New Zealand',
      url: site.at('exports/croplayers/1/cropfeatures/1/'),
      geometry: rectangle([166, -47, 179, -34]),
    });
  });

  test.each([
    'exports/croplayers/2/',
    'exports/croplayers/99/',
    'exports/croplayers/1/cropfeatures/9/',
    'exports/croplayers/2/cropfeatures/',
    'exports/croplayers/1/cropfeatures/x/',
  ])('%s is not found', async (path) => {
    expect((await site.ask(path)).status).toBe(404);
  });
});
