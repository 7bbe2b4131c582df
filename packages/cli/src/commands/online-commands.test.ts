import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Fetch } from '@outcrop/client';
import { type TemporaryFolder, temporaryFolder } from '@outcrop/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { runCommand } from '../run-command.ts';
import { testContext } from '../testing/test-context.ts';

const base = 'https://data.example/services/api/v1/';
const archive = Buffer.from('an archive');
const sha256 = createHash('sha256').update(archive).digest('hex');
const done = {
  id: 9,
  name: 'kx-roads-GPKG',
  state: 'complete',
  url: `${base}exports/9/`,
  download_url: `${base}exports/9/download/`,
  progress: 1,
  warnings: ['the extent was repaired'],
};
const countries = {
  id: 2,
  name: 'Countries',
  url: `${base}exports/croplayers/2/`,
  features: `${base}exports/croplayers/2/cropfeatures/`,
};
const features = [
  { id: 442, name: 'New Zealand', url: `${countries.features}442/` },
  { id: 5, name: 'Nauru', url: `${countries.features}5/` },
];
const choices = [{ value: 'application/x-ogc-gpkg', display_name: 'GeoPackage' }];

/** What the site answers, by method and path below the API's base. */
const answers: Record<string, () => Response> = {
  'GET layers/3/': () => Response.json({ id: 3, url: `${base}layers/3/`, title: 'Roads' }),
  'GET tables/7/': () => Response.json({ id: 7, url: `${base}tables/7/`, title: 'List' }),
  'POST exports/': () =>
    Response.json({ ...done, state: 'processing', download_url: null, progress: 0 }, { status: 201 }),
  'GET exports/9/': () => Response.json(done),
  'PATCH exports/9/': () => Response.json({ ...done, expires_at: '2027-06-30T00:00:00Z' }),
  'DELETE exports/9/': () => Response.json({ ...done, state: 'cancelled' }, { status: 202 }),
  'GET exports/9/download/': () =>
    new Response(archive, { headers: { 'content-length': String(archive.length) } }),
  'OPTIONS exports/': () =>
    Response.json({ actions: { POST: { formats: { children: { vector: { choices } } } } } }),
  'GET exports/croplayers/': () => Response.json([countries]),
  'GET exports/croplayers/2/cropfeatures/': () => Response.json(features),
};

let temporary: TemporaryFolder;
let folder: string;
let sent: { route: string; key: string | null; body: unknown }[];

beforeEach(async () => {
  temporary = await temporaryFolder();
  folder = temporary.path;
  sent = [];
});
afterEach(() => temporary[Symbol.asyncDispose]());

function fetchFrom(changed: typeof answers = {}): Fetch {
  return async (url, init) => {
    const route = `${init.method} ${url.replace(base, '').replace(/\?.*/, '')}`;
    const key = new Headers(init.headers).get('authorization');
    sent.push({ route, key, body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined });
    const answer = { ...answers, ...changed }[route];
    return answer?.() ?? Response.json({ detail: 'Not found.' }, { status: 404 });
  };
}

const context = (changed: typeof answers = {}) =>
  testContext({ workingFolder: folder, fetch: fetchFrom(changed) });
const created = (): unknown => sent.find(({ route }) => route === 'POST exports/')?.body;
const exportOf = (...more: string[]): string[] => [
  'export',
  '3',
  '--url',
  'data.example',
  '--format',
  'vector=gpkg',
  ...more,
];

test('export creates, waits, downloads and says where the archive is', async () => {
  const terminal = context();
  expect(
    await runCommand(exportOf('--crs', 'EPSG:2193', '--name', 'My roads', '--key', 'f00'), terminal),
  ).toBe(0);
  const path = join(folder, 'kx-roads-GPKG.zip');
  expect(terminal.printed).toEqual([`${path}: 10 bytes, SHA-256 ${sha256}`]);
  expect(terminal.noted.at(-1)).toBe('note: the extent was repaired');
  expect((await readFile(path)).equals(archive)).toBe(true);
  expect(created()).toEqual({
    name: 'My roads',
    crs: 'EPSG:2193',
    formats: { vector: 'application/x-ogc-gpkg' },
    items: [{ item: `${base}layers/3/` }],
  });
  expect(new Set(sent.map(({ key }) => key))).toEqual(new Set(['key f00']));
});

test('export --json prints one JSON document and nothing else', async () => {
  const terminal = context();
  expect(await runCommand(exportOf('--json'), terminal)).toBe(0);
  expect(JSON.parse(terminal.printed.join('\n'))).toMatchObject({
    id: 9,
    name: 'kx-roads-GPKG',
    path: join(folder, 'kx-roads-GPKG.zip'),
    bytes: 10,
    sha256,
  });
});

