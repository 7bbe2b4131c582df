import { readFileSync } from 'node:fs';

import { temporaryFolder } from '@outcrop/testkit';
import { expect, test } from 'vitest';

import {
  checksums,
  describe as describeTile,
  exportRasters,
  extentOf,
  makeRaster,
  mapRing,
} from '../testing/raster-fixture.ts';
import { runGdal } from '../testing/ogr.ts';

const geoTiff = 'image/tiff;subtype=geotiff';
const square = [
  [20, 10],
  [80, 10],
  [80, 50],
  [20, 50],
] as const;

test('a raster in its own CRS without a crop comes out pixel by pixel', async () => {
  await using folder = await temporaryFolder();
  const path = makeRaster(folder.file('photo.tif'), { width: 120, height: 70, bands: 3 });
  const { path: member, result } = await exportRasters(
    { layers: [{ path, kind: 'raster' }], formats: { raster: geoTiff } },
    folder.path,
  );
  expect(checksums(member('photo.tif'))).toEqual(checksums(path));
  expect(result.report.items[0]?.raster).toMatchObject({
    resampling: 'none',
    no_data: 'none',
    pixels: 8400,
    files_written: 1,
  });
  const [source, written] = await Promise.all([describeTile(path), describeTile(member('photo.tif'))]);
  expect(written).toMatchObject({ crs: 'EPSG:2193', transform: source.transform, bands: source.bands });
  expect(readFileSync(member('layer-1.txt'), 'utf8')).toContain(
    '1 of 1 tiles are here, in 1 file of 8,400 pixels in all.',
  );
});

test('a polygon takes the pixels whose centres are inside, as gdalwarp does, on the raster\u2019s own grid', async () => {
  await using folder = await temporaryFolder();
  const path = makeRaster(folder.file('photo.tif'), { width: 120, height: 70, bands: 3 });
  const extent = await extentOf(mapRing(square));
  const { path: member } = await exportRasters(
    { layers: [{ path, kind: 'raster' }], formats: { raster: geoTiff }, extent },
    folder.path,
  );
  const written = await describeTile(member('photo.tif'));
  expect(written).toMatchObject({ width: 60, height: 40, transform: [1_700_200, 10, 0, 5_499_900, 0, -10] });
  expect(checksums(member('photo.tif'))).toEqual(checksums(path, [20, 10, 60, 40]));
});

test('prints', async () => {
  await using folder = await temporaryFolder();
  const path = makeRaster(folder.file('photo.tif'), { width: 1200, height: 700, bands: 3 });
  const extent = await extentOf(
    mapRing([
      [20, 10],
      [1100, 30],
      [600, 650],
    ]),
  );
  for (const format of [
    'application/vnd.google-earth.kml+xml',
    'application/pdf',
    'image/tiff;application=geotiff;profile=cloud-optimized',
  ])
    for (const crs of format.includes('kml') ? ['EPSG:4326'] : ['EPSG:2193', 'EPSG:3857']) {
      const { result } = await exportRasters(
        { layers: [{ path, kind: 'raster' }], formats: { raster: format }, crs, extent },
        folder.path,
      );
      console.error(format, crs, JSON.stringify(result.report.items[0]));
      console.error(runGdal('unzip', ['-l', result.archivePath]));
    }
});
