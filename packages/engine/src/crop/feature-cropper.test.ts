import type { CropMode } from '@outcrop/contract';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { geometryKind } from '../features/geometry-array.ts';
import { GeometryBuilder } from '../features/geometry-builder.ts';
import { WkbReader } from '../features/wkb-reader.ts';
import { WkbWriter } from '../features/wkb-writer.ts';
import { type CropCounts, FeatureCropper } from './feature-cropper.ts';
import { flattenPolygons } from './flat-polygons.ts';
import { Geos, type GeometryPointer } from './geos.ts';
import { type Polygons, polygonsToWkb, wkbToPolygons } from './polygon-wkb.ts';
import { RegionIndex } from './region-index.ts';
import { shapeOf } from './region-shape.ts';

let geos: Geos;

beforeAll(async () => {
  geos = await Geos.load();
});

/** The same cases each time: GEOS itself loses a piece now and then where edges almost coincide. */
const seed = 20_261_122;

type Ring = [number, number][];

/** A star around a centre with corners at given reaches: simple whatever they are. */
function star([x, y]: readonly [number, number], reaches: readonly number[], size: number): Ring {
  const corners = reaches.map((reach, index): [number, number] => {
    const angle = (index / reaches.length) * 2 * Math.PI;
    return [x + size * reach * Math.cos(angle), y + size * reach * Math.sin(angle)];
  });
  return [...corners, corners[0]!];
}

const reaches = (maxLength: number): fc.Arbitrary<number[]> =>
  fc.array(fc.double({ min: 0.5, max: 1, noNaN: true }), { minLength: 5, maxLength });
/** A star of up to 600 corners, so that the quadtree is deep, with a hole in the middle. */
const regions = fc.tuple(reaches(600), reaches(40), fc.boolean()).map(([outer, inner, hasHole]): Polygons => {
  const hole = star([0, 0], inner, 30).toReversed();
  return [hasHole ? [star([0, 0], outer, 100), hole] : [star([0, 0], outer, 100)]];
});
const centre = fc.tuple(
  fc.double({ min: -110, max: 110, noNaN: true }),
  fc.double({ min: -110, max: 110, noNaN: true }),
);
const features = fc
  .tuple(centre, reaches(30), fc.double({ min: 0.01, max: 80, noNaN: true }))
  .map(([at, outer, size]): Polygons => [[star(at, outer, size)]]);

function required(wkb: Uint8Array): GeometryPointer {
  const geometry = geos.read(wkb);
  if (geometry === null) throw geos.failure('of the test cannot be read');
  return geometry;
}

interface Cropped {
  readonly wkb: Uint8Array | null;
  readonly counts: CropCounts;
  readonly builder: GeometryBuilder;
}

/** Crops one feature, given as WKB. */
function crop(
  region: Polygons,
  feature: Uint8Array,
  options: { mode?: CropMode; hasZ?: boolean } = {},
): Cropped {
  using index = new RegionIndex(geos, shapeOf(flattenPolygons(region)));
  const builder = new GeometryBuilder(options.hasZ ?? false, false);
  const cropper = new FeatureCropper(geos, index, { mode: options.mode ?? 'clip', target: builder });
  const mark = builder.mark();
  new WkbReader(builder).append(feature, 0);
  const isKept = cropper.crop(mark);
  expect(builder.length).toBe(isKept ? 1 : 0);
  const { whole, clipped, outside, crumbs } = cropper.counts;
  expect(whole + clipped).toBe(Number(isKept));
  expect(whole + clipped + outside + crumbs).toBe(1);
  if (!isKept) return { wkb: null, counts: cropper.counts, builder };
  const writer = new WkbWriter();
  writer.write(builder, 0, { promote: false });
  return { wkb: Uint8Array.from(writer.bytesFrom(0)), counts: cropper.counts, builder };
}

function areaOf(wkb: Uint8Array | null): number {
  if (wkb === null) return 0;
  const geometry = required(wkb);
  const area = geos.area(geometry);
  geos.destroy(geometry);
  return area;
}

/** What two geometries have in common, by GEOS alone. */
function directly(a: Uint8Array, b: Uint8Array): Uint8Array {
  const [first, second] = [required(a), required(b)];
  const common = geos.intersection(first, second);
  if (common === null) throw geos.failure('of the test cannot be cut');
  const wkb = geos.write(common);
  for (const geometry of [first, second, common]) geos.destroy(geometry);
  return wkb;
}

function cornersOf(wkb: Uint8Array): (readonly number[])[] {
  return wkbToPolygons(wkb).flat(2);
}

function distanceTo([x, y]: readonly number[], corners: readonly (readonly number[])[]): number {
  return Math.min(...corners.map((corner) => Math.hypot(corner[0]! - x!, corner[1]! - y!)));
}

