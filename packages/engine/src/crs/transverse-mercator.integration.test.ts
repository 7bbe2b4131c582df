import { expect, test } from 'vitest';

import { CoordinateOperations } from './coordinate-operation.ts';
import { findCrs } from './crs.ts';
import { gdalTransform } from './gdal-transform.ts';
import { gridOver } from './grid.ts';
import { createKernel } from './kernel.ts';

/** Differences in degrees and metres are both compared as such. */
const tolerance = { geographic: 1e-10, projected: 1e-5 } as const;

test.each([
  ['EPSG:4167', 'EPSG:2193', [160, -60, 190, -20]],
  ['EPSG:4326', 'EPSG:32601', [-190, -80, -164, 84]],
  ['EPSG:4326', 'EPSG:32760', [165, -80, 190, 0]],
  // An origin away from the equator, and an ellipsoid of its own with no other datum known.
  ['EPSG:4258', 'EPSG:2180', [14, 49, 25, 55]],
  ['EPSG:4152', 'EPSG:3747', [-110, 30, -104, 45]],
] as const)(
  'from %s to %s and back is what PROJ says, to a hundredth of a millimetre',
  async (geographic, projected, area) => {
    const [from, to] = [findCrs(geographic)!, findCrs(projected)!];
    const [ours, theirs] = [gridOver(area, 31), gridOver(area, 31)];
    const count = ours.length / 2;
    createKernel(from, to)!(ours, 2, count);
    await gdalTransform(from, to, { coordinates: theirs, stride: 2, count });
    expect(largestDifference(ours, theirs)).toBeLessThan(tolerance.projected);
    const back = theirs.slice();
    createKernel(to, from)!(back, 2, count);
    await gdalTransform(to, from, { coordinates: theirs, stride: 2, count });
    expect(largestDifference(back, theirs)).toBeLessThan(tolerance.geographic);
  },
);

test('far from the central meridian it has no result, as PROJ has none', () => {
  const kernel = createKernel(findCrs('EPSG:4326')!, findCrs('EPSG:2193')!)!;
  const coordinates = Float64Array.of(-97, 0, 173, -41, 83.0001, 0);
  kernel(coordinates, 2, 3);
  expect(Number.isNaN(coordinates[0])).toBe(true);
  expect(coordinates[2]).toBeCloseTo(1_600_000, 6);
  expect(Number.isNaN(coordinates[4])).toBe(true);
});

test('US survey feet are certified too', async () => {
  // NAD83(HARN) / New York East (ftUS), a Transverse Mercator.
  const { report } = await new CoordinateOperations().choose(
    findCrs('EPSG:4152')!,
    findCrs('EPSG:2905')!,
    [-75, 41, -73, 45],
  );
  expect(report).toMatchObject({ method: 'proj4', certified: true });
});

/** On the antimeridian either side is right. */
function largestDifference(a: Float64Array, b: Float64Array): number {
  const differences = [...a].map((value, k) => Math.abs(value - b[k]!));
  return Math.max(...differences.map((difference) => (Math.abs(difference - 360) < 1e-9 ? 0 : difference)));
}
