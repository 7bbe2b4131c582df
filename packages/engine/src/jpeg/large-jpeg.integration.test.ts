import { readFileSync } from 'node:fs';

import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { expect, test } from 'vitest';

import { runGdal } from '../testing/ogr.ts';
import {
  checksums,
  describe,
  exportRasters,
  extentOf,
  makeRaster,
  mapRing,
  placedAt,
} from '../testing/raster-fixture.ts';
import { readJpegHead } from './jpeg-segments.ts';

/** As many pixels as one program should not compress alone. */
const large = { width: 7000, height: 6001 } as const;
const restartInterval = 0xdd;

/** A small picture whose pixels are drawn large. */
function makeLarge(folder: TemporaryFolder, bands: 1 | 3): string {
  const flags = ['-outsize', String(large.width), String(large.height), ...placedAt(0, 0, large)];
  return makeRaster(folder.file('photo.tif'), { width: 700, height: 600, bands, flags });
}

function isByStrips(path: string): boolean {
  const { segments } = readJpegHead(readFileSync(path));
  return segments.some(({ marker }) => marker === restartInterval);
}

test('a large picture is compressed in strips: same pixels, files and report as by the JPEG driver', async () => {
  await using folder = await temporaryFolder();
  const path = makeLarge(folder, 3);
  const { path: member, result } = await exportRasters(
    { layers: [{ path, kind: 'raster' }], formats: { raster: 'image/jpeg' } },
    folder.path,
  );
  const [item] = result.report.items;
  expect(item?.files).toEqual(['photo.jgw', 'photo.jpg', 'photo.jpg.aux.xml', 'photo.prj']);
  expect(item?.losses.map(({ code }) => code)).toEqual(['values-approximate']);
  const written = member('photo.jpg');
  expect(isByStrips(written)).toBe(true);
  const drivers = folder.file('drivers.jpg');
  runGdal('gdal_translate', ['-q', '-of', 'JPEG', '-co', 'QUALITY=90', '-a_nodata', 'none', path, drivers]);
  expect(isByStrips(drivers)).toBe(false);
  expect(checksums(written)).toEqual(checksums(drivers));
  expect(readFileSync(`${written}.aux.xml`, 'utf8')).toBe(readFileSync(`${drivers}.aux.xml`, 'utf8'));
});

test('cut to a polygon it has a mask, which the JPEG driver writes', async () => {
  await using folder = await temporaryFolder();
  const path = makeLarge(folder, 1);
  const triangle = mapRing([
    [0, 0],
    [7000, 0],
    [7000, 6001],
  ]);
  const { path: member } = await exportRasters(
    {
      layers: [{ path, kind: 'raster' }],
      formats: { raster: 'image/jpeg' },
      extent: await extentOf(triangle),
    },
    folder.path,
  );
  const written = member('photo.jpg');
  expect(isByStrips(written)).toBe(false);
  expect((await describe(written)).bands.map(({ mask }) => mask)).toEqual(['dataset']);
});

test.each([
  ['without gaps is compressed in strips', [0, 3500], true],
  ['with a gap has a mask, which the JPEG driver writes', [0, 3600], false],
] as const)('a mosaic of two tiles %s', async (_name, columns, isInStrips) => {
  await using folder = await temporaryFolder();
  const size = { width: 3500, height: 6001 };
  const tiles = columns.map((column, index) => {
    const flags = ['-outsize', String(size.width), String(size.height), ...placedAt(column, 0, size)];
    return makeRaster(folder.file(`tiles/${index}.tif`), { width: 350, height: 600, flags });
  });
  const { path: member } = await exportRasters(
    {
      layers: [{ path: folder.file('tiles'), kind: 'raster' }],
      formats: { raster: 'image/jpeg' },
      mosaic: true,
    },
    folder.path,
  );
  const written = member('layer-1.jpg');
  expect(isByStrips(written)).toBe(isInStrips);
  expect((await describe(written)).bands[0]!.mask).toBe(isInStrips ? 'none' : 'dataset');
  const mosaic = folder.file('mosaic.vrt');
  runGdal('gdalbuildvrt', ['-q', mosaic, ...tiles]);
  runGdal('gdal_translate', ['-q', '-of', 'JPEG', '-co', 'QUALITY=90', mosaic, folder.file('drivers.jpg')]);
  expect(checksums(written)).toEqual(checksums(folder.file('drivers.jpg')));
});
