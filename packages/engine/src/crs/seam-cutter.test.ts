import { beforeAll, expect, test } from 'vitest';

import { Geos } from '../crop/geos.ts';
import { geometryKind, type GeometryKind } from '../features/geometry-array.ts';
import { GeometryBuilder } from '../features/geometry-builder.ts';
import type { CoordinateOperation } from './coordinate-operation.ts';
import { findCrs } from './crs.ts';
import { SeamCutter } from './seam-cutter.ts';

let geos: Geos;

beforeAll(async () => {
  geos = await Geos.load();
});

/** Between two geographic CRSs that differ in nothing but their numbering of longitudes. */
function sameDegrees(): CoordinateOperation {
  const crs = findCrs('EPSG:4326')!;
  const report = { from: 'EPSG:4167', to: crs.code, method: 'proj4', certified: true } as const;
  return {
    from: findCrs('EPSG:4167')!,
    to: crs,
    report: { ...report, largest_difference: 0, compared_points: 1, detail: '' },
    transform: async () => undefined,
  };
}

/** One feature after the cutter, part by part, and whether it was cut. */
async function cut(
  kind: GeometryKind,
  positions: number[][],
): Promise<{ kind: number; parts: number[][]; cut: number }> {
  const source = new GeometryBuilder(false, false);
  source.coordinates.set(positions.flat(), source.reserve(positions.length));
  source.endRing(positions.length);
  source.endPart(kind);
  source.endFeature(kind);
  const options = { toDegrees: sameDegrees(), fromDegrees: null, middle: 180, centralMeridian: 0 };
  const cutter = new SeamCutter(geos, options, { hasZ: false, hasM: false });
  const result = await cutter.transform(source);
  const parts = Array.from({ length: result.partCount }, (_, part) => {
    const [first, end] = [part, part + 1].map((at) => result.ringStarts[result.partRings[at]!]! * 2);
    return [...result.coordinates.subarray(first, end)];
  });
  return { kind: result.kinds[0]!, parts, cut: cutter.cut };
}

test('a line across the antimeridian becomes two that end on it', async () => {
  const line = await cut(geometryKind.line, [
    [178, -44],
    [182, -42],
  ]);
  expect(line).toEqual({
    kind: geometryKind.multiLine,
    parts: [
      [178, -44, 180, -43],
      [-180, -43, -178, -42],
    ],
    cut: 1,
  });
});

test('what lies beyond 180 comes back to the other side, uncut', async () => {
  const line = await cut(geometryKind.line, [
    [182, -44],
    [184, -42],
  ]);
  expect(line).toEqual({ kind: geometryKind.line, parts: [[-178, -44, -176, -42]], cut: 0 });
});

test('a line that ends on the antimeridian is not cut, and stays on its side', async () => {
  const west = await cut(geometryKind.line, [
    [178, -44],
    [180, -44],
  ]);
  expect(west).toEqual({ kind: geometryKind.line, parts: [[178, -44, 180, -44]], cut: 0 });
  const east = await cut(geometryKind.line, [
    [180, -44],
    [182, -44],
  ]);
  expect(east).toEqual({ kind: geometryKind.line, parts: [[-180, -44, -178, -44]], cut: 0 });
});

test('a polygon across the antimeridian becomes two whose areas add up', async () => {
  const { kind, parts } = await cut(geometryKind.polygon, [
    [179, -44],
    [182, -44],
    [182, -42],
    [179, -42],
    [179, -44],
  ]);
  expect(kind).toBe(geometryKind.multiPolygon);
  const widths = parts.map((part) => {
    const longitudes = part.filter((_, index) => index % 2 === 0);
    return Math.max(...longitudes) - Math.min(...longitudes);
  });
  expect(widths).toEqual([1, 2]);
});

test('a feature without a place is left for the run to count', async () => {
  const { parts, cut: count } = await cut(geometryKind.point, [[NaN, NaN]]);
  expect([parts, count]).toEqual([[[NaN, NaN]], 0]);
});