test('layers are named by id, table id, path or URL', async () => {
  const terminal = context();
  const named = ['3', '7', 'layers/3', 'tables/7/', 'https://data.example/services/api/v1/layers/8/'];
  expect(
    await runCommand(['export', ...named, '--url', 'data.example', '--format', 'vector=gpkg'], terminal),
  ).toBe(0);
  expect(created()).toMatchObject({
    items: ['layers/3/', 'tables/7/', 'layers/3/', 'tables/7/', 'layers/8/'].map((item) => ({
      item: base + item,
    })),
  });
});

test('whom to tell of the end is passed on', async () => {
  const told = exportOf('--notify-webhook', 'https://example.com/hook', '--notify-email');
  expect(await runCommand(told, context())).toBe(0);
  expect(created()).toMatchObject({ notify: { webhook: 'https://example.com/hook', email: true } });
});

test('what is said of pixels, colours and geometry goes with every item', async () => {
  const pixels = ['--tile', 'BX15', '--tile', 'BX16, north', '--raster-resolution-multiplier', '2.5'];
  const flags = ['--include-raster-tab', '--scale-to-bytes', '--no-geometry-field', '--color', '#00ff99'];
  const told = ['export', '3', '7', '--url', 'data.example', '--format', 'raster=jpeg', '--mosaic'];
  expect(await runCommand([...told, ...pixels, ...flags], context())).toBe(0);
  const options = {
    tiles: ['BX15', 'BX16, north'],
    raster_resolution_multiplier: 2.5,
    include_raster_tab: true,
    scale_to_bytes: true,
    include_geometry_field: false,
    color: '#00ff99',
  };
  expect(created()).toMatchObject({
    items: [
      { item: `${base}layers/3/`, ...options },
      { item: `${base}tables/7/`, ...options },
    ],
    options: { mosaic: true },
  });
});

test.each([
  ['99', 1, /no layer or table 99/],
  ['layers/7', 1, /Not found/],
  ['../etc', 2, /neither an id/],
])('the layer %s fails with %i', async (layer, exitCode, message) => {
  const terminal = context();
  expect(
    await runCommand(['export', layer, '--url', 'data.example', '--format', 'vector=gpkg'], terminal),
  ).toBe(exitCode);
  expect(terminal.noted.join('\n')).toMatch(message);
  expect(created()).toBeUndefined();
});

test('a crop feature is named by title and name, or by ids', async () => {
  expect(
    await runCommand(exportOf('--crop-feature', 'countries/new zealand', '--crop-mode', 'within'), context()),
  ).toBe(0);
  expect(created()).toMatchObject({ extent: features[0]?.url, options: { crop_mode: 'within' } });
});

test.each([
  ['Countries/Zealand', /no feature "Zealand"; it has 2, such as New Zealand/],
  ['Regions/Otago', /No crop layer for "Regions\/Otago"; the site has Countries \(2\)/],
])('the crop feature %s is unknown, and there are candidates', async (written, message) => {
  const terminal = context();
  expect(await runCommand(exportOf('--crop-feature', written), terminal)).toBe(1);
  expect(terminal.noted.join('\n')).toMatch(message);
});

test('two crop layers of one title are told apart by their ids', async () => {
  const twins = { 'GET exports/croplayers/': () => Response.json([countries, { ...countries, id: 4 }]) };
  const terminal = context(twins);
  expect(await runCommand(exportOf('--crop-feature', 'Countries/Nauru'), terminal)).toBe(1);
  expect(terminal.noted.join('\n')).toMatch(/Their ids: 2, 4/);
});

test('an extent comes from a file', async () => {
  const polygon = {
    type: 'Polygon',
    coordinates: [
      [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 0],
      ],
    ],
  };
  await writeFile(join(folder, 'e.geojson'), JSON.stringify({ type: 'Feature', geometry: polygon }));
  expect(await runCommand(exportOf('--extent', 'e.geojson'), context())).toBe(0);
  expect(created()).toMatchObject({ extent: polygon });
});

test('a refused export prints the reasons per item', async () => {
  const items = [{ item: `${base}layers/3/`, is_valid: false, invalid_reasons: ['outside-extent'] }];
  const refusal = {
    'POST exports/': () => Response.json({ items, is_valid: false, invalid_reasons: [] }, { status: 400 }),
  };
  const terminal = context(refusal);
  expect(await runCommand(exportOf(), terminal)).toBe(1);
  expect(terminal.noted).toEqual([
    'outcrop: The site refuses the export:',
    `  ${base}layers/3/: outside-extent: it has nothing in the region; move or enlarge the extent`,
  ]);
});

