import { beforeAll, expect, test, vi } from 'vitest';

import { CoordinateOperations } from '../crs/coordinate-operation.ts';
import { findCrs } from '../crs/crs.ts';
import { lonLatEnvelope, wgs84 } from '../crs/lon-lat-extent.ts';
import { GeometryBuilder } from '../features/geometry-builder.ts';
import { WkbReader } from '../features/wkb-reader.ts';
import { coastline } from '../testing/coastline.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { FeatureCropper } from './feature-cropper.ts';
import { Geos, type GeometryPointer } from './geos.ts';
import { parseRegion } from './parse-region.ts';
import { polygonsToWkb } from './polygon-wkb.ts';
import { type ProjectedRegion, projectRegion } from './project-region.ts';
import { RegionIndex } from './region-index.ts';

let geos: Geos;
const centre = [175.8, -38.8] as const;
const nztm = findCrs('EPSG:2193')!;

beforeAll(async () => {
  geos = await Geos.load();
});

async function prepare(vertices: number): Promise<{ region: ProjectedRegion; ring: [number, number][] }> {
  const ring = coastline(vertices, centre, 0.8);
  const { region } = parseRegion({ type: 'Polygon', coordinates: [ring] });
  const operations = new CoordinateOperations();
  const envelope = [1_700_000, 5_500_000, 2_000_000, 5_850_000] as const;
  const lonLat = await lonLatEnvelope(nztm, envelope, operations);
  const operation = await operations.choose(wgs84(), nztm, lonLat);
  const projected = await projectRegion(geos, region!, { crs: nztm, lonLat, operation });
  if (projected === null || 'problem' in projected) throw new Error(JSON.stringify(projected));
  const coordinates = Float64Array.from(ring.flat());
  await operation.transform({ coordinates, stride: 2, count: ring.length });
  return {
    region: projected,
    ring: ring.map((_, k) => [coordinates[k * 2]!, coordinates[k * 2 + 1]!]),
  };
}

/** Seconds that this process has computed: other programs do not matter. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Positions of the region that GEOS is given for each of some small features on the coast. */
async function positionsGiven(vertices: number): Promise<number[]> {
  const startedAt = processorSeconds();
  const { region, ring } = await prepare(vertices);
  using index = new RegionIndex(geos, region.shape);
  const target = new GeometryBuilder(false, false);
  const cropper = new FeatureCropper(geos, index, { mode: 'clip', target });
  const preparedAt = processorSeconds();
  const given: number[] = [];
  const random = seededRandom(3);
  const intersection = vi.spyOn(geos, 'intersection');
  const original = intersection.getMockImplementation() ?? Geos.prototype.intersection.bind(geos);
  intersection.mockImplementation((a: GeometryPointer, b: GeometryPointer) => {
    given.push(geos.positionCount(b));
    return original(a, b);
  });
  for (let feature = 0; feature < 1000; feature++) {
    const [x, y] = ring[Math.floor(random() * ring.length)]!;
    const reach = 5 + random() * 20;
    const square = [
      [x - reach, y - reach],
      [x + reach, y - reach],
      [x + reach, y + reach],
      [x - reach, y + reach],
      [x - reach, y - reach],
    ];
    target.reset();
    const mark = target.mark();
    new WkbReader(target).append(polygonsToWkb([[square]]), 0);
    cropper.crop(mark);
  }
  intersection.mockRestore();
  const [prepared, cut] = [preparedAt - startedAt, processorSeconds() - preparedAt];
  process.stdout.write(
    `${vertices} vertices: prepared in ${prepared.toFixed(1)} s, 1,000 features on its edge in ${cut.toFixed(1)} s of a processor, ` +
      `at most ${Math.max(...given)} positions of it at a time\n`,
  );
  const { whole, clipped, outside, crumbs } = cropper.counts;
  expect(whole + clipped + outside + crumbs).toBe(1000);
  return given;
}

test('what a feature costs does not grow with the vertices of the region', { timeout: 600_000 }, async () => {
  const few = await positionsGiven(20_000);
  const many = await positionsGiven(1_000_000);
  for (const given of [few, many]) {
    // Nearly all are cut, and by no more than 256 edges of the region, with what closes them along the sides of a box.
    expect(given.length).toBeGreaterThan(500);
    expect(Math.max(...given)).toBeLessThanOrEqual(300);
  }
});
