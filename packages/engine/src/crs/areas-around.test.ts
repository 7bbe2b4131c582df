import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Envelope } from '../features/geometry-array.ts';
import { areasAround } from './areas-around.ts';
import { findCrs } from './crs.ts';

const [wgs84, nztm, world] = ['EPSG:4326', 'EPSG:2193', 'EPSG:3857'].map((code) => findCrs(code)!) as [
  NonNullable<ReturnType<typeof findCrs>>,
  NonNullable<ReturnType<typeof findCrs>>,
  NonNullable<ReturnType<typeof findCrs>>,
];

/** Small areas in New Zealand, in metres. */
const small = fc
  .tuple(
    fc.double({ min: 1_100_000, max: 2_000_000, noNaN: true }),
    fc.double({ min: 4_800_000, max: 6_100_000, noNaN: true }),
    fc.double({ min: 0, max: 30_000, noNaN: true }),
  )
  .map(([x, y, size]): Envelope => [x, y, x + size, y + size]);

function contains(outer: Envelope, [minX, minY, maxX, maxY]: Envelope): boolean {
  return outer[0] <= minX && outer[1] <= minY && outer[2] >= maxX && outer[3] >= maxY;
}

test('each holds the area, and is smaller than the one before', () => {
  fc.assert(
    fc.property(small, (area) => {
      const areas = areasAround(area, { from: nztm, to: wgs84 });
      expect(areas).toHaveLength(3);
      expect(areas.every((one) => contains(one, area))).toBe(true);
      const widths = areas.map(([west, , east]) => east - west);
      expect(widths).toEqual(widths.toSorted((a, b) => b - a));
    }),
  );
});

test('there are few for all the areas that anybody could draw', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(small, (area) => {
      for (const one of areasAround(area, { from: nztm, to: wgs84 })) seen.add(one.join(' '));
    }),
    { numRuns: 3000 },
  );
  expect(seen.size).toBeLessThanOrEqual(1 + 7 ** 2 + 31 ** 2);
  const roots = [...seen].filter(
    (one) =>
      one ===
      areasAround([1_500_000, 5_400_000, 1_500_001, 5_400_001], { from: nztm, to: wgs84 })[0]!.join(' '),
  );
  expect(roots).toHaveLength(1);
});

test('a region across the antimeridian is in the area of use of a CRS that crosses it', () => {
  const [all] = areasAround([177, -45, 183, -43], { from: wgs84, to: findCrs('EPSG:3832')! });
  expect(all).toBeDefined();
  expect(contains(all!, [177, -45, 183, -43])).toBe(true);
});

test('there is none for an area that is elsewhere, nor where two CRSs have nothing in common', () => {
  expect(areasAround([10, 50, 11, 51], { from: wgs84, to: nztm })).toEqual([]);
  expect(areasAround([0, 0, 1, 1], { from: nztm, to: findCrs('EPSG:27700')! })).toEqual([]);
  expect(areasAround([0, 0, 1, 1], { from: world, to: world })[0]).toHaveLength(4);
});
