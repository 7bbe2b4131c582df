import { describe, expect, test } from 'vitest';

import { directFormats } from '../formats/direct-formats.ts';
import type { GeoPackageTable, Layer } from '../source/layer.ts';
import type { TableSurvey } from '../source/survey.ts';
import { layerOf } from '../testing/export-fixture.ts';
import { geometryProblems, itemProblems } from './item-problems.ts';
import type { ExportRequest, ItemOptions } from './request.ts';

const roads: GeoPackageTable = {
  path: '/data/roads.gpkg',
  table: 'roads',
  kind: 'vector',
  fidColumn: 'fid',
  geometry: { name: 'geom', type: 'LINESTRING', hasZ: false, hasM: false, crs: 'EPSG:2193' },
  fields: [
    { name: 'name', type: 'text' },
    { name: 'lanes', type: 'integer' },
  ],
  identifier: null,
  description: null,
};
const rows: GeoPackageTable = { ...roads, table: 'rows', kind: 'table', geometry: null };

interface Case {
  readonly layer?: Layer;
  readonly options?: ItemOptions;
  readonly request?: Partial<ExportRequest>;
  readonly mimetypes?: readonly string[];
}

function problems({ layer = layerOf(roads), options = {}, request = {}, mimetypes }: Case): string[] {
  const item = { item: 'layers/1', layer, options };
  const whole: ExportRequest = {
    name: null,
    crs: 'EPSG:2193',
    formats: { vector: 'text/csv', table: 'text/csv' },
    items: [item],
    region: null,
    cropMode: 'clip',
    coordinatePrecision: null,
    body: {},
    ...request,
  };
  return itemProblems(item, whole, mimetypes ?? directFormats()).map(
    ({ code, detail }) => `${code}: ${detail}`,
  );
}

const geometry = (crs: string | null): Layer => layerOf({ ...roads, geometry: { ...roads.geometry!, crs } });

test('a sound item has no problems', () => {
  expect(problems({})).toEqual([]);
  expect(problems({ layer: layerOf(rows), request: { crs: null } })).toEqual([]);
  expect(problems({ options: { fields: ['lanes', 'name'] } })).toEqual([]);
  expect(problems({ request: { formats: { vector: ' TEXT/CSV ' } } })).toEqual([]);
});

describe('an item is refused for', () => {
  const raster: Layer = {
    ...layerOf(roads),
    kind: 'raster',
    source: { path: '/data/a.tif', kind: 'raster' },
  };
  test.each<[string, Case, RegExp]>([
    [
      'a kind that is not written',
      { layer: raster, mimetypes: [] },
      /^unsupported-kind: .* is a raster; only GDAL writes those.*apt-get install gdal-bin/,
    ],
    [
      'a format that is missing',
      { request: { formats: {} } },
      /^missing-format: .*formats\.vector is missing/,
    ],
    [
      'a format nobody knows',
      { request: { formats: { vector: 'text/<b>' } } },
      /^invalid-format: .*"text\/<b>" \(formats\.vector\).*It can write .*text\/csv/,
    ],
    [
      'a format that this site does not offer',
      { mimetypes: ['application/geo+json'] },
      /^invalid-format: .*"text\/csv".*It can write application\/geo\+json\./,
    ],
    [
      'a format that cannot hold a table',
      { layer: layerOf(rows), request: { formats: { table: 'application/geo+json' } } },
      /^invalid-format: GeoJSON cannot hold a table/,
    ],
    ['a missing CRS', { request: { crs: null } }, /^invalid-crs: crs is missing: .*such as EPSG:2193/],
    ['an unknown CRS', { request: { crs: 'EPSG:1' } }, /^invalid-crs: EPSG:1 is not a CRS/],
    ['data in a CRS nobody knows', { layer: geometry(null) }, /^invalid-crs: Nobody knows the CRS of roads/],
    [
      'data in a CRS without a plane',
      { layer: geometry('EPSG:4978') },
      /^invalid-crs: roads is in EPSG:4978/,
    ],
    [
      'a field that is not there',
      { options: { fields: ['name', 'Lanes'] } },
      /^invalid-option: roads has no field "Lanes"\. Its fields are name, lanes\./,
    ],
    [
      'a field asked for twice',
      { options: { fields: ['name', 'name'] } },
      /^invalid-option: roads is asked twice for "name"/,
    ],
  ])('%s', (_, wish, message) => {
    const found = problems(wish);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  test('all that is wrong with it, at once', () => {
    const wrong = { options: { fields: ['x'] }, request: { formats: {}, crs: 'EPSG:1' } };
    expect(problems(wrong).map((problem) => problem.split(':')[0])).toEqual([
      'missing-format',
      'invalid-crs',
      'invalid-option',
    ]);
  });

  test('curves, which no format here can hold', () => {
    const survey = { geometry: { kinds: { 2: 5, 8: 1, 10: 2 } } } as unknown as TableSurvey;
    expect(geometryProblems('Roads', survey)).toEqual([
      { code: 'source-unavailable', detail: expect.stringMatching(/WKB type 8, 10.*CONVERT_TO_LINEAR/) },
    ]);
    const plain = { geometry: { kinds: { 2: 5, 7: 1 } } } as unknown as TableSurvey;
    expect(geometryProblems('Roads', plain)).toEqual([]);
  });
});
