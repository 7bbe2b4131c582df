import { readFileSync } from 'node:fs';

import { temporaryFolder } from '@outcrop/testkit';
import { describe, expect, test } from 'vitest';

import {
  checkRasters,
  checksums,
  describe as describeTile,
  exportRasters,
  extentOf,
  makeRaster,
  mapRing,
  placedAt,
} from '../testing/raster-fixture.ts';
import { runGdal } from '../testing/ogr.ts';

const geoTiff = 'image/tiff;subtype=geotiff';
const size = { width: 400, height: 300 } as const;
/** A star with 24 corners in the columns and rows of that size. */
const star = Array.from({ length: 24 }, (_, k): [number, number] => {
  const [angle, radius] = [(k * Math.PI) / 12, k % 2 === 0 ? 140 : 70];
  return [200.3 + radius * Math.cos(angle), 150.2 + radius * Math.sin(angle)];
});

describe('pixels in their own CRS', () => {
  test('come out as they are, without a crop', async () => {
    await using folder = await temporaryFolder();
    const path = makeRaster(folder.file('photo.tif'), { ...size, bands: 3 });
    const { path: member, result } = await exportRasters(
      { layers: [{ path, kind: 'raster' }], formats: { raster: geoTiff } },
      folder.path,
    );
    expect(checksums(member('photo.tif'))).toEqual(checksums(path));
    expect(result.report.items[0]?.raster).toEqual({
      tiles_in_layer: 1,
      tiles_read: 1,
      files_written: 1,
      pixels: 120_000,
      pixel_size: [10, 10],
      resampling: 'none',
      no_data: 'none',
    });
    const [source, written] = await Promise.all([describeTile(path), describeTile(member('photo.tif'))]);
    expect(written).toMatchObject({ crs: 'EPSG:2193', transform: source.transform, bands: source.bands });
    const text = readFileSync(member('layer-1.txt'), 'utf8');
    expect(text).toContain('1 of 1 tiles are here, in 1 file of 120,000 pixels in all.');
    expect(text).toContain('Pixels are those of the source, unaltered.');
  });

  test('of a rectangle are a window of the source, bit by bit, without a mask', async () => {
    await using folder = await temporaryFolder();
    const path = makeRaster(folder.file('photo.tif'), { ...size, bands: 3 });
    const ring = mapRing([
      [20, 10],
      [80, 10],
      [80, 50],
      [20, 50],
    ]);
    const extent = await extentOf(ring);
    const { path: member } = await exportRasters(
      { layers: [{ path, kind: 'raster' }], formats: { raster: geoTiff }, extent },
      folder.path,
    );
    expect(await describeTile(member('photo.tif'))).toMatchObject({
      width: 60,
      height: 40,
      transform: [1_700_200, 10, 0, 5_499_900, 0, -10],
      bands: [{}, {}, {}],
    });
    expect(checksums(member('photo.tif'))).toEqual(checksums(path, [20, 10, 60, 40]));
  });

  test.each([
    ['an alpha band of a picture', { kind: 'raster', bands: 3, type: 'Byte', flags: [] }],
    ['an alpha band of a picture of 16 bits', { kind: 'raster', bands: 1, type: 'UInt16', flags: [] }],
    ['the nodata value of a grid', { kind: 'grid', bands: 1, type: 'Float32', flags: ['-a_nodata', '-7'] }],
    ['a new nodata value of a grid', { kind: 'grid', bands: 1, type: 'Int16', flags: [] }],
  ] as const)(
    'outside a polygon are masked as gdalwarp masks them: by %s',
    async (_, { kind, bands, type, flags }) => {
      await using folder = await temporaryFolder();
      const flagsOfSource = [...placedAt(0, 0, size), ...flags];
      const path = makeRaster(folder.file('source.tif'), { ...size, bands, type, flags: flagsOfSource });
      const ring = dense(mapRing(star));
      const extent = await extentOf(ring);
      const { path: member, result } = await exportRasters(
        { layers: [{ path, kind }], formats: { [kind]: geoTiff }, extent },
        folder.path,
      );
      const cutline = folder.file('cut.geojson');
      writeCutline(cutline, ring);
      const noData = result.report.items[0]?.raster?.no_data ?? '';
      const how = noData === 'alpha' ? ['-dstalpha'] : ['-dstnodata', noData];
      const oracle = folder.file('oracle.tif');
      const written = await describeTile(member('source.tif'));
      const [x, , , y] = written.transform!;
      const box = [x, y - written.height * 10, x + written.width * 10, y];
      runGdal('gdalwarp', [
        '-q',
        '-cutline',
        cutline,
        '-te',
        ...box.map(String),
        '-tr',
        '10',
        '10',
        ...how,
        path,
        oracle,
      ]);
      expect(checksums(member('source.tif'))).toEqual(checksums(oracle));
      const [own, theirs] = [written, await describeTile(oracle)];
      expect(own.bands.map(({ type: t, nodata }) => [t, nodata])).toEqual(
        theirs.bands.map(({ type: t, nodata }) => [t, nodata]),
      );
    },
  );

  test('of a grid that uses every usual nodata value get one that it does not use', async () => {
    await using folder = await temporaryFolder();
    const value = (column: number): number => (column % 2 === 0 ? -32_768 : 5);
    const path = makeRaster(folder.file('grid.tif'), { ...size, type: 'Int16', value });
    const extent = await extentOf(mapRing(star));
    const { result } = await exportRasters(
      { layers: [{ path, kind: 'grid' }], formats: { grid: geoTiff }, extent },
      folder.path,
    );
    expect(result.report.items[0]?.raster?.no_data).toBe('32767');
  });

  test('cut to the pieces of a partition and joined again are the source', async () => {
    await using folder = await temporaryFolder();
    const flags = [...placedAt(0, 0, size), '-a_nodata', '0'];
    const path = makeRaster(folder.file('grid.tif'), { ...size, type: 'UInt16', flags });
    const [a, b, c, d, e] = [
      [-5, -5],
      [405, -5],
      [405, 305],
      [-5, 305],
      [173.37, 121.9],
    ] as const;
    const triangles = [
      [a, b, e],
      [b, c, e],
      [c, d, e],
      [d, a, e],
    ];
    const pieces: string[] = [];
    for (const triangle of triangles) {
      const extent = await extentOf(mapRing(triangle));
      const { path: member } = await exportRasters(
        { layers: [{ path, kind: 'grid' }], formats: { grid: geoTiff }, extent },
        folder.path,
      );
      pieces.push(member('grid.tif'));
    }
    const joined = folder.file('joined.vrt');
    runGdal('gdalbuildvrt', ['-q', joined, ...pieces]);
    expect(checksums(joined)).toEqual(checksums(path));
  });

  test('cut to rectangles side by side and joined again are the source, and none is there twice', async () => {
    await using folder = await temporaryFolder();
    const path = makeRaster(folder.file('photo.tif'), { ...size, bands: 3 });
    const [left, right, top, bottom] = [173.4, 402, 121.7, 302];
    const corners = [[-2, -2, left, top], [left, -2, right, top], [-2, top, left, bottom], [left, top, right, bottom]] as const; // prettier-ignore
    const pieces: string[] = [];
    let pixels = 0;
    for (const [west, north, east, south] of corners) {
      const ring = mapRing([[west, north], [east, north], [east, south], [west, south]]); // prettier-ignore
      const { path: member, result } = await exportRasters(
        { layers: [{ path, kind: 'raster' }], formats: { raster: geoTiff }, extent: await extentOf(ring) },
        folder.path,
      );
      pixels += result.report.items[0]!.raster!.pixels;
      pieces.push(member('photo.tif'));
    }
    const joined = folder.file('joined.vrt');
    runGdal('gdalbuildvrt', ['-q', joined, ...pieces]);
    expect(pixels).toBe(size.width * size.height);
    expect(checksums(joined)).toEqual(checksums(path));
  });

  test('of a rotated raster are cut along its own columns and rows', async () => {
    await using folder = await temporaryFolder();
    const path = makeRaster(folder.file('turned.vrt'), {
      ...size,
      driver: 'VRT',
      flags: placedAt(0, 0, size),
    });
    const tif = makeRaster(folder.file('turned.tif'), size);
    runGdal('gdal_translate', ['-q', '-of', 'VRT', tif, path]);
    const text = readFileSync(path, 'utf8').replace(
      /<GeoTransform>[^<]*</,
      '<GeoTransform>1700000,8,6,5500000,6,-8<',
    );
    const { writeFileSync } = await import('node:fs');
    writeFileSync(path, text);
    const toMap = (column: number, row: number): [number, number] => [
      1_700_000 + 8 * column + 6 * row,
      5_500_000 + 6 * column - 8 * row,
    ];
    const extent = await extentOf([toMap(50, 40), toMap(150, 40), toMap(150, 90), toMap(50, 90)]);
    const { path: member } = await exportRasters(
      { layers: [{ path, kind: 'raster' }], formats: { raster: geoTiff }, extent },
      folder.path,
    );
    expect(checksums(member('turned.tif'))).toEqual(checksums(tif, [50, 40, 100, 50]));
    expect((await describeTile(member('turned.tif'))).transform).toEqual([...toMapTransform(toMap)]);
  });
});

