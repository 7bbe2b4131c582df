import { expect, test } from 'vitest';

import { Export } from '../exports/export.ts';
import { localClient } from '../node/testing/local-client.ts';
import { json, type LoopbackSite, type Routes, startLoopbackSite } from '../node/testing/loopback-site.ts';

const base = '/services/api/v1/exports/croplayers/';
const geometry = {
  type: 'MultiPolygon',
  coordinates: [
    [
      [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 0],
      ],
    ],
  ],
};
const countries = {
  id: 2,
  name: 'Countries',
  url: `${base}2/`,
  features: `${base}2/cropfeatures/`,
  extent: null,
  source_layer: '/services/api/v1/layers/263/versions/250/',
};
const feature = (id: number, name: string) => ({ id, name, url: `${base}2/cropfeatures/${id}/` });
const features = [
  feature(1, 'New Zealand'),
  feature(2, 'Nauru'),
  feature(3, '0'),
  feature(4, '0'),
  feature(5, 'NAURU'),
];

const routes: Routes = {
  'GET exports/croplayers/': json(200, [countries]),
  'GET exports/croplayers/2/': json(200, countries),
  'GET exports/croplayers/2/cropfeatures/': json(200, features),
  'GET exports/croplayers/2/cropfeatures/?page_size=100': json(200, features),
  // Knows the filter for one name, and ignores it for the others, as sites do that have none.
  'GET exports/croplayers/2/cropfeatures/?name=Nauru&page_size=100': json(200, [features[1]]),
  'GET exports/croplayers/2/cropfeatures/?name=0&page_size=100': json(200, features),
  'GET exports/croplayers/2/cropfeatures/?name=Zealand&page_size=100': json(200, features),
  'GET exports/croplayers/2/cropfeatures/?name=new+zealand&page_size=100': json(200, []),
  'GET exports/croplayers/2/cropfeatures/1/': json(200, { ...features[0], geometry }),
};

const cropLayers = (site: LoopbackSite) => localClient(site.url).exports.cropLayers;

test('a layer and its features are found, with geometries when asked', async () => {
  await using site = await startLoopbackSite(routes);
  const layer = await cropLayers(site).list().first();
  expect(layer).toMatchObject({ id: 2, name: 'Countries', sourceLayer: countries.source_layer });
  const listed = await layer?.listFeatures().first();
  expect(listed).toMatchObject({ name: 'New Zealand', geometry: null });
  expect((await listed?.refresh())?.geometry).toEqual(geometry);
  expect((await layer?.getFeature(1))?.geometry).toEqual(geometry);
  expect(await listed?.layer()).toBe(layer);
});

test('a feature is one request away, and knows its layer', async () => {
  await using site = await startLoopbackSite(routes);
  const found = await cropLayers(site).getFeature(2, 1);
  expect(found.geometry).toEqual(geometry);
  expect(site.requests).toHaveLength(1);
  expect((await found.layer()).name).toBe('Countries');
});

test('a feature is found by its name: as written, else but for case', async () => {
  await using site = await startLoopbackSite(routes);
  const layer = await cropLayers(site).get(2);
  expect((await layer.findFeature('new zealand')).id).toBe(1);
  const before = site.requests.length;
  expect((await layer.findFeature('Nauru')).id).toBe(2);
  expect(site.requests.length - before).toBe(1);
});

test('a name that is unknown or not unique is an error with what there is', async () => {
  await using site = await startLoopbackSite(routes);
  const layer = await cropLayers(site).get(2);
  await expect(layer.findFeature('Zealand')).rejects.toThrow(
    /no feature "Zealand"; it has 5, such as New Zealand$/,
  );
  await expect(layer.findFeature('0')).rejects.toThrow(/2 features named "0".*3, 4/);
});

test('a feature is sent as its URL when it is an extent', async () => {
  await using site = await startLoopbackSite(routes);
  const extent = await cropLayers(site).getFeature(2, 1);
  const wanted = new Export({ extent, items: ['layers/1'] });
  expect(JSON.parse(JSON.stringify(wanted.toRequest()))).toMatchObject({ extent: features[0]?.url });
  expect(JSON.stringify({ extent })).toBe(JSON.stringify({ extent: features[0]?.url }));
});

test('features on a foreign origin are refused, and nothing is sent there', async () => {
  await using foreign = await startLoopbackSite({});
  await using site = await startLoopbackSite({
    'GET exports/croplayers/2/': json(200, { ...countries, features: foreign.url.href }),
  });
  const layer = await cropLayers(site).get(2);
  await expect(layer.listFeatures().first()).rejects.toMatchObject({ code: 'foreign-origin' });
  await expect(layer.getFeature(1)).rejects.toMatchObject({ code: 'foreign-origin' });
  expect(foreign.requests).toHaveLength(0);
});

test('a crop layer can be asked again, and its features are a collection', async () => {
  await using site = await startLoopbackSite({
    ...routes,
    'GET exports/croplayers/2/': [json(200, countries), json(200, { ...countries, name: 'Nations' })],
    'GET exports/croplayers/2/cropfeatures/?q=new&sort=-name': json(200, [features[0]]),
  });
  const layer = await cropLayers(site).get(2);
  expect((await layer.refresh()).name).toBe('Nations');
  const found = await layer.features.filter({ q: 'new' }).orderBy('-name').toArray();
  expect(found.map(({ name }) => name)).toEqual(['New Zealand']);
});

test('the address of a foreign crop feature is refused, and nothing is sent there', async () => {
  await using foreign = await startLoopbackSite({});
  await using site = await startLoopbackSite({
    'GET exports/croplayers/2/': json(200, countries),
    'GET exports/croplayers/2/cropfeatures/': json(200, [
      { ...features[0], url: foreign.url.href },
      { ...features[1], url: null },
    ]),
  });
  const [astray, homeless] = await (await cropLayers(site).get(2)).listFeatures().toArray();
  await expect(astray?.refresh()).rejects.toMatchObject({ code: 'foreign-origin' });
  await expect(homeless?.refresh()).rejects.toThrow(/has no URL; get it from its crop layer/);
  expect(foreign.requests).toHaveLength(0);
});