describe('a feature that is clipped', () => {
  test('equals its intersection with the whole region', () => {
    fc.assert(
      fc.property(regions, features, (region, feature) => {
        const [whole, wkb] = [polygonsToWkb(region), polygonsToWkb(feature)];
        const expected = areaOf(directly(whole, wkb));
        const result = crop(region, wkb).wkb;
        const tolerance = 1e-9 * Math.max(areaOf(wkb), 1);
        expect(Math.abs(areaOf(result) - expected)).toBeLessThan(tolerance);
        // It has the same corners, too: none is artificial, and none is missing.
        if (result === null) return;
        const corners = cornersOf(result);
        const others = cornersOf(directly(whole, wkb));
        for (const corner of corners) expect(distanceTo(corner, others)).toBeLessThan(1e-6);
        for (const corner of others) expect(distanceTo(corner, corners)).toBeLessThan(1e-6);
      }),
      { numRuns: 300, seed },
    );
  });

  test('stays as it is when it is clipped again', () => {
    fc.assert(
      fc.property(regions, features, (region, feature) => {
        const once = crop(region, polygonsToWkb(feature)).wkb;
        if (once === null) return;
        const twice = crop(region, once).wkb;
        expect(Math.abs(areaOf(twice) - areaOf(once))).toBeLessThan(1e-6);
      }),
      { numRuns: 100, seed },
    );
  });

  test('comes apart into pieces that add up to it, where regions divide the plane', () => {
    const line = fc.double({ min: -90, max: 90, noNaN: true });
    fc.assert(
      fc.property(features, line, line, (feature, x, y) => {
        const box = (west: number, south: number, east: number, north: number): Polygons => [
          [
            [
              [west, south],
              [east, south],
              [east, north],
              [west, north],
              [west, south],
            ],
          ],
        ];
        const quarters = [
          box(-500, -500, x, y),
          box(x, -500, 500, y),
          box(-500, y, x, 500),
          box(x, y, 500, 500),
        ];
        const wkb = polygonsToWkb(feature);
        const sum = quarters.reduce((total, quarter) => total + areaOf(crop(quarter, wkb).wkb), 0);
        expect(Math.abs(sum - areaOf(wkb))).toBeLessThan(1e-9 * Math.max(areaOf(wkb), 1));
      }),
      { numRuns: 150, seed },
    );
  });
});

/** A line from west to east near the region, which never meets itself: GEOS leaves out what a line covers twice. */
const lines = fc
  .uniqueArray(centre, { minLength: 2, maxLength: 20, selector: ([x]) => x })
  .map((positions) => wkbOf(2, [positions.toSorted(([a], [b]) => a - b)]));

/** The lengths of the lines of a geometry together. */
function lengthOf(wkb: Uint8Array | null): number {
  const builder = new GeometryBuilder(false, false);
  if (wkb !== null) new WkbReader(builder).append(wkb, 0);
  let length = 0;
  for (let part = 0; part < builder.partCount; part++) {
    if (builder.partKinds[part] !== geometryKind.line) continue;
    const ring = builder.partRings[part]!;
    for (let k = builder.ringStarts[ring]! + 1; k < builder.ringStarts[ring + 1]!; k++) {
      const [x, y, nextX, nextY] = builder.coordinates.subarray(k * 2 - 2, k * 2 + 2);
      length += Math.hypot(nextX! - x!, nextY! - y!);
    }
  }
  return length;
}

test('a line that is clipped is as long as its intersection with the whole region', () => {
  fc.assert(
    fc.property(regions, lines, (region, line) => {
      const expected = lengthOf(directly(polygonsToWkb(region), line));
      expect(Math.abs(lengthOf(crop(region, line).wkb) - expected)).toBeLessThan(1e-6);
    }),
    { numRuns: 200, seed },
  );
});

test('points are inside or outside, and both together are all of them', () => {
  fc.assert(
    fc.property(regions, fc.array(centre, { minLength: 1, maxLength: 30 }), (region, points) => {
      const whole = required(polygonsToWkb(region));
      const prepared = geos.prepare(whole);
      for (const [x, y] of points) {
        const isInside = geos.preparedMeetsPoint(prepared, x, y);
        expect(crop(region, wkbOf(1, [[[x, y]]])).counts).toMatchObject({
          whole: Number(isInside),
          outside: Number(!isInside),
        });
      }
      geos.destroyPrepared(prepared);
      geos.destroy(whole);
    }),
    { numRuns: 60, seed },
  );
});

