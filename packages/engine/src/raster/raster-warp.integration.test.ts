import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { describe, expect, test } from 'vitest';

import { runGdal } from '../testing/ogr.ts';
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

const geoTiff = 'image/tiff;subtype=geotiff';
const size = { width: 200, height: 150 } as const;

describe('pixels in another CRS', () => {
  test.each([
    ['raster', 'cubic', { flags: ['-r', 'cubic', '-dstalpha'], type: 'Byte', bands: 3 }],
    ['grid', 'nearest', { flags: ['-r', 'near', '-dstnodata', '-9'], type: 'Float32', bands: 1 }],
  ] as const)(
    'of a %s are those of gdalwarp with %s resampling',
    async (kind, resampling, { flags, type, bands }) => {
      await using folder = await temporaryFolder();
      const nodata = kind === 'grid' ? ['-a_nodata', '-9'] : [];
      const path = makeRaster(folder.file('source.tif'), {
        ...size,
        type,
        bands,
        flags: [...placedAt(0, 0, size), ...nodata],
      });
      const { path: member, result } = await exportRasters(
        { layers: [{ path, kind }], formats: { [kind]: geoTiff }, crs: 'EPSG:3857' },
        folder.path,
      );
      const oracle = folder.file('oracle.tif');
      runGdal('gdalwarp', ['-q', '-t_srs', 'EPSG:3857', ...flags, path, oracle]);
      expect(checksums(member('source.tif'))).toEqual(checksums(oracle));
      const [own, theirs] = await Promise.all([describeTile(member('source.tif')), describeTile(oracle)]);
      expect(own).toMatchObject({ crs: 'EPSG:3857', width: theirs.width, height: theirs.height });
      expectNear(own.transform!, theirs.transform!);
      expect(result.report.items[0]).toMatchObject({
        raster: { resampling },
        coordinate_operation: { from: 'EPSG:2193', to: 'EPSG:3857', method: 'proj' },
      });
    },
  );

  test('of a grid are values of the grid, none in between', async () => {
    await using folder = await temporaryFolder();
    const flags = [...placedAt(0, 0, size), '-a_nodata', '0'];
    const path = makeRaster(folder.file('classes.tif'), {
      ...size,
      type: 'Int16',
      flags,
      value: (column, row) => ((column + row) % 3) * 100 + 100,
    });
    const { path: member } = await exportRasters(
      { layers: [{ path, kind: 'grid' }], formats: { grid: geoTiff }, crs: 'EPSG:4326' },
      folder.path,
    );
    expect(distinctValues(member('classes.tif'), folder)).toEqual([0, 100, 200, 300]);
  });

  test('of tiles lie on one grid, and cover what the layer as a whole covers', async () => {
    await using folder = await temporaryFolder();
    const tile = { width: 90, height: 70 } as const;
    const value =
      (left: number, top: number) =>
      (column: number, row: number): number =>
        1 + (((left + column) * 7 + (top + row) * 3) % 250);
    const corners = [[0, 0], [90, 0], [0, 70], [90, 70]] as const; // prettier-ignore
    for (const [index, [column, row]] of corners.entries()) {
      const flags = [...placedAt(column, row, tile), '-a_nodata', '0'];
      makeRaster(folder.file(`tiles/${index}.tif`), { ...tile, flags, value: value(column, row) });
    }
    const wish = {
      layers: [{ path: folder.file('tiles'), kind: 'grid' }],
      formats: { grid: geoTiff },
      crs: 'EPSG:3857',
    } as const;
    const single = await exportRasters(wish, folder.path);
    const mosaic = await exportRasters({ ...wish, mosaic: true }, folder.path);
    const tiles = [0, 1, 2, 3].map((index) => single.path(`layer-1/${index}.tif`));
    const [first] = await Promise.all(tiles.map(describeTile));
    for (const path of tiles) {
      const { transform } = await describeTile(path);
      const columns = (transform![0] - first!.transform![0]) / transform![1];
      expect(Math.abs(columns - Math.round(columns))).toBeLessThan(1e-6);
    }
    const joined = folder.file('joined.vrt');
    runGdal('gdalbuildvrt', ['-q', joined, ...tiles]);
    const [apart, together] = [joined, mosaic.path('layer-1.tif')].map((path) => valuesOf(path, folder, 1));
    expect(apart!.length).toBe(together!.length);
    const gaps = apart!.filter((value, index) => value === 0 && together![index] !== 0);
    expect(gaps).toEqual([]);
    // GDAL places pixels within an eighth of one: a few near the middle between two fall to the other.
    const different = apart!.filter((value, index) => value !== together![index]);
    expect(different.length / apart!.length).toBeLessThan(0.01);
  });

  test('cut to a polygon are masked in the output, and only tiles that meet it are there', async () => {
    await using folder = await temporaryFolder();
    const tile = { width: 90, height: 70, bands: 3 } as const;
    makeRaster(folder.file('tiles/a.tif'), { ...tile, flags: placedAt(0, 0, tile) });
    makeRaster(folder.file('tiles/b.tif'), { ...tile, flags: placedAt(90, 0, tile) });
    const extent = await extentOf(mapRing([[10, 10], [80, 15], [40, 60]])); // prettier-ignore
    const { path: member, result } = await exportRasters(
      {
        layers: [{ path: folder.file('tiles'), kind: 'raster' }],
        formats: { raster: geoTiff },
        crs: 'EPSG:3857',
        extent,
      },
      folder.path,
    );
    expect(result.report.items[0]?.files).toEqual(['a.tif']);
    const written = await describeTile(member('a.tif'));
    expect(written.bands).toHaveLength(4);
    const inside = countOf(member('a.tif'), 255, folder);
    // Half of its box, as triangles are.
    expect(inside / (written.width * written.height)).toBeCloseTo(0.5, 1);
  });

  test('across the antimeridian are refused where the target begins and ends there, and handled where not', async () => {
    await using folder = await temporaryFolder();
    const flags = ['-a_srs', 'EPSG:4326', '-a_ullr', '-180', '90', '180', '-90'];
    const world = makeRaster(folder.file('world.tif'), { width: 720, height: 360, bands: 3, flags });
    const wish = { layers: [{ path: world, kind: 'raster' }], formats: { raster: geoTiff } } as const;
    const chathams = { type: 'Polygon', coordinates: [[[170, -48], [186, -48], [186, -34], [170, -34], [170, -48]]] }; // prettier-ignore
    const { path: member, result } = await exportRasters(
      { ...wish, crs: 'EPSG:2193', extent: chathams },
      folder.path,
    );
    const oracle = folder.file('oracle.tif');
    const { transform, width, height } = await describeTile(member('world.tif'));
    const [x, pixel, , y] = transform!;
    const box = [x, y - height * pixel, x + width * pixel, y].map(String);
    runGdal('gdalwarp', [
      '-q',
      '-t_srs',
      'EPSG:2193',
      '-r',
      'cubic',
      '-te',
      ...box,
      '-ts',
      String(width),
      String(height),
      world,
      oracle,
    ]);
    const middle = [Math.round(width / 2) - 8, Math.round(height / 2) - 8, 16, 16];
    expect(checksums(member('world.tif'), middle).slice(0, 3)).toEqual(checksums(oracle, middle));
    expect(result.report.items[0]?.raster?.pixel_size[0]).toBeGreaterThan(20_000);
    const flat = makeRaster(folder.file('flat.tif'), {
      ...size,
      flags: ['-a_srs', 'EPSG:3832', '-a_ullr', '3000000', '100000', '4000000', '-100000'],
    });
    const crossing = await checkRasters(
      { layers: [{ path: flat, kind: 'raster' }], formats: { raster: geoTiff }, crs: 'EPSG:4326' },
      folder.path,
    );
    expect(crossing.items[0]?.reasons).toMatchObject([
      { code: 'antimeridian-reprojection', detail: expect.stringContaining('crosses longitude 180') },
    ]);
    const oneSide = await checkRasters({ ...wish, crs: 'EPSG:3857' }, folder.path);
    expect(oneSide.items[0]?.reasons).toEqual([]);
  });
});

