import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { expect, test } from 'vitest';

import { runGdal } from '../testing/ogr.ts';
import {
  checksums,
  describe as describeTile,
  exportRasters,
  extentOf,
  makeRaster,
  mapRing,
  placedAt,
  withPointsBetween,
} from '../testing/raster-fixture.ts';

const tile = { width: 300, height: 290, bands: 3 } as const;
const ring = withPointsBetween(mapRing([[10.3, 8.2], [560.4, 12.1], [290.6, 284.3]])); // prettier-ignore
const cutline = JSON.stringify({
  type: 'Polygon',
  crs: { type: 'name', properties: { name: 'EPSG:2193' } },
  coordinates: [[...ring, ring[0]]],
});

test('a mosaic under a polygon is transparent outside of it, and between its tiles', async () => {
  await using folder = await temporaryFolder();
  const paths = [0, 320].map((column, index) =>
    makeRaster(folder.file(`tiles/${index}.tif`), { ...tile, flags: placedAt(column, 0, tile) }),
  );
  const { path: member } = await exportRasters(
    {
      layers: [{ path: folder.file('tiles'), kind: 'raster' }],
      formats: { raster: 'image/tiff;subtype=geotiff' },
      mosaic: true,
      extent: await extentOf(ring),
    },
    folder.path,
  );
  const joined = folder.file('joined.vrt');
  runGdal('gdalbuildvrt', ['-q', '-addalpha', joined, ...paths]);
  const oracle = await cutLike(member('layer-1.tif'), joined, folder);
  expect(checksums(member('layer-1.tif'))).toEqual(checksums(oracle));
});

test('a nodata value becomes transparent in a format with alpha, under a polygon too', async () => {
  await using folder = await temporaryFolder();
  const path = makeRaster(folder.file('photo.tif'), {
    ...tile,
    value: (column, row, band) =>
      ((column >> 4) + (row >> 4)) % 3 === 0 ? 0 : 20 + ((column + row * 3 + band) % 200),
    flags: [...placedAt(0, 0, tile), '-a_nodata', '0'],
  });
  const { path: member } = await exportRasters(
    {
      layers: [{ path, kind: 'raster' }],
      formats: { raster: 'image/jp2;compression=lossless' },
      extent: await extentOf(ring),
    },
    folder.path,
  );
  const oracle = await cutLike(member('photo.jp2'), path, folder);
  expect(checksums(member('photo.jp2'))).toEqual(checksums(oracle));
});

/** Cuts a raster by GDAL on the grid of an output. */
async function cutLike(output: string, source: string, folder: TemporaryFolder): Promise<string> {
  const { transform, width, height } = await describeTile(output);
  const [x, dx, , y, , dy] = transform!;
  const box = [x, y + height * dy, x + width * dx, y].map(String);
  const oracle = folder.file('oracle.tif');
  const flags = ['-cutline', cutline, '-dstalpha', '-te', ...box, '-ts', String(width), String(height)];
  runGdal('gdalwarp', ['-q', ...flags, source, oracle]);
  return oracle;
}
