import { readFileSync, truncateSync, writeFileSync } from 'node:fs';

import { temporaryFolder } from '@outcrop/testkit';
import { describe, expect, test } from 'vitest';

import { runGdal } from '../testing/ogr.ts';
import {
  checkRasters,
  checksums,
  describe as describeTile,
  exportRasters,
  makeRaster,
  placedAt,
} from '../testing/raster-fixture.ts';
import { summariseRaster } from './raster-summary.ts';

const geoTiff = 'image/tiff;subtype=geotiff';
const size = { width: 40, height: 30 } as const;

describe('a source', () => {
  test.each([
    ['GTiff', 'a.tif', []],
    ['HFA', 'a.img', []],
    ['JP2OpenJPEG', 'a.jp2', ['-co', 'REVERSIBLE=YES', '-co', 'QUALITY=100']],
    ['PNG', 'a.png', ['-co', 'WORLDFILE=YES']],
    ['AAIGrid', 'a.asc', []],
    ['ENVI', 'a.bil', ['-co', 'INTERLEAVE=BIL']],
    ['SRTMHGT', 'S41E174.hgt', null],
  ] as const)('of %s is read, exported, and its pixels are the same', async (driver, name, options) => {
    await using folder = await temporaryFolder();
    const isHgt = options === null;
    const sketch = isHgt
      ? {
          width: 1201,
          height: 1201,
          type: 'Int16' as const,
          flags: ['-a_srs', 'EPSG:4326', '-a_ullr', '173.99958', '-39.99958', '175.00042', '-41.00042'],
        }
      : { ...size, flags: placedAt(0, 0, size) };
    const tif = makeRaster(folder.file('made.tif'), sketch);
    const path = folder.file(`site/${name}`);
    makeFolder(folder.file('site'));
    runGdal('gdal_translate', ['-q', '-of', driver, ...(options ?? []), tif, path]);
    const crs = isHgt ? 'EPSG:4326' : 'EPSG:2193';
    const { path: member } = await exportRasters(
      { layers: [{ path, kind: 'raster' }], formats: { raster: geoTiff }, crs },
      folder.path,
    );
    expect(checksums(member(`${name.split('.')[0]}.tif`))).toEqual(checksums(tif));
  });

  test('of one bit a pixel, and one with tiles compressed as JPEG, are written without a change', async () => {
    await using folder = await temporaryFolder();
    const tif = makeRaster(folder.file('made.tif'), { ...size, value: (column, row) => (column + row) % 2 });
    const bits = folder.file('bits.tif');
    runGdal('gdal_translate', ['-q', '-co', 'NBITS=1', tif, bits]);
    const photo = makeRaster(folder.file('photo.tif'), { width: 64, height: 64, bands: 3 });
    const jpeg = folder.file('jpeg.tif');
    runGdal('gdal_translate', [
      '-q',
      '-co',
      'COMPRESS=JPEG',
      '-co',
      'PHOTOMETRIC=YCBCR',
      '-co',
      'TILED=YES',
      photo,
      jpeg,
    ]);
    for (const [path, name] of [
      [bits, 'bits.tif'],
      [jpeg, 'jpeg.tif'],
    ] as const) {
      const { path: member } = await exportRasters(
        { layers: [{ path, kind: 'raster' }], formats: { raster: geoTiff } },
        folder.path,
      );
      expect(checksums(member(name))).toEqual(checksums(path));
    }
  });

  test('with an internal mask keeps it', async () => {
    await using folder = await temporaryFolder();
    const rgba = makeRaster(folder.file('rgba.tif'), {
      ...size,
      bands: 4,
      value: (column, _, band) => (band === 3 ? (column < 20 ? 255 : 0) : 90),
    });
    const path = folder.file('masked.tif');
    runGdal('gdal_translate', [
      '-q',
      '--config',
      'GDAL_TIFF_INTERNAL_MASK',
      'YES',
      '-b',
      '1',
      '-b',
      '2',
      '-b',
      '3',
      '-mask',
      '4',
      rgba,
      path,
    ]);
    const { path: member, result } = await exportRasters(
      { layers: [{ path, kind: 'raster' }], formats: { raster: geoTiff } },
      folder.path,
    );
    expect(result.report.items[0]).toMatchObject({ files: ['masked.tif'], raster: { no_data: 'mask' } });
    expect((await describeTile(member('masked.tif'))).bands[0]?.mask).toBe('dataset');
    const copy = folder.file('mask.tif');
    runGdal('gdal_translate', ['-q', '-b', 'mask,1', member('masked.tif'), copy]);
    expect(checksums(copy)).toEqual(checksums(rgba).slice(3));
  });

  test('in a compound CRS is taken by its horizontal part', async () => {
    await using folder = await temporaryFolder();
    const flags = [...placedAt(0, 0, size), '-a_srs', 'EPSG:2193+7839'];
    const path = makeRaster(folder.file('dem.tif'), { ...size, type: 'Float32', flags });
    expect((await describeTile(path)).crs).toBe('EPSG:2193');
    const { path: member } = await exportRasters(
      { layers: [{ path, kind: 'grid' }], formats: { grid: geoTiff } },
      folder.path,
    );
    expect(checksums(member('dem.tif'))).toEqual(checksums(path));
  });

  test('without a CRS is refused, and exported where the catalogue says which it is', async () => {
    await using folder = await temporaryFolder();
    const path = makeRaster(folder.file('lost.tif'), { ...size, flags: placedAt(0, 0, size).slice(2) });
    const wish = { formats: { raster: geoTiff } } as const;
    const check = await checkRasters({ ...wish, layers: [{ path, kind: 'raster' }] }, folder.path);
    expect(check.items[0]?.reasons).toMatchObject([
      {
        code: 'invalid-crs',
        detail: expect.stringContaining(
          'lost does not say in which CRS it is. Add `crs: EPSG:n` to the layer',
        ),
      },
    ]);
    const { path: member } = await exportRasters(
      { ...wish, layers: [{ path, kind: 'raster', crs: 'EPSG:2193' }] },
      folder.path,
    );
    expect(await describeTile(member('lost.tif'))).toMatchObject({ crs: 'EPSG:2193' });
  });

  test('of JPEG takes its CRS from the .prj beside it, which GDAL does not read', async () => {
    await using folder = await temporaryFolder();
    const tif = makeRaster(folder.file('made.tif'), { ...size, bands: 3 });
    makeFolder(folder.file('site'));
    const path = folder.file('site/photo.jpg');
    runGdal('gdal_translate', ['-q', '-of', 'JPEG', '-co', 'WORLDFILE=YES', tif, path]);
    runGdal('rm', [`${path}.aux.xml`]);
    writeFileSync(folder.file('site/photo.prj'), runGdal('gdalsrsinfo', ['-o', 'wkt_esri', 'EPSG:2193']));
    const { path: member } = await exportRasters(
      { layers: [{ path, kind: 'raster' }], formats: { raster: geoTiff } },
      folder.path,
    );
    expect(await describeTile(member('photo.tif'))).toMatchObject({ crs: 'EPSG:2193' });
    expect(checksums(member('photo.tif'))).toEqual(checksums(path));
  });

  test('without a place is refused', async () => {
    await using folder = await temporaryFolder();
    const path = makeRaster(folder.file('nowhere.tif'), { ...size, flags: ['-a_srs', 'EPSG:2193'] });
    const check = await checkRasters(
      { layers: [{ path, kind: 'raster' }], formats: { raster: geoTiff } },
      folder.path,
    );
    expect(check.items[0]?.reasons).toMatchObject([
      { code: 'source-unavailable', detail: expect.stringContaining('nowhere does not say where it lies') },
    ]);
  });

  test('with bands behind its alpha band is refused', async () => {
    await using folder = await temporaryFolder();
    const flags = [...placedAt(0, 0, size), '-colorinterp_4', 'alpha', '-colorinterp_5', 'undefined'];
    const path = makeRaster(folder.file('odd.tif'), { ...size, bands: 5, flags });
    const check = await checkRasters(
      { layers: [{ path, kind: 'raster' }], formats: { raster: geoTiff } },
      folder.path,
    );
    expect(check.items[0]?.reasons).toMatchObject([
      { code: 'source-unavailable', detail: expect.stringContaining('Put alpha last') },
    ]);
  });

  test('whose tiles are in several CRSs is refused, and names two of them', async () => {
    await using folder = await temporaryFolder();
    makeRaster(folder.file('tiles/a.tif'), size);
    makeRaster(folder.file('tiles/b.tif'), {
      ...size,
      flags: ['-a_srs', 'EPSG:27200', ...placedAt(0, 0, size).slice(2)],
    });
    const check = await checkRasters(
      { layers: [{ path: folder.file('tiles'), kind: 'raster' }], formats: { raster: geoTiff } },
      folder.path,
    );
    expect(check.items[0]?.reasons).toMatchObject([
      { code: 'source-unavailable', detail: expect.stringContaining('a in EPSG:2193, b in EPSG:27200') },
    ]);
  });

  test('that is damaged is refused in GDAL\u2019s words where its head is, and fails the run where its pixels are', async () => {
    await using folder = await temporaryFolder();
    writeFileSync(folder.file('text.tif'), 'this is not an image');
    const wish = { formats: { raster: geoTiff } } as const;
    const check = await checkRasters(
      { ...wish, layers: [{ path: folder.file('text.tif'), kind: 'raster' }] },
      folder.path,
    );
    expect(check.items[0]?.reasons).toMatchObject([
      { code: 'source-unavailable', detail: expect.stringContaining('cannot be read as a raster') },
    ]);
    const path = makeRaster(folder.file('cut.tif'), {
      width: 300,
      height: 300,
      flags: [...placedAt(0, 0, { width: 300, height: 300 }), '-co', 'COMPRESS=NONE'],
    });
    truncateSync(path, 40_000);
    const run = exportRasters({ ...wish, layers: [{ path, kind: 'raster' }] }, folder.path);
    await expect(run).rejects.toMatchObject({ code: 'gdal-failed' });
  });
});

