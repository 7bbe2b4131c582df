import { expect, test } from 'vitest';

import { localClient } from '../node/testing/local-client.ts';
import { json, plain, startLoopbackSite } from '../node/testing/loopback-site.ts';

const entry = (id: number, title: string, more: object = {}) => ({
  id,
  title,
  kind: 'vector',
  type: 'layer',
  url: `/services/api/v1/layers/${id}/`,
  ...more,
});

test('the catalogue is one list to filter', async () => {
  await using site = await startLoopbackSite({
    'GET data/?q=road&kind=vector': json(200, [entry(1, 'Roads'), { id: 2, name: 'Old roads', url: 'x' }]),
  });
  const found = await localClient(site.url).catalog.filter({ q: 'road', kind: 'vector' }).toArray();
  expect(found).toMatchObject([
    { id: 1, title: 'Roads', name: 'Roads', kind: 'vector', userPermissions: null },
    { id: 2, title: 'Old roads', name: 'Old roads', kind: '' },
  ]);
});

test('a raster says its pixels, tiles and bands, and another layer that it has none', async () => {
  const data = { raster_resolution: 10, tiles: ['BX15', 'BX16'], bands: [{ type: 'Int16', nodata: null }] };
  await using site = await startLoopbackSite({
    'GET layers/1/': json(200, entry(1, 'Heights', { kind: 'grid', data })),
    'GET layers/2/': json(200, entry(2, 'Roads', { data: {} })),
  });
  const { layers } = localClient(site.url);
  expect((await layers.get(1)).data).toMatchObject({
    rasterResolution: 10,
    tiles: ['BX15', 'BX16'],
    bands: [{ type: 'Int16' }],
  });
  expect((await layers.get(2)).data).toMatchObject({ rasterResolution: null, tiles: [], bands: [] });
});

test('a site without a catalogue has its layers and tables searched, page by page', async () => {
  const next = {
    link: '</services/api/v1/layers/?q=road&page=2>; rel="page-next"',
    'x-resource-range': '0-1/2',
  };
  await using site = await startLoopbackSite({
    'GET layers/?q=road': json(200, [entry(1, 'Roads')], next),
    'GET layers/?q=road&page=2': json(200, [entry(2, 'Railroads')]),
    'GET tables/?q=road': json(200, [entry(3, 'Road names')]),
  });
  const query = localClient(site.url).catalog.filter({ q: 'road' });
  expect((await query.toArray()).map(({ title }) => title)).toEqual(['Roads', 'Railroads', 'Road names']);
  expect(await query.count()).toBe(3);
  expect((await query.at(2))?.title).toBe('Road names');
});

test('other failures of the catalogue are not hidden', async () => {
  await using site = await startLoopbackSite({ 'GET data/': plain(403), 'GET layers/': json(200, []) });
  await expect(localClient(site.url).catalog.list().toArray()).rejects.toMatchObject({ code: 'permission' });
  await expect(localClient(site.url).catalog.list().count()).rejects.toMatchObject({ code: 'permission' });
});

test('a search by permission asks only for what the list does not tell', async () => {
  await using site = await startLoopbackSite({
    'GET data/?q=road': json(200, [
      entry(1, 'Roads', { user_permissions: ['view', 'download'] }),
      entry(2, 'Secret roads', { user_permissions: ['view'] }),
      entry(3, 'Railroads'),
      entry(4, 'Road works'),
    ]),
    'GET layers/3/': json(200, entry(3, 'Railroads', { user_permissions: ['download'] })),
    'GET layers/4/': json(200, entry(4, 'Road works', { user_permissions: [] })),
  });
  const titles: string[] = [];
  for await (const { title } of localClient(site.url).catalog.search({
    text: 'road',
    permission: 'download',
  })) {
    titles.push(title);
  }
  expect(titles).toEqual(['Roads', 'Railroads']);
  expect(site.requests.map(({ path }) => path.replace('/services/api/v1/', ''))).toEqual([
    'data/?q=road',
    'layers/3/',
    'layers/4/',
  ]);
  expect(site.requests[0]?.headers['expand']).toBe('list');
});

test('a search without a permission asks for no details', async () => {
  await using site = await startLoopbackSite({
    'GET data/?kind=vector&kind=table': json(200, [entry(1, 'Roads')]),
  });
  const found: number[] = [];
  for await (const { id } of localClient(site.url).catalog.search({ kind: ['vector', 'table'] }))
    found.push(id);
  expect(found).toEqual([1]);
  expect(site.requests[0]?.headers['expand']).toBeUndefined();
});
