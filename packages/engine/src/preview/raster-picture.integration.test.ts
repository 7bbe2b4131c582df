import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { expect, test } from 'vitest';

import { runGdal } from '../testing/ogr.ts';
import { makeRaster, placedAt } from '../testing/raster-fixture.ts';
import type { RasterKind } from '../source/layer.ts';
import { summariseRaster } from '../raster/raster-summary.ts';
import { pictureRaster } from './raster-picture.ts';

const size = { width: 40, height: 40 } as const;

/** Two tiles with a gap as wide as a tile between them. */
function twoTiles(
  folder: TemporaryFolder,
  sketch: Omit<Parameters<typeof makeRaster>[1], 'width' | 'height'>,
): string {
  const path = folder.file('tiles');
  makeRaster(join(path, 'west.tif'), { ...size, ...sketch, flags: placedAt(0, 0, size) });
  const { value } = sketch;
  makeRaster(join(path, 'east.tif'), {
    ...size,
    ...sketch,
    ...(value !== undefined && { value: (column, row, band): number => value(column + 80, row, band) }),
    flags: placedAt(80, 0, size),
  });
  return path;
}

/** Makes the picture and returns how to read its pixels by GDAL, at fractions of its width and half its height. */
async function picture(
  folder: TemporaryFolder,
  source: { readonly path: string; readonly kind: RasterKind; readonly crs?: string },
): Promise<{ envelope: readonly number[]; at: (fraction: number) => number[] }> {
  const { png, envelope } = await pictureRaster(source, folder.file('cache'));
  const file = folder.file('picture.png');
  writeFileSync(file, png);
  const { size: [width, height] } = JSON.parse(runGdal('gdalinfo', ['-json', file])) as { size: [number, number] }; // prettier-ignore
  const at = (fraction: number): number[] => {
    const place = [Math.round(width * fraction), Math.round(height / 2)].map(String);
    return runGdal('gdallocationinfo', ['-valonly', file, ...place])
      .trim()
      .split('\n')
      .map(Number);
  };
  return { envelope, at };
}

test('a folder of two tiles is one picture, transparent between them', async () => {
  await using folder = await temporaryFolder();
  const path = twoTiles(folder, {
    bands: 3,
    value: (column, _, band) => (column < 40 ? [200, 10, 20] : [5, 6, 250])[band]!,
  });
  const { envelope, at } = await picture(folder, { path, kind: 'raster' });
  expect(at(0.17)).toEqual([200, 10, 20, 255]);
  expect(at(0.5)[3]).toBe(0);
  expect(at(0.83)).toEqual([5, 6, 250, 255]);
  const corners = runGdal('gdalinfo', ['-json', warped(folder, path)]);
  const { cornerCoordinates } = JSON.parse(corners) as { cornerCoordinates: Record<string, number[]> };
  const expected = [...cornerCoordinates['lowerLeft']!, ...cornerCoordinates['upperRight']!];
  for (const [index, edge] of expected.entries()) expect(Math.abs(envelope[index]! - edge)).toBeLessThan(50);
});

test('tiles in several CRSs are no picture, and both are named', async () => {
  await using folder = await temporaryFolder();
  makeRaster(folder.file('tiles/a.tif'), size);
  const elsewhere = ['-a_srs', 'EPSG:27200', ...placedAt(0, 0, size).slice(2)];
  makeRaster(folder.file('tiles/b.tif'), { ...size, flags: elsewhere });
  const source = { path: folder.file('tiles'), kind: 'raster' } as const;
  await expect(pictureRaster(source, folder.file('cache'))).rejects.toThrow(/EPSG:2193 and EPSG:27200/);
  expect(await summariseRaster(source, folder.file('cache'))).toMatchObject({
    envelope: null,
    extent: null,
    isUniform: false,
  });
});

test('a grid of two tiles goes from black to white over both, transparent where there are no values', async () => {
  await using folder = await temporaryFolder();
  const path = twoTiles(folder, { type: 'Float32', value: (column) => (column < 40 ? 500 : 1500) });
  const { at } = await picture(folder, { path, kind: 'grid' });
  expect([at(0.17), at(0.5)[1], at(0.83)]).toEqual([[0, 255], 0, [255, 255]]);
});

test('voids of a grid are transparent', async () => {
  await using folder = await temporaryFolder();
  const path = makeRaster(folder.file('dem.tif'), {
    ...size,
    type: 'Float32',
    value: (column) => (column < 10 ? -9999 : column < 25 ? 100 : 300),
    flags: [...placedAt(0, 0, size), '-a_nodata', '-9999'],
  });
  const { at } = await picture(folder, { path, kind: 'grid' });
  expect([at(0.1)[1], at(0.4), at(0.9)]).toEqual([0, [0, 255], [255, 255]]);
});

test('classes with an attribute table have the colours of their table', async () => {
  await using folder = await temporaryFolder();
  const plain = makeRaster(folder.file('plain.tif'), { ...size, value: (column) => (column < 20 ? 1 : 2) });
  const palette =
    '<ColorTable><Entry c1="0" c2="0" c3="0"/><Entry c1="10" c2="200" c3="30"/><Entry c1="90" c2="80" c3="255"/></ColorTable>';
  const vrt = folder.file('site/classes.vrt');
  mkdirSync(folder.file('site'));
  runGdal('gdal_translate', ['-q', '-of', 'GTiff', plain, folder.file('site/plain.tif')]);
  const source = `<SimpleSource><SourceFilename relativeToVRT="1">plain.tif</SourceFilename><SourceBand>1</SourceBand></SimpleSource>`;
  const band = `<VRTRasterBand dataType="Byte" band="1"><ColorInterp>Palette</ColorInterp>${palette}${source}</VRTRasterBand>`;
  const head = '<SRS>EPSG:2193</SRS><GeoTransform>1700000,10,0,5500000,0,-10</GeoTransform>';
  writeFileSync(vrt, `<VRTDataset rasterXSize="40" rasterYSize="40">${head}${band}</VRTDataset>`);
  const { at } = await picture(folder, { path: vrt, kind: 'rat' });
  expect([at(0.2), at(0.8)]).toEqual([[10, 200, 30, 255], [90, 80, 255, 255]]); // prettier-ignore
});

test('a raster lies where its layer says, whatever the file says', async () => {
  await using folder = await temporaryFolder();
  const [x, y] = ['174', '-41'];
  const path = makeRaster(folder.file('a.tif'), {
    ...size,
    bands: 3,
    flags: ['-a_ullr', x, y, '175', '-42'],
  });
  const { envelope } = await picture(folder, { path, kind: 'raster', crs: 'EPSG:4326' });
  expect(envelope[0]).toBeCloseTo((174 / 180) * 20_037_508.34, -2);
});

test('a VRT that refers to a file elsewhere has no picture', async () => {
  await using folder = await temporaryFolder();
  const outside = makeRaster(folder.file('outside.tif'), { ...size, bands: 3 });
  mkdirSync(folder.file('site'));
  const path = folder.file('site/leak.vrt');
  runGdal('gdalbuildvrt', ['-q', path, outside]);
  await expect(picture(folder, { path, kind: 'raster' })).rejects.toMatchObject({ code: 'source-corrupt' });
});

/** Both tiles in Web Mercator by one call of GDAL. */
function warped(folder: TemporaryFolder, path: string): string {
  const out = folder.file('oracle.tif');
  const tiles = ['west.tif', 'east.tif'].map((name) => join(path, name));
  runGdal('gdalwarp', ['-q', '-t_srs', 'EPSG:3857', ...tiles, out]);
  return out;
}