test('hostile names of tiles become harmless names of files', async () => {
  await using folder = await temporaryFolder();
  const names = ['-of', 'a;rm -rf ~', '$(id)', 'name with "quotes"', 'été', '%2e%2e%2f'];
  for (const [index, name] of names.entries()) {
    makeRaster(folder.file('plain.tif'), { ...size, flags: placedAt(index * 40, 0, size) });
    makeFolder(folder.file('tiles'));
    writeFileSync(folder.file(`tiles/${name}.tif`), readFileSync(folder.file('plain.tif')));
  }
  const { result } = await exportRasters(
    { layers: [{ path: folder.file('tiles'), kind: 'raster' }], formats: { raster: geoTiff } },
    folder.path,
  );
  expect(result.report.items[0]?.files).toEqual([
    '_(id).tif',
    '_2e_2e_2f.tif',
    'a_rm -rf _.tif',
    'name with _quotes_.tif',
    'of.tif',
    'été.tif',
  ]);
});

test('a summary tells kind, place, tiles, pixels and bands', async () => {
  await using folder = await temporaryFolder();
  makeRaster(folder.file('tiles/b.tif'), {
    ...size,
    type: 'Float32',
    flags: [...placedAt(40, 0, size), '-a_nodata', '-1'],
  });
  makeRaster(folder.file('tiles/a.tif'), {
    ...size,
    type: 'Float32',
    flags: [...placedAt(0, 0, size), '-a_nodata', '-1'],
  });
  const summary = await summariseRaster({ path: folder.file('tiles'), kind: 'raster' }, folder.file('cache'));
  expect(summary).toMatchObject({
    kind: 'grid',
    crs: 'EPSG:2193',
    isUniform: true,
    envelope: [1_700_000, 5_499_700, 1_700_800, 5_500_000],
    tiles: ['a', 'b'],
    resolution: 10,
    bands: [{ type: 'Float32', nodata: '-1' }],
  });
  expect(summary.extent?.type).toBe('Polygon');
});

function makeFolder(path: string): void {
  runGdal('mkdir', ['-p', path]);
}
