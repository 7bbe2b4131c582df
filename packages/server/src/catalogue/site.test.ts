import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { fakeEngine, type FakeTable } from '../testing/fake-engine.ts';
import { writeTestFolder } from '../testing/test-site.ts';
import { describeLayers } from './describe-layers.ts';
import { initSite } from './init-site.ts';
import { openSite } from './site.ts';
import { SiteError } from './site-error.ts';

let folder: URL;

beforeEach(async () => {
  folder = await writeTestFolder();
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function write(name: string, content: string | readonly FakeTable[]): Promise<void> {
  return writeFile(
    join(fileURLToPath(folder), name),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
}

function readConfig(): Promise<string> {
  return readFile(new URL('outcrop.yaml', folder), 'utf8');
}

describe('initSite', () => {
  test('finds all data, titles them readably, and suggests crop layers', async () => {
    await rm(new URL('outcrop.yaml', folder));
    await mkdir(new URL('more data/', folder));
    await mkdir(new URL('.hidden/', folder));
    await write('more data/river_lines#1.gpkg', [
      { table: 'riverLines_2024', geometryType: 'POINT' },
      { table: 'x', identifier: 'Named by its author' },
    ]);
    await write('.hidden/secret.gpkg', [{ table: 'secret' }]);
    await write('marble.jgw', '');
    await write('photo.jpg', 'an image that says not where it is');
    const { layers, skipped, configFile } = await initSite(folder, fakeEngine());
    expect(
      layers.map(({ id, kind, title, file, table, isCropLayer, nameField }) => [
        id,
        kind,
        title,
        file,
        table,
        isCropLayer,
        nameField,
      ]),
    ).toEqual([
      [1, 'raster', 'Marble', 'marble.jpg', null, false, null],
      [2, 'vector', 'River Lines 2024', 'more data/river_lines#1.gpkg', 'riverLines_2024', false, null],
      [3, 'table', 'Named by its author', 'more data/river_lines#1.gpkg', 'x', false, null],
      [4, 'grid', 'Mountain', 'mountain.asc', null, false, null],
      [5, 'vector', 'Countries', 'nature.gpkg', 'countries', true, 'name'],
      [6, 'vector', 'Cities', 'nature.gpkg', 'cities', false, null],
      [7, 'table', 'City list', 'nature.gpkg', 'city_list', false, null],
    ]);
    expect(skipped).toEqual([
      { path: 'broken.gpkg', table: null, reason: expect.stringContaining('not a GeoPackage') },
    ]);
    expect(configFile.href).toBe(new URL('outcrop.yaml', folder).href);
    expect((await openSite(folder, fakeEngine())).layers).toHaveLength(7);
  });

  test('adds what is new to an existing file and keeps ids, words and comments', async () => {
    await write(
      'outcrop.yaml',
      `# Our site
title: "Ours"   # do not change
layers:
  # the old one
  - id: 40
    title: 'Countries, our way'
    file: ./nature.gpkg
    table: countries
`,
    );
    const { layers } = await initSite(folder, fakeEngine());
    expect(layers.map(({ id, title }) => [id, title])).toEqual([
      [40, 'Countries, our way'],
      [41, 'Mountain'],
      [42, 'Cities'],
      [43, 'City list'],
    ]);
    const text = await readConfig();
    for (const words of [
      '# Our site',
      'title: "Ours" # do not change',
      '# the old one',
      "title: 'Countries, our way'",
    ]) {
      expect(text).toContain(words);
    }
    await initSite(folder, fakeEngine());
    expect(await readConfig()).toBe(text);
  });
});

describe('openSite', () => {
  test.each([
    ['layers: [', 'not valid YAML'],
    ['titel: x', 'titel'],
    ['layers: [{ id: 1, title: A, file: a.gpkg }]', 'no table'],
    ['layers: [{ id: 1, title: A, file: a.tif }, { id: 1, title: B, file: b.tif }]', 'used twice'],
    ['layers: [{ id: 0, title: A, file: a.tif }]', 'layers.0.id'],
    ['layers: [{ id: 1, title: A, file: a.gpkg, table: t, crop_layer: true }]', 'name_field'],
    ['limits: { max_extent_vertices: -1 }', 'limits.max_extent_vertices'],
    ['limits: { keep_days: 100 }', 'limits.keep_days: is above max_keep_days, which is 90'],
    ['limits: { keep_days: 0 }', 'limits.keep_days'],
    ['access: { groups: { public: All } }', 'access.groups.public'],
    ['access: { groups: { Staff!: All } }', 'access.groups.Staff!'],
    ['access: { view: [staff] }', 'access: there is no group "staff"; use public,'],
    ['access: { groups: { a: A }, view: [a], download: [public] }', '"public" may download but not see'],
    ['access: { session_days: 0 }', 'access.session_days'],
    ['layers: [{ id: 1, title: A, file: a.tif, view: [staff] }]', 'layer 1: there is no group "staff"'],
    [
      'access: { groups: { a: A, b: B } }\nlayers: [{ id: 1, title: A, file: a.tif, view: [a], download: [a, b] }]',
      'layer 1: "b" may download but not see',
    ],
    ['layers: [{ id: 1, title: A, file: a.tif, view: staff }]', 'layers.0.view'],
    ['layers: [{ id: 1, title: A, file: ../a.tif }]', 'outside the site folder'],
    ['layers: [{ id: 1, title: A, file: /etc/passwd }]', 'outside the site folder'],
    ['layers: [{ id: 1, title: A, file: "C:\\\\a.tif" }]', 'outside the site folder'],
  ])('refuses %s and says what is wrong', async (config, problem) => {
    await write('outcrop.yaml', config);
    const opened = openSite(folder, fakeEngine());
    await expect(opened).rejects.toThrow(SiteError);
    await expect(opened).rejects.toThrow(problem);
  });

  test('refuses a link that leaves the folder', async () => {
    await symlink('/etc/passwd', new URL('link.tif', folder));
    await write('outcrop.yaml', 'layers: [{ id: 1, title: A, file: link.tif }]');
    await expect(openSite(folder, fakeEngine())).rejects.toThrow('a link to /etc/passwd');
  });

  test('says how to make a site of a folder that is none', async () => {
    await rm(new URL('outcrop.yaml', folder));
    await expect(openSite(folder, fakeEngine())).rejects.toThrow(`outcrop init ${fileURLToPath(folder)}`);
  });

  test('notices that a file was repaired, removed, or changed while it is open', async () => {
    const site = await openSite(folder, fakeEngine());
    const broken = site.findLayer(4)!;
    expect(site.readSource(broken).unavailable).toContain('not a GeoPackage');
    await write('broken.gpkg', [{ table: 'paths' }]);
    expect(site.readSource(broken).unavailable).toContain('no table "roads"');
    await write('broken.gpkg', [{ table: 'roads', geometryType: 'POINT' }]);
    expect(site.readSource(broken)).toMatchObject({ source: { table: 'roads' }, unavailable: null });
    await rm(new URL('broken.gpkg', folder));
    expect(site.readSource(broken).unavailable).toContain('not there');
  });
});

describe('the rights of a layer', () => {
  const rightsOf = async (access: string, layer: string): Promise<unknown> => {
    await write(
      'outcrop.yaml',
      `${access}\nlayers: [{ id: 6, title: Mountain, file: mountain.asc${layer} }]`,
    );
    return (await openSite(folder, fakeEngine())).findLayer(6)?.rights;
  };
  const groups = 'groups: { a: A, b: B }';

  test('are everybody’s where nothing is said', async () => {
    expect(await rightsOf('title: T', '')).toEqual({ view: ['public'], download: ['public'] });
  });

  test('are those of the site, unless the layer has its own', async () => {
    const access = `access: { ${groups}, view: [a, b], download: [a] }`;
    expect(await rightsOf(access, '')).toEqual({ view: ['a', 'b'], download: ['a'] });
    expect(await rightsOf(access, ', download: [b]')).toEqual({ view: ['a', 'b'], download: ['b'] });
    expect(await rightsOf(access, ', view: [b]')).toEqual({ view: ['b'], download: ['b'] });
    expect(await rightsOf(access, ', view: [public], download: []')).toEqual({
      view: ['public'],
      download: [],
    });
  });

  test('decide what of the site somebody sees', async () => {
    await rightsOf(`access: { ${groups} }`, ', view: [a, b], download: [a]');
    const site = await openSite(folder, fakeEngine());
    const layer = site.findLayer(6)!;
    expect(site.mayDownload(layer)).toBe(true);
    for (const [names, isSeen, mayDownload] of [
      [['a'], true, true],
      [['b'], true, false],
      [['b', 'a'], true, true],
      [[], false, false],
      [['gone'], false, false],
      [null, true, true],
    ] as const) {
      const seen = site.seenBy(names);
      expect([seen.layers.length, seen.findLayer(6) !== null, seen.hides(6)]).toEqual(
        isSeen ? [1, true, false] : [0, false, true],
      );
      expect(seen.mayDownload(layer)).toBe(mayDownload);
      expect(seen.hides(7)).toBe(false);
      // A view of a view is one of the whole: nobody sees less because somebody else looked first.
      expect(seen.seenBy(['a']).layers).toHaveLength(1);
    }
  });
});

test('describeLayers lists every layer, those that cannot be read too', async () => {
  const site = await openSite(folder, fakeEngine());
  const listings = await describeLayers(site, new URL('https://data.example/'));
  expect(listings).toHaveLength(6);
  expect(listings[0]).toMatchObject({
    id: 1,
    url: 'https://data.example/services/api/v1/layers/1/',
    kind: 'vector',
    title: 'Countries',
    crs: 'EPSG:4326',
    featureCount: 3,
    geometryType: 'MULTIPOLYGON',
    cropLayer: true,
    unavailable: null,
    formats: [{ name: 'CSV' }, { name: 'GeoPackage / SQLite' }],
  });
  expect(listings[3]).toMatchObject({
    featureCount: null,
    formats: [],
    unavailable: expect.stringContaining('not a GeoPackage'),
  });
  expect((await describeLayers(site, null)).map(({ url }) => url)).toContain('tables/3/');
});
