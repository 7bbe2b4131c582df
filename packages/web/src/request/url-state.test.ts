import { formats } from '@outcrop/contract';
import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import { boxPolygons } from '../area/polygons.ts';
import { words } from '../words/en.ts';
import { type Area, type Draft, emptyDraft, type ItemKey } from './draft.ts';
import type { ItemChoices } from './item-choices.ts';
import { carriesAll, isEmptyDraft, readDraft, writeDraft } from './url-state.ts';

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    clear: () => kept.clear(),
  });
});

const degrees = (min: number, max: number) =>
  fc.integer({ min: min * 1000, max: max * 1000 }).map((value) => value / 1000);
const ring = fc
  .array(fc.tuple(degrees(-180, 180), degrees(-89, 89)), { minLength: 3, maxLength: 80 })
  .map((corners) => [...corners, corners[0]!]);
const area: fc.Arbitrary<Area> = fc.oneof(
  fc.constant<Area>({ mode: 'all' }),
  fc.record({
    mode: fc.constant('named' as const),
    layerId: fc.integer({ min: 1, max: 999 }),
    featureIds: fc.array(fc.integer({ min: 1, max: 99_999 }), { maxLength: 4 }),
  }),
  fc.record({
    mode: fc.constantFrom('draw' as const, 'box' as const, 'file' as const),
    polygons: fc.oneof(
      fc.constant([]),
      fc.constant(boxPolygons([170, -48.5, 190.25, -33])),
      ring.map((one) => [[one]]),
    ),
  }),
);
const item = fc
  .tuple(fc.constantFrom('l', 't'), fc.integer({ min: 1, max: 9999 }))
  .map(([prefix, id]) => `${prefix}${id}` as ItemKey);
const choices = fc
  .record<ItemChoices>(
    {
      color: fc.integer({ min: 0, max: 0xffffff }).map((rgb) => `#${rgb.toString(16).padStart(6, '0')}`),
      includeGeometryField: fc.boolean(),
      tiles: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }), { minLength: 1 }),
      rasterResolutionMultiplier: fc.double({ min: 0.01, max: 10_000, noNaN: true }),
      includeRasterTab: fc.boolean(),
      scaleToBytes: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .filter((one) => Object.keys(one).length > 0);
const draft: fc.Arbitrary<Draft> = fc.record({
  items: fc.uniqueArray(item, { maxLength: 5 }),
  area,
  crs: fc.option(fc.integer({ min: 1, max: 99_999 }).map((code) => `EPSG:${code}`)),
  formats: fc.dictionary(
    fc.constantFrom('vector', 'table', 'raster'),
    fc.constantFrom(...formats.map(({ mimetype }) => mimetype)),
  ),
  name: fc.string({ maxLength: 40 }),
  cropMode: fc.constantFrom('clip' as const, 'intersects' as const, 'within' as const),
  fields: fc.dictionary(
    item,
    fc.array(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1 }),
  ) as fc.Arbitrary<Draft['fields']>,
  choices: fc.dictionary(item, choices) as fc.Arbitrary<Draft['choices']>,
  mosaic: fc.boolean(),
});

describe('the address of a draft', () => {
  test('says all of it', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(draft, (written) => {
        const { draft: read, dropped } = readDraft(writeDraft(written));
        expect(dropped).toEqual([]);
        const { formats: byKind, fields, choices: options } = written;
        expect(read).toEqual({
          ...written,
          formats: { ...byKind },
          fields: { ...fields },
          choices: { ...options },
        });
      }),
      { numRuns: 500 },
    );
  });

  test('can be any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, value) => {
        expect(readDraft(`?${name}=${value}`).draft).toHaveProperty('items');
        for (const known of ['i', 'a', 'crs', 'f', 'm', 'n', 'x', 'o', 'mosaic'])
          readDraft(`?${known}=${value}`);
      }),
    );
  });

  test('names what cannot be understood, and keeps the rest', () => {
    const { draft: read, dropped } = readDraft('?i=l1,nonsense&a=moon&crs=abc');
    expect(read.items).toEqual(['l1']);
    expect(dropped).toEqual(['a=moon', 'crs=abc']);
  });

  test('says the options of items so that a person can read them', () => {
    const query = '?i=l6&o=l6:color:003399,size:2,tab:yes,tile:BX15,tile:BX16&mosaic=yes';
    const { draft: read } = readDraft(query);
    expect(read.mosaic).toBe(true);
    expect(read.choices).toEqual({
      l6: {
        color: '#003399',
        rasterResolutionMultiplier: 2,
        includeRasterTab: true,
        tiles: ['BX15', 'BX16'],
      },
    });
    expect(writeDraft(read)).toBe(query);
  });

  test.each(['l6', 'l6:size:0', 'l6:size:', 'l6:color:red', 'l6:nonsense:1', 'l6:tile:', 'x:tab:yes'])(
    'names options that cannot be understood: %s',
    (text) => {
      const { draft: read, dropped } = readDraft(`?i=l6&o=${text}`);
      expect(read.choices).toEqual({});
      expect(dropped).toEqual([`o=${text}`]);
    },
  );

  test('of a shape with many corners leads to what the tab keeps', () => {
    const corners = Array.from({ length: 200 }, (_, at) => [at / 10, Math.sin(at)] as const);
    const polygons = [[[...corners, corners[0]!]]];
    const query = writeDraft({ ...readDraft('').draft, area: { mode: 'file', polygons } });
    expect(query.length).toBeLessThan(60);
    expect(readDraft(query).draft.area).toEqual({ mode: 'file', polygons });
  });

  test('is empty for nothing', () => {
    expect(isEmptyDraft(readDraft('').draft)).toBe(true);
  });
});

describe('the address of a request with very many choices', () => {
  const tiles = Array.from({ length: 500 }, (_, at) => `sheet-${at}`);
  const long: Draft = {
    ...emptyDraft,
    items: ['l1', 'l2'],
    crs: 'EPSG:2193',
    area: { mode: 'named', layerId: 1, featureIds: Array.from({ length: 900 }, (_, at) => at + 1) },
    choices: { l1: { tiles } },
    fields: { l2: ['name'] },
  };

  test('is short, and in its own tab it is the whole request', () => {
    const query = writeDraft(long);
    expect(query.length).toBeLessThanOrEqual(2001);
    expect(carriesAll(query)).toBe(false);
    expect(readDraft(query)).toEqual({ draft: long, dropped: [] });
  });

  test('gives elsewhere what it carries, and says that there was more', () => {
    const query = writeDraft(long);
    sessionStorage.clear();
    const { draft: read, dropped } = readDraft(query);
    expect(read).toMatchObject({ items: ['l1', 'l2'], crs: 'EPSG:2193', choices: {} });
    expect(dropped).toEqual([expect.stringMatching(/^k=/)]);
    expect(words.droppedParts(dropped)).toMatch(/^The request was too long for its link/);
  });

  test('carries all where that fits', () => {
    expect(carriesAll(writeDraft({ ...long, area: { mode: 'all' }, choices: {} }))).toBe(true);
  });
});