describe('a resolution multiplier', () => {
  test('of 2 makes pixels twice as large, by cubic resampling of pictures', async () => {
    await using folder = await temporaryFolder();
    const path = makeRaster(folder.file('photo.tif'), { ...size, bands: 3 });
    const { path: member, result } = await exportRasters(
      {
        layers: [{ path, kind: 'raster' }],
        formats: { raster: geoTiff },
        options: { resolutionMultiplier: 2 },
      },
      folder.path,
    );
    expect(await describeTile(member('photo.tif'))).toMatchObject({
      width: 100,
      height: 75,
      transform: [1_700_000, 20, 0, 5_500_000, 0, -20],
    });
    const oracle = folder.file('oracle.tif');
    runGdal('gdalwarp', ['-q', '-r', 'cubic', '-tr', '20', '20', '-dstalpha', path, oracle]);
    expect(checksums(member('photo.tif'))).toEqual(checksums(oracle));
    expect(result.report.items[0]?.raster).toMatchObject({ resampling: 'cubic', pixel_size: [20, 20] });
  });

  test('of 1 changes nothing', async () => {
    await using folder = await temporaryFolder();
    const path = makeRaster(folder.file('photo.tif'), { ...size, bands: 3 });
    const { path: member, result } = await exportRasters(
      {
        layers: [{ path, kind: 'raster' }],
        formats: { raster: geoTiff },
        options: { resolutionMultiplier: 1 },
      },
      folder.path,
    );
    expect(checksums(member('photo.tif'))).toEqual(checksums(path));
    expect(result.report.items[0]?.raster?.resampling).toBe('none');
  });
});

