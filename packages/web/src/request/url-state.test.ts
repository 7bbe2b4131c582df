import { formats } from '@outcrop/contract';
import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import { boxPolygons } from '../area/polygons.ts';
import type { Area, Draft, ItemKey } from './draft.ts';
import { isEmptyDraft, readDraft, writeDraft } from './url-state.ts';

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
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
});

describe('the address of a draft', () => {
  test('says all of it', () => {
    fc.assert(
      fc.property(draft, (written) => {
        const { draft: read, dropped } = readDraft(writeDraft(written));
        expect(dropped).toEqual([]);
        expect(read).toEqual({ ...written, formats: { ...written.formats }, fields: { ...written.fields } });
      }),
      { numRuns: 500 },
    );
  });

  test('can be any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, value) => {
        expect(readDraft(`?${name}=${value}`).draft).toHaveProperty('items');
        for (const known of ['i', 'a', 'crs', 'f', 'm', 'n', 'x']) readDraft(`?${known}=${value}`);
      }),
    );
  });

  test('names what cannot be understood, and keeps the rest', () => {
    const { draft: read, dropped } = readDraft('?i=l1,nonsense&a=moon&crs=abc');
    expect(read.items).toEqual(['l1']);
    expect(dropped).toEqual(['a=moon', 'crs=abc']);
  });

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
