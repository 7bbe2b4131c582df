import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';

import { type CoordinateOperation, CoordinateOperations } from '../crs/coordinate-operation.ts';
import { findCrs } from '../crs/crs.ts';
import { wgs84 } from '../crs/lon-lat-extent.ts';
import { geometryKind } from '../features/geometry-array.ts';
import { GeometryBuilder } from '../features/geometry-builder.ts';
import { coastline } from '../testing/coastline.ts';
import { FeatureCropper } from './feature-cropper.ts';
import { Geos } from './geos.ts';
import { parseRegion } from './parse-region.ts';
import { projectRegion } from './project-region.ts';
import { projectSimpleRegion } from './project-simple-region.ts';
import { RegionIndex } from './region-index.ts';

const seed = 20_261_125;
let geos: Geos;
let operation: CoordinateOperation;

beforeAll(async () => {
  geos = await Geos.load();
  operation = await new CoordinateOperations().choose(wgs84(), wgs84(), null);
});

/** Which of some points a region keeps, for data on a turn of the globe. */
async function kept(
  geometry: object,
  points: readonly (readonly [number, number])[],
  lonLat: readonly [number, number, number, number],
): Promise<boolean[]> {
  const { region } = parseRegion(geometry);
  const projected = await projectRegion(geos, region!, { crs: wgs84(), lonLat, operation });
  if (projected === null) return points.map(() => false);
  if ('problem' in projected) throw new Error(projected.problem);
  using index = new RegionIndex(geos, projected.shape);
  const target = new GeometryBuilder(false, false);
  const cropper = new FeatureCropper(geos, index, { mode: 'clip', target });
  const answers = points.map((point) => {
    target.reset();
    const mark = target.mark();
    target.coordinates.set(point, target.reserve(1));
    target.endRing(1);
    target.endPart(geometryKind.point);
    target.endFeature(geometryKind.point);
    return cropper.crop(mark);
  });
  // In = out + excluded.
  const { whole, outside } = cropper.counts;
  expect([whole, whole + outside]).toEqual([answers.filter(Boolean).length, points.length]);
  return answers;
}

const box = (west: number, south: number, east: number, north: number): number[][][] => [
  [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ],
];
/** Degrees of whole numbers, so that points lie on edges and corners now and then. */
const degree = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

test('a box anywhere on the globe keeps what is in it or on its edge, on whichever turn it was drawn', async () => {
  await fc.assert(
    fc.asyncProperty(
      degree(-300, 400),
      degree(1, 140),
      degree(-80, 60),
      fc.array(fc.tuple(degree(-180, 180), degree(-90, 90)), { minLength: 1, maxLength: 20 }),
      async (west, width, south, points) => {
        const [east, north] = [west + width, south + 20];
        const answers = await kept(
          { type: 'Polygon', coordinates: box(west, south, east, north) },
          points,
          [-180, -90, 180, 90],
        );
        const expected = points.map(
          ([x, y]) =>
            [-720, -360, 0, 360, 720].some((turn) => x + turn >= west && x + turn <= east) &&
            y >= south &&
            y <= north,
        );
        expect(answers).toEqual(expected);
      },
    ),
    { numRuns: 150, seed },
  );
});

test('a region across the antimeridian keeps the same in one piece and in two, whichever way the data run', async () => {
  await fc.assert(
    fc.asyncProperty(
      degree(150, 179),
      degree(181, 210),
      fc.array(fc.tuple(degree(140, 220), degree(-60, -20)), { minLength: 1, maxLength: 20 }),
      async (west, east, points) => {
        const one = { type: 'Polygon', coordinates: box(west, -50, east, -30) };
        const two = {
          type: 'MultiPolygon',
          coordinates: [box(west, -50, 180, -30), box(-180, -50, east - 360, -30)],
        };
        const folded = points.map(([x, y]) => [x > 180 ? x - 360 : x, y] as const);
        const answers = await Promise.all([
          kept(one, points, [140, -60, 220, -20]),
          kept(two, points, [140, -60, 220, -20]),
          kept(one, folded, [-180, -60, 180, -20]),
          kept(two, folded, [-180, -60, 180, -20]),
        ]);
        const expected = points.map(([x, y]) => x >= west && x <= east && y >= -50 && y <= -30);
        for (const answer of answers) expect(answer).toEqual(expected);
      },
    ),
    { numRuns: 80, seed },
  );
});

test('a region that needs no GEOS comes out as with it, position by position', async () => {
  const nztm = findCrs('EPSG:2193')!;
  const lonLat = [166, -48, 179, -34] as const;
  const toPlane = await new CoordinateOperations().choose(wgs84(), nztm, [...lonLat]);
  for (const turn of [0, -360, 360]) {
    const polygons = [
      [coastline(3000, [174 + turn, -41], 1.5), coastline(100, [174 + turn, -41], 0.2)],
      [coastline(40, [170 + turn, -41], 0.5)],
    ];
    const { region } = parseRegion({ type: 'MultiPolygon', coordinates: polygons });
    const target = { crs: nztm, lonLat, operation: toPlane };
    const simple = await projectSimpleRegion(region!, target);
    expect(simple).not.toBeNull();
    expect(simple).toEqual(await projectRegion(geos, region!, target));
  }
});

test.each([
  [
    'crosses itself',
    [
      [170, -40],
      [172, -42],
      [172, -40],
      [170, -42],
      [170, -40],
    ],
    [160, -50, 180, -30],
  ],
  ['reaches far beyond the data', box(170, -42, 172, -40)[0]!, [170.9, -41.1, 171, -41]],
  ['is on two turns', box(-180, -42, 180, -40)[0]!, [-180, -90, 180, 90]],
] as const)('a region that %s is left to GEOS', async (_, ring, lonLat) => {
  const { region } = parseRegion({ type: 'Polygon', coordinates: [ring] });
  expect(await projectSimpleRegion(region!, { crs: wgs84(), lonLat, operation })).toBeNull();
});