describe('tiles', () => {
  test('become one file each, with their names, and only those that the region meets', async () => {
    await using folder = await temporaryFolder();
    const tile = { width: 100, height: 80, bands: 3 } as const;
    const places = { BX15: [0, 0], BX16: [100, 0], BY15: [0, 80], BY16: [100, 80] } as const;
    for (const [name, [column, row]] of Object.entries(places)) {
      makeRaster(folder.file(`tiles/${name}.tif`), { ...tile, flags: placedAt(column, row, tile) });
    }
    const extent = await extentOf(mapRing([[50, 20], [150, 20], [150, 60], [50, 60]])); // prettier-ignore
    const wish = {
      layers: [{ path: folder.file('tiles'), kind: 'raster' }],
      formats: { raster: geoTiff },
    } as const;
    const cropped = await exportRasters({ ...wish, extent }, folder.path);
    expect(cropped.result.report.items[0]?.files).toEqual(['BX15.tif', 'BX16.tif']);
    expect(cropped.result.report.items[0]?.raster).toMatchObject({
      tiles_in_layer: 4,
      tiles_read: 2,
      pixels: 4000,
    });
    expect(checksums(cropped.path('layer-1/BX16.tif'))).toEqual(
      checksums(folder.file('tiles/BX16.tif'), [0, 20, 50, 40]),
    );
    const named = await exportRasters({ ...wish, options: { tiles: ['by15'] } }, folder.path);
    expect(named.result.report.items[0]?.files).toEqual(['BY15.tif']);
    const unknown = await checkRasters({ ...wish, options: { tiles: ['BZ1'] } }, folder.path);
    expect(unknown.items[0]?.reasons[0]?.detail).toContain(
      'there is no tile "BZ1". Its tiles are BX15, BX16, BY15, BY16.',
    );
  });

  test('become one mosaic where that is asked for, and a gap between them is no data', async () => {
    await using folder = await temporaryFolder();
    const tile = { width: 100, height: 80, bands: 3 } as const;
    makeRaster(folder.file('tiles/a.tif'), { ...tile, flags: placedAt(0, 0, tile) });
    makeRaster(folder.file('tiles/b.tif'), { ...tile, flags: placedAt(150, 80, tile) });
    const wish = {
      layers: [{ path: folder.file('tiles'), kind: 'raster' }],
      formats: { raster: geoTiff },
      mosaic: true,
    } as const;
    const { result, path: member } = await exportRasters(wish, folder.path);
    expect(result.report.items[0]?.files).toEqual(['layer-1.tif']);
    const joined = member('layer-1.tif');
    expect(await describeTile(joined)).toMatchObject({
      width: 250,
      height: 160,
      bands: [{}, {}, {}, { interpretation: 'Alpha' }],
    });
    expect(checksums(joined, [150, 80, 100, 80]).slice(0, 3)).toEqual(checksums(folder.file('tiles/b.tif')));
    expect(checksums(joined, [100, 0, 50, 80])).toEqual([0, 0, 0, 0]);
    const extent = await extentOf(mapRing([[110, 10], [140, 10], [140, 60], [110, 60]])); // prettier-ignore
    const gap = await checkRasters({ ...wish, mosaic: false, extent }, folder.path);
    expect(gap.items[0]?.reasons).toMatchObject([{ code: 'outside-extent' }]);
    const gapOfMosaic = await checkRasters({ ...wish, extent }, folder.path);
    expect(gapOfMosaic.items[0]?.reasons).toMatchObject([{ code: 'outside-extent' }]);
  });

  test('that are not on one grid are refused as a mosaic, and say which', async () => {
    await using folder = await temporaryFolder();
    const tile = { width: 100, height: 80, bands: 3 } as const;
    makeRaster(folder.file('tiles/a.tif'), { ...tile, flags: placedAt(0, 0, tile) });
    makeRaster(folder.file('tiles/b.tif'), { ...tile, flags: placedAt(100.4, 0, tile) });
    const check = await checkRasters(
      {
        layers: [{ path: folder.file('tiles'), kind: 'raster' }],
        formats: { raster: geoTiff },
        mosaic: true,
      },
      folder.path,
    );
    expect(check.items[0]?.reasons).toMatchObject([
      {
        code: 'invalid-option',
        detail: expect.stringContaining('the pixels of b do not lie on the grid of a'),
      },
    ]);
  });
});

