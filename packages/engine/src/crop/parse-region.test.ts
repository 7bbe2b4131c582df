import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseRegion } from './parse-region.ts';

const ring = [
  [174, -41],
  [175, -41],
  [175, -40],
  [174, -41],
];
const issuesOf = (geometry: unknown): string[] => parseRegion(geometry).issues;
const polygon = (...rings: unknown[]): unknown => ({ type: 'Polygon', coordinates: rings });

describe('accepts', () => {
  test('a polygon, as a multipolygon of one', () => {
    const { region } = parseRegion(polygon(ring), { name: 'Wellington' });
    expect(region).toEqual({
      geometry: { type: 'MultiPolygon', coordinates: [[ring]] },
      name: 'Wellington',
      notices: [],
    });
  });

  test('a multipolygon, with holes', () => {
    const { region } = parseRegion({ type: 'MultiPolygon', coordinates: [[ring, ring], [ring]] });
    expect(region?.geometry.coordinates).toEqual([[ring, ring], [ring]]);
  });

  test('heights, which it drops', () => {
    const { region } = parseRegion(polygon(ring.map((position) => [...position, 12])));
    expect(region?.geometry.coordinates).toEqual([[ring]]);
  });

  test('longitudes that go on beyond 180', () => {
    const across = ring.map(([x, y]) => [x! + 9, y]);
    expect(parseRegion(polygon(across)).region?.notices).toEqual([]);
  });

  test('as many vertices as are allowed', () => {
    expect(parseRegion(polygon(ring), { maxVertices: 4 }).issues).toEqual([]);
  });

  test('an edge the long way round the world, with a notice that says how to mean the short way', () => {
    const wide = [
      [176, -45],
      [-176, -45],
      [-176, -43],
      [176, -45],
    ];
    const { region } = parseRegion(polygon(wide));
    expect(region?.notices[0]).toMatch(/352 degrees.*from longitude 176 to -176.*write 184/);
  });

  test('the whole world without a notice', () => {
    const world = [
      [-180, -90],
      [180, -90],
      [180, 90],
      [-180, 90],
      [-180, -90],
    ];
    expect(parseRegion(polygon(world)).region?.notices).toEqual([]);
  });
});

describe('refuses, and says what to do about', () => {
  test.each([
    [
      'a ring that is not closed',
      polygon(ring.slice(0, 3)),
      /\[0\] is not closed: it begins at 174 -41.*Repeat/,
    ],
    ['too few positions', polygon([[174, -41]]), /has 1 positions; a ring needs at least three corners/],
    ['two corners', polygon([ring[0], ring[1], ring[0]]), /two corners/],
    ['an empty polygon', polygon(), /coordinates is empty: draw/],
    ['an empty ring', polygon([]), /has 0 positions/],
    ['an empty multipolygon', { type: 'MultiPolygon', coordinates: [] }, /empty: draw/],
    ['an empty part', { type: 'MultiPolygon', coordinates: [[]] }, /coordinates\[0\] is empty/],
    ['a point', { type: 'Point', coordinates: [1, 2] }, /is a "Point"; only Polygon and MultiPolygon/],
    ['a feature', { type: 'Feature', geometry: polygon(ring) }, /"Feature"; send the geometry inside/],
    ['a collection', { type: 'FeatureCollection', features: [] }, /"FeatureCollection"; send the geometry/],
    ['text', 'EPSG', /must be a GeoJSON Polygon or MultiPolygon/],
    ['null', null, /must be a GeoJSON Polygon or MultiPolygon/],
    ['a list', [], /must be a GeoJSON Polygon or MultiPolygon/],
    ['no type', {}, /must be a GeoJSON Polygon or MultiPolygon/],
    [
      'positions that are text',
      polygon([['174', '-41']]),
      /\[0\]\[0\] must be a longitude and a latitude, not \["174"/,
    ],
    ['a null in a position', polygon([[174, null]]), /not \[174,null\]/],
    ['a ring that is no list', polygon('ring'), /not a list of positions/],
    [
      'swapped axes',
      polygon([[-41, 174]]),
      /latitude 174, which does not exist. Longitude and latitude may be swapped/,
    ],
    ['metres', polygon([[1_756_000, 5_920_000]]), /latitude 5920000.*in degrees/],
    ['longitude 4000', polygon([[4000, 10]]), /longitude 4000; -180 to 360 is meant/],
  ])('%s', (_, geometry, message) => {
    expect(parseRegion(geometry).region).toBeNull();
    expect(issuesOf(geometry)[0]).toMatch(message);
  });

  test('too many vertices', () => {
    const { region, issues } = parseRegion(polygon(ring), { maxVertices: 3 });
    expect(region).toBeNull();
    expect(issues).toEqual([expect.stringMatching(/has 4 vertices; 3 are allowed/)]);
  });

  test('a thousand mistakes with the first few of them', () => {
    expect(issuesOf(polygon(...Array.from({ length: 1000 }, () => [])))).toHaveLength(5);
  });

  test('what is nested a hundred thousand deep', () => {
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown;
    expect(issuesOf({ type: 'Polygon', coordinates: deep })[0]).toMatch(/must be a longitude/);
    expect(issuesOf({ type: deep, coordinates: [] })[0]).toMatch(/^It is a /);
  });
});

test('any JSON value is a region or issues, and never an exception', () => {
  const geometry = fc.oneof(
    fc.jsonValue(),
    fc.record({
      type: fc.constantFrom('Polygon', 'MultiPolygon'),
      coordinates: fc.jsonValue({ maxDepth: 5 }),
    }),
  );
  fc.assert(
    fc.property(geometry, (value) => {
      const { region, issues } = parseRegion(value);
      expect(region === null).toBe(issues.length > 0);
    }),
  );
});
