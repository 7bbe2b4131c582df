import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { cutAtAntimeridian, joinAcross, unwrapRing } from './antimeridian.ts';
import { boxPolygons, boundsOf, type LonLat, type Polygons, type Ring } from './polygons.ts';

/** A star around a middle: it never crosses itself. */
const star = fc
  .record({
    longitude: fc.double({ min: 120, max: 240, noNaN: true }),
    latitude: fc.double({ min: -50, max: 50, noNaN: true }),
    radii: fc.array(fc.double({ min: 1, max: 35, noNaN: true }), { minLength: 4, maxLength: 40 }),
  })
  .map(({ longitude, latitude, radii }): Ring => {
    const corners = radii.map((radius, at): LonLat => {
      const angle = (2 * Math.PI * at) / radii.length;
      return [longitude + radius * Math.cos(angle), latitude + radius * Math.sin(angle)];
    });
    return [...corners, corners[0]!];
  });

/** Twice the area, in square degrees. */
const planeArea = (polygons: Polygons): number =>
  polygons.reduce(
    (sum, [outer, ...holes]) =>
      sum + ringArea(outer!) - holes.reduce((inner, hole) => inner + ringArea(hole), 0),
    0,
  );

function ringArea(ring: Ring): number {
  let sum = 0;
  for (let at = 1; at < ring.length; at++) {
    sum += ring[at - 1]![0] * ring[at]![1] - ring[at]![0] * ring[at - 1]![1];
  }
  return Math.abs(sum);
}

describe('cutting at 180 degrees', () => {
  test('keeps the area, and puts every part between -180 and 180', () => {
    fc.assert(
      fc.property(star, (ring) => {
        const parts = cutAtAntimeridian([[ring]]);
        expect(planeArea(parts)).toBeCloseTo(planeArea([[ring]]), 4);
        for (const [x] of parts.flat(2)) expect(Math.abs(x)).toBeLessThanOrEqual(180);
      }),
      { numRuns: 500 },
    );
  });

  test('gives a hole to the part that it is in, and cuts one that crosses too', () => {
    const [[outer]] = boxPolygons([170, -10, 190, 10]) as [[Ring]];
    const [[inside]] = boxPolygons([172, -5, 174, 5]) as [[Ring]];
    const [[across]] = boxPolygons([178, -2, 182, 2]) as [[Ring]];
    const parts = cutAtAntimeridian([[outer, inside, across]]);
    expect(parts.map((part) => part.length)).toEqual([3, 2]);
    expect(planeArea(parts)).toBeCloseTo(planeArea([[outer, inside, across]]));
  });

  test('leaves what does not cross as it is, on whatever turn of the globe it comes', () => {
    expect(cutAtAntimeridian(boxPolygons([10, 0, 20, 5]))).toEqual(boxPolygons([10, 0, 20, 5]));
    expect(boundsOf(cutAtAntimeridian(boxPolygons([370, 0, 380, 5])))).toEqual([10, 0, 20, 5]);
    expect(boundsOf(cutAtAntimeridian(boxPolygons([-190, 0, -185, 5])))).toEqual([170, 0, 175, 5]);
  });

  test('is undone by joining: one polygon of the same area and corners', () => {
    expect(joinAcross(cutAtAntimeridian(boxPolygons([170, -10, 190, 10])))[0]?.[0]).toHaveLength(5);
    fc.assert(
      fc.property(star, (ring) => {
        const parts = cutAtAntimeridian([[ring]]);
        const joined = joinAcross(parts);
        expect(planeArea(joined)).toBeCloseTo(planeArea([[ring]]), 4);
        if (parts.length > 1) expect(joined).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });

  test('is undone with holes', () => {
    const [[outer]] = boxPolygons([170, -10, 190, 10]) as [[Ring]];
    const [[across]] = boxPolygons([178, -2, 182, 2]) as [[Ring]];
    const [joined] = joinAcross(cutAtAntimeridian([[outer, across]]));
    expect(joined?.map((ring) => ring.length)).toEqual([5, 5]);
  });

  test('does not join a band around the earth, or what only touches one side', () => {
    const band = boxPolygons([-180, -10, 180, 10]);
    expect(joinAcross(band)).toEqual(band);
    const east = boxPolygons([170, -10, 180, 10]);
    expect(joinAcross(east)).toEqual(east);
  });
});

test('a ring written from 179 to -179 runs on', () => {
  const ring: Ring = [
    [179, 0],
    [-179, 0],
    [-179, 1],
    [179, 1],
    [179, 0],
  ];
  expect(unwrapRing(ring).map(([x]) => x)).toEqual([179, 181, 181, 179, 179]);
});
