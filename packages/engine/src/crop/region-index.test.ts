import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';

import type { Envelope } from '../features/geometry-array.ts';
import { flatFromWkb, type FlatPolygons, flattenPolygons, flatToWkb, polygonCount } from './flat-polygons.ts';
import { Geos, type GeometryPointer } from './geos.ts';
import type { Polygons } from './polygon-wkb.ts';
import { RegionIndex } from './region-index.ts';
import { shapeOf } from './region-shape.ts';

let geos: Geos;
const seed = 20_261_125;

beforeAll(async () => {
  geos = await Geos.load();
});

function read(polygons: FlatPolygons): GeometryPointer {
  const geometry = geos.read(flatToWkb(polygons));
  if (geometry === null) throw geos.failure('of the test cannot be read');
  return geometry;
}

function rectangle([minX, minY, maxX, maxY]: Envelope): Polygons[number] {
  const corners = [minX, minY, minX, maxY, maxX, maxY, maxX, minY, minX, minY];
  return [Array.from({ length: 5 }, (_, k) => [corners[k * 2]!, corners[k * 2 + 1]!])];
}

const whole = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
/** Boxes of whole numbers, so that corners and sides coincide and touch. */
const boxes = fc
  .tuple(whole(0, 40), whole(0, 40), whole(1, 12), whole(1, 12))
  .map(([x, y, width, height]): Envelope => [x, y, x + width, y + height]);

/** Many boxes as one valid region, with holes, islands in them, and corners that touch. */
function unionOf(parts: readonly Envelope[]): FlatPolygons {
  const all = read(flattenPolygons(parts.map(rectangle)));
  const united = geos.unaryUnion(all);
  const polygons = flatFromWkb(geos.write(united));
  geos.destroy(all);
  geos.destroy(united);
  return polygons;
}

const regions = fc
  .array(boxes, { minLength: 1, maxLength: 120 })
  .map((parts) => ({ parts, region: unionOf(parts) }));

/** Area of what two geometries have in common. */
function commonArea(a: GeometryPointer, b: GeometryPointer): number {
  const common = geos.intersection(a, b);
  if (common === null) throw geos.failure('of the test cannot be cut');
  const area = geos.area(common);
  geos.destroy(common);
  return area;
}

test('a box is inside, outside or on the edge as GEOS says', () => {
  fc.assert(
    fc.property(regions, fc.array(boxes, { minLength: 1, maxLength: 40 }), ({ region }, asked) => {
      using index = new RegionIndex(geos, shapeOf(region));
      const shape = read(region);
      const prepared = geos.prepare(shape);
      for (const box of asked) {
        const frame = read(flattenPolygons([rectangle(box)]));
        const meets = geos.preparedIntersects(prepared, frame);
        const covers = geos.preparedCovers(prepared, frame);
        const place = index.place(box);
        // Nothing is on the edge that is far from it: with whole numbers, half a unit is.
        const near = read(
          flattenPolygons([rectangle([box[0] - 0.5, box[1] - 0.5, box[2] + 0.5, box[3] + 0.5])]),
        );
        const hasEdgeNear =
          geos.preparedIntersects(prepared, near) === true && geos.preparedCovers(prepared, near) === false;
        const isRight = { in: covers, out: meets === false, edge: hasEdgeNear };
        expect(isRight[place]).toBe(true);
        for (const pointer of [frame, near]) geos.destroy(pointer);
      }
      geos.destroyPrepared(prepared);
      geos.destroy(shape);
    }),
    { numRuns: 200, seed },
  );
});

test('around a box on the edge the local region is all of the region', () => {
  fc.assert(
    fc.property(regions, fc.array(boxes, { minLength: 1, maxLength: 40 }), ({ region }, asked) => {
      using index = new RegionIndex(geos, shapeOf(region));
      const shape = read(region);
      for (const box of asked.filter((one) => index.place(one) === 'edge')) {
        const frame = read(flattenPolygons([rectangle(box)]));
        const { geometry } = index.around(box);
        expect(geos.isValid(geometry)).toBe(true);
        expect(commonArea(geometry, frame)).toBeCloseTo(commonArea(shape, frame), 9);
        // Nothing of it is outside of the region.
        expect(commonArea(geometry, shape)).toBeCloseTo(geos.area(geometry), 9);
        geos.destroy(frame);
      }
      geos.destroy(shape);
    }),
    { numRuns: 200, seed },
  );
});

test('a region of many rings is looked at by its own boxes', () => {
  // 40,000 islands, each with a lake: a checkerboard.
  const side = 200;
  const islands = Array.from({ length: side * side }, (_, k): Polygons[number] => {
    const [x, y] = [(k % side) * 10, Math.floor(k / side) * 10];
    return [...rectangle([x, y, x + 6, y + 6]), ...rectangle([x + 2, y + 2, x + 4, y + 4])];
  });
  const region = flattenPolygons(islands);
  expect(polygonCount(region)).toBe(side * side);
  using index = new RegionIndex(geos, shapeOf(region));
  for (const [x, y] of [
    [0, 0],
    [500, 730],
    [1990, 1990],
  ] as const) {
    expect(index.place([x + 0.5, y + 0.5, x + 1.5, y + 1.5])).toBe('in');
    expect(index.place([x + 2.5, y + 2.5, x + 3.5, y + 3.5])).toBe('out');
    expect(index.place([x + 7, y + 7, x + 9, y + 9])).toBe('out');
    expect(index.place([x + 1, y + 1, x + 5, y + 5])).toBe('edge');
    const { geometry } = index.around([x - 1, y - 1, x + 7, y + 7]);
    const frame = read(flattenPolygons([rectangle([x - 1, y - 1, x + 7, y + 7])]));
    expect(commonArea(geometry, frame)).toBeCloseTo(32, 9);
    geos.destroy(frame);
  }
});