test('a region smaller than a pixel, and one beside the raster, are outside the extent', async () => {
  await using folder = await temporaryFolder();
  const path = makeRaster(folder.file('photo.tif'), { width: 40, height: 30, bands: 3 });
  const rings = [
    [[3.6, 3.6], [3.9, 3.6], [3.9, 3.9], [3.6, 3.9]],
    [[50, 5], [60, 5], [60, 9], [50, 9]],
  ] as const; // prettier-ignore
  for (const ring of rings) {
    const extent = await extentOf(mapRing(ring));
    const check = await checkRasters(
      { layers: [{ path, kind: 'raster' }], formats: { raster: geoTiff }, extent },
      folder.path,
    );
    expect(check.items[0]?.reasons).toMatchObject([{ code: 'outside-extent' }]);
  }
});

function toMapTransform(toMap: (column: number, row: number) => [number, number]): number[] {
  const [x, y] = toMap(50, 40);
  return [x, 8, 6, y, 6, -8];
}

/** With positions between, so that its edges are the same lines whichever CRS they are straight in. */
function dense(ring: readonly [number, number][]): [number, number][] {
  return ring.flatMap(([x, y], index) => {
    const [nextX, nextY] = ring[(index + 1) % ring.length]!;
    return Array.from({ length: 50 }, (_, step): [number, number] => [
      x + ((nextX - x) * step) / 50,
      y + ((nextY - y) * step) / 50,
    ]);
  });
}

function writeCutline(path: string, ring: readonly (readonly [number, number])[]): void {
  const geometry = { type: 'Polygon', coordinates: [[...ring, ring[0]!]] };
  const crs = { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::2193' } };
  const text = JSON.stringify({
    type: 'FeatureCollection',
    crs,
    features: [{ type: 'Feature', properties: {}, geometry }],
  });
  runGdal('ogr2ogr', ['-f', 'GeoJSON', path, text]);
}
