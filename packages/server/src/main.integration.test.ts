import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { WireExportDetail, WireLayer, WireValidation } from '@outcrop/contract';
import { verifyArchive } from '@outcrop/engine';
import { writeGeoPackage } from '@outcrop/testkit';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { initSite } from './catalogue/init-site.ts';
import { type RunningServer, startSite } from './main.ts';
import { checkedFetch } from './testing/conformance.ts';

let folder: URL;
let server: RunningServer;

const regions = [
  { name: 'West', west: 170 },
  { name: 'East', west: 175 },
];

beforeAll(async () => {
  folder = pathToFileURL(`${await mkdtemp(join(tmpdir(), 'outcrop-site-'))}/`);
  writeGeoPackage(fileURLToPath(new URL('data.gpkg', folder)), {
    tables: [
      {
        name: 'regions',
        geometry: { epsg: 4326, type: 'POLYGON' },
        columns: [{ name: 'name', type: 'TEXT' }],
        features: regions.map(({ name, west }, index) => ({
          fid: index + 1,
          attributes: { name },
          geometry: {
            type: 'Polygon',
            coordinates: [
              [
                [west, -45],
                [west + 5, -45],
                [west + 5, -40],
                [west, -40],
                [west, -45],
              ],
            ],
          },
        })),
      },
      {
        name: 'points',
        geometry: { epsg: 4326, type: 'POINT' },
        columns: [{ name: 'n', type: 'INTEGER' }],
        features: Array.from({ length: 1000 }, (_, n) => ({
          fid: n + 1,
          attributes: { n },
          geometry: { type: 'Point', coordinates: [170.005 + n / 100, -42] },
        })),
      },
    ],
  });
  await initSite(folder);
  server = await startSite({
    folder,
    port: 0,
    host: '127.0.0.1',
    publicUrl: null,
    anonymous: true,
    logger: pino({ level: 'silent' }),
  });
}, 120_000);

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

function at(path: string): URL {
  return new URL(`services/api/v1/${path}`, server.url);
}

async function send<T>(path: string, body: object): Promise<T> {
  const response = await checkedFetch(at(path), { method: 'POST', body: JSON.stringify(body) });
  return (await response.json()) as T;
}

async function settled(url: string): Promise<WireExportDetail> {
  for (;;) {
    const detail = (await (await checkedFetch(url)).json()) as WireExportDetail;
    if (detail.state !== 'processing') {
      return detail;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const cropped = {
  name: 'East',
  items: [{ item: 'layers/2' }],
  formats: { vector: 'text/csv' },
  crs: 'EPSG:2193',
  extent: 'exports/croplayers/1/cropfeatures/2/',
};

test('a folder becomes a site whose export is cropped, complete and verifiable', async () => {
  const validation = await send<WireValidation>('exports/validate/', cropped);
  expect(validation).toMatchObject({ is_valid: true, items: [{ feature_count: expect.any(Number) }] });
  const detail = await settled((await send<WireExportDetail>('exports/', cropped)).url);
  expect(detail).toMatchObject({ state: 'complete', progress: 1, error: null });
  const redirect = await checkedFetch(detail.download_url!, { redirect: 'manual' });
  const response = await fetch(redirect.headers.get('Location')!);
  const archive = fileURLToPath(new URL('out.zip', folder));
  await writeFile(archive, Buffer.from(await response.arrayBuffer()));
  const verification = await verifyArchive(archive);
  expect(verification).toMatchObject({ ok: true, problems: [] });
  expect(verification.members.map(({ path }) => path)).toContain('points.csv');
});

test('bad extents and CRSs are refused in words', async () => {
  const ring = [
    [170, -45],
    [171, -44],
    [171, -45],
  ];
  for (const [field, value] of [
    ['extent', { type: 'Polygon', coordinates: [ring] }],
    ['extent', { type: 'Polygon', coordinates: [] }],
    ['extent', { type: 'Point', coordinates: [170, -45] }],
    ['crs', 'EPSG:1'],
  ] as const) {
    const refused = await send<Record<string, string[]>>('exports/', { ...cropped, [field]: value });
    expect(refused).toEqual({ [field]: [expect.stringMatching(/.{20}/)] });
  }
  const outside = {
    type: 'Polygon',
    coordinates: [
      [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 1],
        [0, 0],
      ],
    ],
  };
  expect(await send('exports/', { ...cropped, extent: outside })).toMatchObject({
    items: [{ invalid_reasons: ['outside-extent'] }],
  });
});

test('a GeoPackage that is destroyed while the site runs takes only its own layers away', async () => {
  const file = new URL('data.gpkg', folder);
  const bytes = await readFile(file);
  await writeFile(file, Buffer.alloc(100_000, 7));
  const layer = (await (await checkedFetch(at('layers/2/'))).json()) as WireLayer;
  expect(layer.unavailable).toMatch(/^data\.gpkg .{10}/);
  const refused = await send<WireValidation>('exports/', { ...cropped, extent: null });
  expect(refused.items[0]!.invalid_reasons).toEqual(['source-unavailable']);
  expect(JSON.stringify(refused)).not.toContain(fileURLToPath(folder));
  await writeFile(file, bytes);
  expect(await (await checkedFetch(at('layers/2/'))).json()).toMatchObject({
    unavailable: null,
    data: { feature_count: 1000 },
  });
});
