import { describe, expect, test } from 'vitest';

import { seededRandom } from '../testing/seeded-random.ts';
import { findCrs } from './crs.ts';
import { gdalTransform } from './gdal-transform.ts';
import { ogrTransform } from './ogr-transform.ts';

function randomPositions(
  [minX, minY, maxX, maxY]: readonly number[],
  { count, stride = 2 }: { count: number; stride?: number },
): Float64Array {
  const random = seededRandom(7);
  return Float64Array.from({ length: count * stride }, (_, k) => {
    if (k % stride > 1) return k;
    const share = random();
    return k % stride === 0 ? minX! + share * (maxX! - minX!) : minY! + share * (maxY! - minY!);
  });
}

describe('positions through ogr2ogr are where gdaltransform puts them', () => {
  test.each([
    ['by a grid of shifts', 'EPSG:27200', 'EPSG:2193', [2_300_000, 5_700_000, 2_800_000, 6_600_000]],
    ['to degrees', 'EPSG:27200', 'EPSG:4326', [2_300_000, 5_700_000, 2_800_000, 6_600_000]],
    ['from degrees', 'EPSG:4326', 'EPSG:27200', [167, -46, 178, -35]],
    ['across the antimeridian', 'EPSG:3832', 'EPSG:4326', [3_000_000, -6_000_000, 5_000_000, 2_000_000]],
    ['around a pole', 'EPSG:3031', 'EPSG:4326', [-2_000_000, -2_000_000, 2_000_000, 2_000_000]],
    ['of degrees around the world', 'EPSG:4326', 'EPSG:3857', [-180, -80, 180, 80]],
    ['of states with shifts of their own', 'EPSG:4267', 'EPSG:4269', [-120, 30, -70, 48]],
  ] as const)('%s', async (_, from, to, area) => {
    const [source, target] = [findCrs(from)!, findCrs(to)!];
    const count = 4900;
    const mine = randomPositions(area, { count });
    const theirs = mine.slice();
    expect(await ogrTransform(source, target, { coordinates: mine, stride: 2, count })).toBe(true);
    await gdalTransform(source, target, { coordinates: theirs, stride: 2, count });
    const tolerance = target.kind === 'geographic' ? 1e-12 : 1e-7;
    const far = mine.filter((value, k) => Math.abs(value - theirs[k]!) > tolerance);
    expect(far).toEqual(new Float64Array());
  });

  test('with heights and measures, which stay', async () => {
    const [source, target] = [findCrs('EPSG:27200')!, findCrs('EPSG:2193')!];
    const mine = randomPositions([2_500_000, 6_000_000, 2_600_000, 6_100_000], { count: 4900, stride: 4 });
    const flat = Float64Array.from({ length: 9800 }, (_, k) => mine[(k >> 1) * 4 + (k % 2)]!);
    expect(await ogrTransform(source, target, { coordinates: mine, stride: 4, count: 4900 })).toBe(true);
    await gdalTransform(source, target, { coordinates: flat, stride: 2, count: 4900 });
    for (let k = 0; k < 4900; k++) {
      expect(Math.abs(mine[k * 4]! - flat[k * 2]!)).toBeLessThan(1e-7);
      expect([mine[k * 4 + 2], mine[k * 4 + 3]]).toEqual([k * 4 + 2, k * 4 + 3]);
    }
  });

  test('or none is moved, where one has no place', async () => {
    const [source, target] = [findCrs('EPSG:4326')!, findCrs('EPSG:3857')!];
    for (const nowhere of [90, NaN, Infinity]) {
      const mine = randomPositions([-180, -80, 180, 80], { count: 4900 });
      mine[8001] = nowhere;
      const before = mine.slice();
      const isPlaced = await ogrTransform(source, target, { coordinates: mine, stride: 2, count: 4900 });
      if (!isPlaced) expect(mine).toEqual(before);
      else {
        await gdalTransform(source, target, { coordinates: before, stride: 2, count: 4900 });
        expect(Math.abs(mine[8001]! - before[8001]!)).toBeLessThan(1e-6);
      }
    }
  });
});