test('a failed export says why', async () => {
  const failure = {
    ...done,
    state: 'error',
    error: { code: 'disk-full', detail: 'The disk of the site is full' },
  };
  const terminal = context({ 'GET exports/9/': () => Response.json(failure) });
  expect(await runCommand(exportOf(), terminal)).toBe(1);
  expect(terminal.noted.at(-1)).toBe(
    'outcrop: Export 9 (kx-roads-GPKG) failed: The disk of the site is full',
  );
});

test('an interrupted export is cancelled on the site', async () => {
  const terminal = context({
    'GET exports/9/': () => {
      terminal.controller.abort(new Error('interrupted'));
      return Response.json({ ...done, state: 'processing' });
    },
  });
  expect(await runCommand(exportOf(), terminal)).toBe(130);
  expect(sent.at(-1)?.route).toBe('DELETE exports/9/');
  expect(terminal.noted.at(-1)).toBe('outcrop: cancelled');
});

test.each([
  [['export', '--url', 'x', '--format', 'vector=gpkg'], /missing required argument 'layers'/],
  [['export', '3', '--format', 'vector=gpkg'], /required option '--url <url>'/],
  [['export', '3', '--url', 'x'], /--format, such as vector=gpkg/],
  [['export', '3', '--url', 'x', '--format', 'gpkg'], /kind=format/],
  [
    ['export', '3', '--url', 'x', '--format', 'vector=gpkg', '--extent', 'a', '--crop-feature', 'b/c'],
    /not both/,
  ],
  [
    ['export', '3', '--url', 'x', '--format', 'vector=gpkg', '--crop-mode', 'cut'],
    /clip, intersects, within/,
  ],
  [['export', '3', '--url', 'x', '--format', 'vector=gpkg', '--color', 'red'], /such as "#003399"/],
  [
    ['export', '3', '--url', 'x', '--format', 'raster=jpeg', '--raster-resolution-multiplier', '0'],
    /a number from 0\.01 to 10000/,
  ],
  [['export', '3', '--url', 'x', '--format', 'vector=gpkg', '--crop-feature', 'b'], /Crop layer\/Feature/],
])('%j is a usage error', async (commandLine, message) => {
  const terminal = context();
  expect(await runCommand(commandLine, terminal)).toBe(2);
  expect(terminal.noted.join('\n')).toMatch(message);
});

test('a target folder that is not there is found before anything is sent', async () => {
  const terminal = context();
  expect(await runCommand(exportOf('--to', 'none'), terminal)).toBe(1);
  expect(terminal.noted[0]).toMatch(/none does not exist; create it/);
  expect(sent).toEqual([]);
});

test('formats are listed with kind, short code, label and mimetype', async () => {
  const terminal = context();
  expect(await runCommand(['formats', '--url', 'data.example'], terminal)).toBe(0);
  expect(terminal.printed).toEqual(['vector  gpkg  GeoPackage  application/x-ogc-gpkg']);
  expect(await runCommand(['formats', '--url', 'data.example', '--json'], terminal)).toBe(0);
  expect(JSON.parse(terminal.printed.slice(1).join('\n'))).toEqual({
    vector: { 'application/x-ogc-gpkg': 'GeoPackage' },
  });
});

test('extend sends the time that was written, or one from now, and prints what the site says', async () => {
  const terminal = context();
  expect(await runCommand(['extend', '9', '--url', 'data.example', '--until', '2027-06-30'], terminal)).toBe(
    0,
  );
  expect(terminal.printed).toEqual(['kx-roads-GPKG can be downloaded until 2027-06-30T00:00:00.000Z']);
  expect(sent.at(-1)).toMatchObject({ route: 'PATCH exports/9/', body: { expires_at: '2027-06-30' } });
  expect(
    await runCommand(['extend', '9', '--url', 'data.example', '--until', '2w', '--json'], terminal),
  ).toBe(0);
  const { expires_at: end } = sent.at(-1)!.body as { expires_at: string };
  expect((Date.parse(end) - Date.now()) / 86_400_000).toBeCloseTo(14, 2);
  expect(JSON.parse(terminal.printed.slice(1).join('\n'))).toMatchObject({
    id: 9,
    expires_at: '2027-06-30T00:00:00.000Z',
  });
  expect(await runCommand(['extend', '9', '--url', 'data.example', '--until', 'soon'], terminal)).toBe(2);
  expect(await runCommand(['extend', 'nine', '--url', 'data.example'], terminal)).toBe(2);
});
