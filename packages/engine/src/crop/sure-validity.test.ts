import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { coastline } from '../testing/coastline.ts';
import { type FlatPolygons, flattenPolygons, flatToWkb } from './flat-polygons.ts';
import { Geos } from './geos.ts';
import type { Polygons } from './polygon-wkb.ts';
import { shapeOf } from './region-shape.ts';
import { isSurelyValid } from './sure-validity.ts';

let geos: Geos;
const seed = 20_261_125;

beforeAll(async () => {
  geos = await Geos.load();
});

function isValidToGeos(polygons: FlatPolygons): boolean {
  const geometry = geos.read(flatToWkb(polygons));
  if (geometry === null) return false;
  const isValid = geos.isValid(geometry);
  geos.destroy(geometry);
  return isValid;
}

type Ring = (readonly [number, number])[];

const square = (x: number, y: number, size: number): Ring => [
  [x, y],
  [x + size, y],
  [x + size, y + size],
  [x, y + size],
  [x, y],
];

const isSure = (polygons: Polygons): boolean => isSurelyValid(shapeOf(flattenPolygons(polygons)));

/** Rings of whole numbers: they cross, touch and run back over themselves, and sometimes they do not. */
const rings = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 30 })), {
    minLength: 3,
    maxLength: 24,
  })
  .map((corners): Ring => [...corners, corners[0]!]);
/** Squares at odd places in a grid, of sizes that let them lie in one another without touching. */
const squares = fc
  .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 9 }))
  .map(([x, y, size]) => square(x * 1.5, y * 1.5, size * 1.7));

describe('what is surely valid', () => {
  test('is valid to GEOS: rings of any corners', () => {
    let sure = 0;
    fc.assert(
      fc.property(rings, (ring) => {
        if (!isSure([[ring]])) return;
        sure += 1;
        expect(isValidToGeos(flattenPolygons([[ring]]))).toBe(true);
      }),
      { seed, numRuns: 4000 },
    );
    expect(sure).toBeGreaterThan(100);
  });

  test('is valid to GEOS: squares as outer rings and holes, wherever they lie', () => {
    const polygon = fc.array(squares, { minLength: 1, maxLength: 3 });
    let [sure, withHoles] = [0, 0];
    fc.assert(
      fc.property(fc.array(polygon, { minLength: 1, maxLength: 2 }), (polygons) => {
        if (!isSure(polygons)) return;
        sure += 1;
        if (polygons.some((one) => one.length > 1)) withHoles += 1;
        expect(isValidToGeos(flattenPolygons(polygons))).toBe(true);
      }),
      { seed, numRuns: 20_000 },
    );
    expect(sure).toBeGreaterThan(500);
    expect(withHoles).toBeGreaterThan(50);
  });
});

describe('surely valid are', () => {
  test('a coast, with a lake, an island in it, and islands beside', () => {
    const coast = coastline(20_000, [174, -41], 2);
    const lake = coastline(500, [174, -41], 0.5);
    const inTheLake = coastline(100, [174, -41], 0.1);
    const beside = Array.from({ length: 50 }, (_, k) => [coastline(60, [180 + k, -41 + (k % 7)], 0.1)]);
    expect(isSure([[coast, lake], [inTheLake], ...beside])).toBe(true);
  });

  test('corners on a straight line', () => {
    const ring: Ring = [
      [0, 0],
      [1, 0],
      [2, 0],
      [2, 2],
      [0, 2],
      [0, 0],
    ];
    expect(isSure([[ring]])).toBe(true);
  });
});

describe('left to GEOS are', () => {
  test.each<[string, Polygons]>([
    ['polygons that touch', [[square(0, 0, 2)], [square(2, 0, 2)]]],
    ['a hole outside', [[square(0, 0, 2), square(5, 5, 1)]]],
    ['a hole in another polygon', [[square(0, 0, 2)], [square(10, 0, 2), square(0.5, 0.5, 1)]]],
    ['a hole in a hole', [[square(0, 0, 9), square(1, 1, 7), square(2, 2, 3)]]],
    ['a polygon in another', [[square(0, 0, 9)], [square(1, 1, 2)]]],
    ['a ring without an area', [[[...square(0, 0, 1).slice(0, 2), [0.5, 0], [0, 0]] as Ring]]],
    ['a position twice', [[[[0, 0], [0, 0], ...square(0, 0, 1).slice(1)] as Ring]]],
    [
      'a bow tie',
      [
        [
          [
            [0, 0],
            [2, 2],
            [2, 0],
            [0, 2],
            [0, 0],
          ] as Ring,
        ],
      ],
    ],
    [
      'a place that is none',
      [
        [
          [
            [0, 0],
            [Infinity, 0],
            [1, 1],
            [0, 0],
          ] as Ring,
        ],
      ],
    ],
  ])('%s', (_, polygons) => {
    expect(isSure(polygons)).toBe(false);
  });
});
