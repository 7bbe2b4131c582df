import fc from 'fast-check';
import { expect, test } from 'vitest';

import { CoordinateOperations } from './coordinate-operation.ts';
import { describeCrs, findCrs } from './crs.ts';
import { esriWkt } from './esri-wkt.ts';
import { extentPolygon, lonLatEnvelope, onTurnAround } from './lon-lat-extent.ts';
import { meetsSeam } from './seam.ts';

test.each([
  'EPSG:0',
  'EPSG:99999999',
  'EPSG:-1',
  'EPSG:02193',
  'EPSG:2193.0',
  'EPSG:',
  'ESRI:102100',
  'EPSG:102100',
  'EPSG:102649',
  '2193',
  '__proto__',
  'EPSG:__proto__',
  'constructor',
  '',
  'EPSG:5759',
  'EPSG:7405',
  'EPSG:4978',
])('%j is no CRS that an export can be in', (code) => {
  expect(describeCrs(code)).toBeNull();
});

test.each([
  ['epsg:2193', { code: 'EPSG:2193', kind: 'projected', unit: 'metre' }],
  [' EPSG:4326 ', { code: 'EPSG:4326', kind: 'geographic', unit: 'degree' }],
  ['EPSG:2263', { kind: 'projected', unit: 'US survey foot' }],
])('%j is described', (code, expected) => {
  expect(describeCrs(code)).toMatchObject(expected);
});

test.each([
  ['EPSG:4326', 0],
  ['EPSG:2193', 173],
  ['EPSG:32760', 177],
  ['EPSG:3793', -176.5],
])('the central meridian of %s is %d', (code, meridian) => {
  expect(findCrs(code)?.centralMeridian).toBe(meridian);
});

test('any text is a CRS that is found again by its own code, or null', () => {
  const text = fc.oneof(fc.string(), fc.nat(40_000).map(String));
  fc.assert(
    fc.property(text, (code) => {
      const found = describeCrs(`EPSG:${code}`);
      expect(found === null ? null : describeCrs(found.code)).toEqual(found);
    }),
  );
});

test('the .prj of a CRS is the vendor’s text', () => {
  expect(esriWkt(findCrs('EPSG:2193')!)).toMatch(/^PROJCS\["NZGD_2000_New_Zealand_Transverse_Mercator/);
  expect(esriWkt(findCrs('EPSG:4326')!)).toMatch(/^GEOGCS\["GCS_WGS_1984"/);
});

test('a longitude is brought to within half a turn of a meridian', () => {
  const degrees = fc.double({ min: -1000, max: 1000, noNaN: true });
  fc.assert(
    fc.property(degrees, fc.double({ min: -180, max: 180, noNaN: true }), (longitude, meridian) => {
      const turned = onTurnAround(longitude, meridian);
      expect(Math.abs(turned - meridian)).toBeLessThanOrEqual(180 + 1e-9);
      expect(Math.abs((turned - longitude) / 360 - Math.round((turned - longitude) / 360))).toBeLessThan(
        1e-9,
      );
    }),
  );
});

test('the data of New Zealand run on beyond 180 degrees', async () => {
  const crs = findCrs('EPSG:2193')!;
  const [west, south, east, north] = await lonLatEnvelope(
    crs,
    [1_000_000, 4_700_000, 2_500_000, 6_200_000],
    new CoordinateOperations(),
  );
  expect([west, south, east, north].map(Math.round)).toEqual([165, -48, 185, -34]);
  expect(extentPolygon([west, south, east, north]).coordinates[0]).toHaveLength(5);
});

test('an envelope in degrees is its own', async () => {
  const envelope = [-10, -20, 30, 40] as const;
  expect(await lonLatEnvelope(findCrs('EPSG:4326')!, envelope, new CoordinateOperations())).toBe(envelope);
});

test.each([
  [[170, -45, 185, -40], 0, true],
  [[170, -45, 179, -40], 0, false],
  [[181, -45, 185, -40], 0, false],
  [[-180, -90, 180, 90], 0, true],
  [[-10, 0, 10, 5], 173, true],
  [[166, -48, 184, -34], 173, false],
] as const)('data over %j meet the seam opposite %d: %s', (envelope, meridian, meets) => {
  expect(meetsSeam(envelope, meridian)).toBe(meets);
});
