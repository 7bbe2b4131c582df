import { expect, test } from 'vitest';

import { anExport } from '../node/testing/an-export.ts';
import { localClient } from '../node/testing/local-client.ts';
import { json, type LoopbackSite, type Routes, startLoopbackSite } from '../node/testing/loopback-site.ts';
import { Export, type ExportInit } from './export.ts';

const base = 'http://site.invalid/services/api/v1/';
const init: ExportInit = {
  crs: 'epsg:2193',
  formats: { vector: 'application/x-zipped-shp' },
  items: ['layers/3'],
};

/** A site with these exports, newest first, each to be asked for on its own too. */
function siteWith(...bodies: Parameters<typeof anExport>[0][]): Promise<LoopbackSite> {
  const exports = bodies.map((body, index) => anExport({ id: 100 - index, state: 'complete', ...body }));
  const details: Routes = Object.fromEntries(
    exports.map((body) => [`GET exports/${body.id}/`, json(200, body)]),
  );
  return startLoopbackSite({ 'GET exports/?page_size=100': json(200, exports), ...details });
}

async function reusable(site: LoopbackSite, changes: ExportInit = {}, options = {}): Promise<number | null> {
  const wanted = new Export({ ...init, ...changes });
  return (await localClient(site.url).exports.findReusable(wanted, options))?.id ?? null;
}

test('the latest complete export of the same request is found, however it is written', async () => {
  await using site = await siteWith(
    { state: 'processing' },
    { state: 'gone' },
    { crs: 'EPSG:4326' },
    {
      items: [{ item: 'https://elsewhere.example/services/api/v1.x/layers/3/' }],
      options: { crop_mode: 'clip' },
    },
    {},
  );
  expect(await reusable(site)).toBe(97);
  expect(site.requests[0]?.headers['expand']).toBe('list');
});

test.each([
  ['another layer', { items: ['layers/4'] }],
  ['another version of the layer', { items: ['layers/3/versions/7'] }],
  ['an option of the item', { items: [{ item: 'layers/3', color: '#ff0000' }] }],
  ['another format', { formats: { vector: 'text/csv' } }],
  ['another crop mode', { options: { cropMode: 'within' } }],
  ['a region', { extent: `${base}exports/croplayers/2/cropfeatures/442/` }],
] satisfies [string, ExportInit][])('%s is another request', async (_, changes) => {
  await using site = await siteWith({});
  expect(await reusable(site, changes)).toBeNull();
});

test('a region is the same as a geometry, and as the address of a crop feature', async () => {
  const ring = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 0],
  ] as const;
  const polygon = { type: 'Polygon', coordinates: [ring] } as const;
  await using site = await siteWith(
    { extent: `${base}exports/croplayers/2/cropfeatures/442/` },
    { extent: { coordinates: [ring], type: 'Polygon' } as never },
  );
  expect(await reusable(site, { extent: 'exports/croplayers/2/cropfeatures/442/' })).toBe(100);
  expect(await reusable(site, { extent: polygon })).toBe(99);
});

test('an archive that has gone meanwhile is not offered', async () => {
  const listed = anExport({ state: 'complete' });
  await using site = await startLoopbackSite({
    'GET exports/?page_size=100': json(200, [listed]),
    'GET exports/9/': json(200, { ...listed, state: 'gone' }),
  });
  expect(await reusable(site)).toBeNull();
});

test('a site that lists summaries only is asked for the details', async () => {
  const detail = anExport({ state: 'complete' });
  const { id, name, created_at, created_via, state, url, download_url } = detail;
  await using site = await startLoopbackSite({
    'GET exports/?page_size=100': json(200, [
      { id, name, created_at, created_via, state, url, download_url },
    ]),
    'GET exports/9/': json(200, detail),
  });
  expect(await reusable(site)).toBe(9);
  expect(site.requests).toHaveLength(2);
});

test('exports that are too old are not offered', async () => {
  await using site = await siteWith({ created_at: '2026-04-20T00:00:00Z' }, { created_at: null });
  expect(await reusable(site, {}, { createdAfter: new Date('2026-04-19') })).toBe(100);
  expect(await reusable(site, {}, { createdAfter: new Date('2026-04-21') })).toBeNull();
});