test('features are kept whole by what GEOS says of them and the whole region', () => {
  fc.assert(
    fc.property(regions, features, (region, feature) => {
      const [whole, wkb] = [required(polygonsToWkb(region)), polygonsToWkb(feature)];
      const [prepared, shape] = [geos.prepare(whole), required(wkb)];
      const meets = geos.preparedIntersects(prepared, shape);
      const covers = geos.preparedCovers(prepared, shape);
      expect(crop(region, wkb, { mode: 'intersects' }).wkb !== null).toBe(meets);
      expect(crop(region, wkb, { mode: 'within' }).wkb !== null).toBe(covers);
      geos.destroyPrepared(prepared);
      geos.destroy(whole);
      geos.destroy(shape);
    }),
    { numRuns: 150, seed },
  );
});

const square: Polygons = [
  [
    [
      [0, 0],
      [10, 0],
      [10, 10],
      [0, 10],
      [0, 0],
    ],
  ],
];

/** Little-endian ISO WKB of a simple geometry. */
function wkbOf(kind: number, rings: number[][][], stride = 2): Uint8Array {
  const builder = new GeometryBuilder(stride === 3, false);
  for (const ring of rings) {
    const start = builder.reserve(ring.length);
    builder.coordinates.set(ring.flat(), start);
    builder.endRing(ring.length);
  }
  builder.endPart(kind as 1 | 2 | 3);
  builder.endFeature(kind as 1 | 2 | 3);
  const writer = new WkbWriter();
  writer.write(builder, 0, { promote: false });
  return Uint8Array.from(writer.bytesFrom(0));
}

describe('on the edge', () => {
  test.each([
    [[0, 0], true],
    [[10, 5], true],
    [[5, 5], true],
    [[10.000001, 5], false],
    [[-1, 5], false],
  ])('the point %j: inside is %s', (position, isInside) => {
    for (const mode of ['clip', 'intersects', 'within'] as const)
      expect(crop(square, wkbOf(1, [[position]]), { mode }).wkb !== null, mode).toBe(isInside);
  });

  test('a polygon that only touches the region along a line is a crumb, and left out', () => {
    const neighbour = polygonsToWkb([[square[0]![0]!.map(([x, y]) => [x! + 10, y!])]]);
    const { wkb, counts } = crop(square, neighbour);
    expect([wkb, counts.crumbs, counts.outside]).toEqual([null, 1, 0]);
    expect(crop(square, neighbour, { mode: 'intersects' }).wkb).not.toBeNull();
  });

  test('a line that touches a corner is a crumb, and left out', () => {
    const line = [
      [5, 15],
      [15, 5],
    ];
    expect(crop(square, wkbOf(2, [line])).counts.crumbs).toBe(1);
  });

  test('a line that leaves and comes back is cut into two', () => {
    const line = [
      [5, 5],
      [15, 5],
      [15, 7],
      [5, 7],
    ];
    const { builder, counts } = crop(square, wkbOf(2, [line]));
    expect([builder.kinds[0], builder.partCount, counts.clipped]).toEqual([geometryKind.multiLine, 2, 1]);
  });

  test('a bow-tie is repaired, cut and counted', () => {
    const bowTie: Polygons = [
      [
        [
          [5, 2],
          [15, 8],
          [15, 2],
          [5, 8],
          [5, 2],
        ],
      ],
    ];
    const { wkb, counts } = crop(square, polygonsToWkb(bowTie));
    expect(counts).toMatchObject({ repaired: 1, clipped: 1 });
    // The left wing: base 6, height 5.
    expect(areaOf(wkb)).toBeCloseTo(15, 9);
  });

  test('a feature without positions is outside', () => {
    expect(crop(square, wkbOf(1, [[[NaN, NaN]]])).counts.outside).toBe(1);
  });

  test('heights survive, and those between are interpolated', () => {
    const line = [
      [5, 5, 100],
      [15, 5, 200],
    ];
    const { builder } = crop(square, wkbOf(2, [line], 3), { hasZ: true });
    expect([...builder.coordinates.subarray(0, 6)]).toEqual([5, 5, 100, 10, 5, 150]);
  });

  test('a collection is cut part by part, each in its own dimension', () => {
    const parts = [
      wkbOf(1, [[[5, 5]]]),
      wkbOf(1, [[[50, 5]]]),
      wkbOf(2, [
        [
          [5, 5],
          [15, 5],
        ],
      ]),
      polygonsToWkb([[square[0]![0]!.map(([x, y]) => [x! + 5, y!])]]),
    ];
    const head = Buffer.from('01070000000400000000', 'hex').subarray(0, 9);
    const { builder, counts } = crop(square, Buffer.concat([head, ...parts]));
    expect(builder.kinds[0]).toBe(geometryKind.collection);
    expect([...builder.partKinds.subarray(0, builder.partCount)]).toEqual([
      geometryKind.point,
      geometryKind.line,
      geometryKind.polygon,
    ]);
    expect(counts.clipped).toBe(1);
  });
});
