import type { Mimetype } from '@outcrop/contract';
import {
  type FeatureFixture,
  temporaryFolder,
  type TemporaryFolder,
  writeGeoPackage,
} from '@outcrop/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { checkWish, exportPlan, exportWish, planOf, tableOf } from '../testing/export-fixture.ts';

const geometry = { type: 'POINT', epsg: 4326 } as const;
const columns = [{ name: 'nr', type: 'INTEGER' }] as const;

function points(coordinates: readonly (readonly [number, number])[]): FeatureFixture[] {
  return coordinates.map((position, index) => ({
    geometry: { type: 'Point', coordinates: position },
    attributes: { nr: index + 1 },
  }));
}

/** On the equator a quarter of the globe east and west of New Zealand, where its transverse Mercator has no place. */
const lost = [
  [-97, 0],
  [83, 0],
] as const;
/** Around the first of those. */
const aroundTheFirst = {
  type: 'Polygon',
  coordinates: [
    [
      [-97.5, -0.5],
      [-96.5, -0.5],
      [-96.5, 0.5],
      [-97.5, 0.5],
      [-97.5, -0.5],
    ],
  ],
};

let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder();
  writeGeoPackage(folder.file('source.gpkg'), {
    tables: [
      { name: 'far', geometry, columns, features: points(lost) },
      { name: 'some', geometry, columns, features: points([...lost, [174, -41]]) },
      { name: 'hollow', geometry, columns, features: [] },
    ],
  });
});

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

const wishOf = (name: string, format: Mimetype, extent?: unknown) => ({
  tables: [tableOf(folder.file('source.gpkg'), name)],
  format,
  crs: 'EPSG:2193',
  ...(extent !== undefined && { extent }),
});

describe.each([
  ['whole', undefined, 'No feature of far has a place in EPSG:2193: 2 '],
  ['cut', aroundTheFirst, 'No feature of far inside the extent has a place in EPSG:2193: 1 '],
])('a layer of which nothing has a place in the CRS, %s,', (_, extent, words) => {
  test('is refused by the check, for the CRS and not for the extent', async () => {
    const { isValid, items } = await checkWish(wishOf('far', 'text/csv', extent), folder.path);
    expect(isValid).toBe(false);
    expect(items[0]!.reasons).toEqual([{ code: 'invalid-crs', detail: expect.stringContaining(words) }]);
  });

  test.each<Mimetype>([
    'application/x-ogc-gpkg',
    'application/x-zipped-shp',
    'application/flatgeobuf',
    'applicaton/x-ogc-filegdb',
    'application/x-ogc-mapinfo_file',
    'application/gml+xml',
  ])('fails as %s where the check could not tell, rather than be an archive of nothing', async (format) => {
    const plan = await planOf(wishOf('far', format, extent), folder.path);
    const running = exportPlan(plan, folder.path);
    await expect(running).rejects.toMatchObject({
      code: 'crs-operation',
      message: expect.stringContaining(words),
    });
  });
});

test('a layer of which some have a place is exported, and the report counts the others', async () => {
  const { report } = await exportWish(wishOf('some', 'text/csv'), folder.path);
  expect(report.items[0]!.counts).toMatchObject({
    read: 3,
    written: 1,
    excluded_by: { outside_region: 0, not_projectable: 2 },
  });
});

test('a layer that has no feature at all is exported as it is', async () => {
  const { report } = await exportWish(wishOf('hollow', 'text/csv'), folder.path);
  expect(report.items[0]!.counts).toMatchObject({ read: 0, written: 0 });
});