test('a rotated raster becomes an upright ASCII grid, which cannot say that it is rotated', async () => {
  await using folder = await temporaryFolder();
  const tif = makeRaster(folder.file('plain.tif'), { ...size, type: 'Float32' });
  const path = folder.file('turned.tif');
  runGdal('gdal_translate', ['-q', tif, path]);
  const vrt = folder.file('turned.vrt');
  runGdal('gdal_translate', ['-q', '-of', 'VRT', tif, vrt]);
  const { readFileSync, writeFileSync } = await import('node:fs');
  writeFileSync(
    vrt,
    readFileSync(vrt, 'utf8').replace(/<GeoTransform>[^<]*</, '<GeoTransform>1700000,8,6,5500000,6,-8<'),
  );
  runGdal('gdal_translate', ['-q', vrt, path]);
  const { path: member, result } = await exportRasters(
    { layers: [{ path, kind: 'grid' }], formats: { grid: 'application/x-ogc-aaigrid' } },
    folder.path,
  );
  expect(result.report.items[0]?.raster).toMatchObject({ resampling: 'nearest', no_data: '-9999' });
  expect((await describeTile(member('turned.asc'))).transform?.slice(2, 3)).toEqual([0]);
});

function expectNear(a: readonly number[], b: readonly number[]): void {
  for (const [index, value] of a.entries()) expect(value).toBeCloseTo(b[index]!, 6);
}

function valuesOf(path: string, folder: TemporaryFolder, band = 1): number[] {
  const text = folder.file('values.xyz');
  runGdal('gdal_translate', ['-q', '-of', 'XYZ', '-b', String(band), path, text]);
  return runGdal('cat', [text])
    .trim()
    .split('\n')
    .map((line) => Number(line.split(' ')[2]));
}

function distinctValues(path: string, folder: TemporaryFolder): number[] {
  return [...new Set(valuesOf(path, folder))].toSorted((a, b) => a - b);
}

function countOf(path: string, value: number, folder: TemporaryFolder): number {
  return valuesOf(path, folder, 4).filter((one) => one === value).length;
}
