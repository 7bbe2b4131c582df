import { expect, test } from 'vitest';

import type { CoordinateOperation } from '../crs/coordinate-operation.ts';
import { findCrs } from '../crs/crs.ts';
import { densify, densifyTolerance } from './densify.ts';
import { flattenPolygons, nestPolygons } from './flat-polygons.ts';

const degrees = findCrs('EPSG:4326')!;
const metres = findCrs('EPSG:2193')!;

/** A plane in which parallels are parabolas, and meridians straight; nothing has a place north of 10 degrees. */
const curved: CoordinateOperation = {
  from: degrees,
  to: metres,
  report: {
    from: '',
    to: '',
    method: 'proj4',
    certified: true,
    detail: '',
    largest_difference: null,
    compared_points: 0,
  },
  transform: async ({ coordinates, count }) => {
    for (let k = 0; k < count * 2; k += 2) {
      const [x, y] = [coordinates[k]!, coordinates[k + 1]!];
      coordinates[k] = y > 10 ? NaN : x * 1000;
      coordinates[k + 1] = y * 1000 + x * x * 10;
    }
  },
};

const square = (x: number, y: number): [number, number][] => [
  [x, y],
  [x + 0.5, y],
  [x + 0.5, y + 0.5],
  [x, y + 0.5],
  [x, y],
];

test('edges get the positions that keep them within the tolerance, ring by ring, and no more', async () => {
  const dense = await densify(flattenPolygons([[square(0, 0), square(0.1, 0.1)], [square(3, 3)]]), curved);
  const polygons = nestPolygons(dense!);
  expect(polygons.map((rings) => rings.length)).toEqual([2, 1]);
  for (const ring of polygons.flat()) {
    expect(ring[0]).toEqual(ring.at(-1));
    // Meridians are straight: their ends follow each other. Of a parallel's 0.5 degree, 8 pieces of 0.0625 stray by less.
    expect(ring).toHaveLength(8 + 1 + 8 + 1 + 1);
    for (let k = 1; k < ring.length; k++) {
      const [[ax, ay], [bx, by]] = [ring[k - 1]!, ring[k]!];
      const isMeridian = ax === bx;
      const sag = (((bx! - ax!) / 1000) ** 2 * 10) / 4;
      expect(isMeridian || sag <= densifyTolerance.projected).toBe(true);
      expect(Number.isFinite(ay! + by!)).toBe(true);
    }
  }
  // Every corner is still there.
  expect(polygons[1]![0]).toContainEqual([3500, 3500 + 3.5 ** 2 * 10]);
});

test('what has no place in the target is said to have none', async () => {
  expect(await densify(flattenPolygons([[square(0, 9.8)]]), curved)).toBeNull();
});
