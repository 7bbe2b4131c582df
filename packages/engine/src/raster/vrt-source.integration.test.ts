import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

import { type TemporaryFolder, temporaryFolder } from '@outcrop/testkit';
import { describe, expect, test } from 'vitest';

import { pictureRaster } from '../preview/raster-picture.ts';
import { runGdal } from '../testing/ogr.ts';
import { checkRasters, checksums, exportRasters, makeRaster, placedAt } from '../testing/raster-fixture.ts';
import { rasterVersion } from './raster-files.ts';
import { findMixture } from './vrt-mixture.ts';
import { VrtTrees } from './vrt-sources.ts';

const mixtureOf = (path: string) => findMixture(new VrtTrees().of(path)!);

const geoTiff = 'image/tiff;subtype=geotiff';
const size = { width: 40, height: 30 } as const;

describe('a VRT', () => {
  test('of tiles below it is one raster', async () => {
    await using folder = await temporaryFolder();
    const a = makeRaster(folder.file('data/tiles/a.tif'), { ...size, flags: placedAt(0, 0, size) });
    const b = makeRaster(folder.file('data/tiles/b.tif'), { ...size, flags: placedAt(40, 0, size) });
    const path = folder.file('data/all.vrt');
    runGdal('gdalbuildvrt', ['-q', path, a, b]);
    const version = rasterVersion(path);
    const { path: member, result } = await exportRasters(
      { layers: [{ path, kind: 'raster' }], formats: { raster: geoTiff } },
      folder.path,
    );
    expect(result.report.items[0]?.files).toEqual(['all.tif']);
    expect(checksums(member('all.tif'))).toEqual(checksums(path));
    makeRaster(b, { ...size, flags: placedAt(40, 0, size), value: () => 7 });
    expect(rasterVersion(path)).not.toBe(version);
  });

  test('is read once, however many ask for what it is made of', async () => {
    await using folder = await temporaryFolder();
    const tile = makeRaster(folder.file('a.tif'), size);
    const path = folder.file('all.vrt');
    runGdal('gdalbuildvrt', ['-q', path, tile]);
    const trees = new VrtTrees();
    expect(trees.of(tile)).toBeNull();
    const tree = trees.of(path);
    rmSync(path);
    expect(tree).toMatchObject([{ path, sources: [tile], isWarped: false }]);
    expect(trees.of(path)).toBe(tree);
  });

  test.each([
    [
      'another file of the machine',
      '<SimpleSource><SourceFilename relativeToVRT="0">/etc/passwd</SourceFilename></SimpleSource>',
    ],
    [
      'a file outside its folder',
      '<SimpleSource><SourceFilename relativeToVRT="1">../../x.tif</SourceFilename></SimpleSource>',
    ],
    [
      'an address',
      '<SimpleSource><SourceFilename relativeToVRT="0">/vsicurl/http://127.0.0.1:9/a.tif</SourceFilename></SimpleSource>',
    ],
    [
      'an address in disguise',
      '<SimpleSource><SourceFilename relativeToVRT="0">&#x2F;vsicurl/http://127.0.0.1:9/a.tif</SourceFilename></SimpleSource>',
    ],
    ['code', '<PixelFunctionType>f</PixelFunctionType><PixelFunctionCode>import os</PixelFunctionCode>'],
  ])('that refers to %s is refused', async (_, source) => {
    await using folder = await temporaryFolder();
    const path = folder.file('bad.vrt');
    writeFileSync(
      path,
      `<VRTDataset rasterXSize="9" rasterYSize="9"><SRS>EPSG:2193</SRS><GeoTransform>1700000,1,0,5500000,0,-1</GeoTransform><VRTRasterBand dataType="Byte" band="1" subClass="VRTDerivedRasterBand">${source}</VRTRasterBand></VRTDataset>`,
    );
    const check = await checkRasters(
      { layers: [{ path, kind: 'raster' }], formats: { raster: geoTiff } },
      folder.path,
    );
    expect(check.items[0]?.reasons).toMatchObject([{ code: 'source-unavailable' }]);
    expect(check.items[0]?.reasons[0]?.detail).toMatch(
      /which is not a file beside or below it|holds SQL, code or raw bytes/,
    );
  });

  test('hides nothing behind an ending of another format, or names in small letters', async () => {
    await using folder = await temporaryFolder();
    const outside = makeRaster(folder.file('outside.tif'), size);
    runGdal('mkdir', [folder.file('site')]);
    const vrt = folder.file('site/a.vrt');
    runGdal('gdalbuildvrt', ['-q', vrt, outside]);
    const text = readFileSync(vrt, 'utf8');
    writeFileSync(folder.file('site/b.tif'), text);
    writeFileSync(folder.file('site/c.vrt'), text.replaceAll('SourceFilename', 'sourcefilename'));
    writeFileSync(vrt, text.replace(/<SourceFilename[^<]*</, '<SourceFilename relativeToVRT="1">b.tif<'));
    for (const name of ['a.vrt', 'b.tif', 'c.vrt']) {
      const check = await checkRasters(
        { layers: [{ path: folder.file(`site/${name}`), kind: 'raster' }], formats: { raster: geoTiff } },
        folder.path,
      );
      expect(check.items[0]?.reasons, name).toMatchObject([
        {
          code: 'source-unavailable',
          detail: expect.stringContaining('which is not a file beside or below it'),
        },
      ]);
    }
  });

  test('of VRTs changes with the files of those', async () => {
    await using folder = await temporaryFolder();
    const tile = makeRaster(folder.file('a.tif'), size);
    runGdal('gdalbuildvrt', ['-q', folder.file('inner.vrt'), tile]);
    runGdal('gdalbuildvrt', ['-q', folder.file('outer.vrt'), folder.file('inner.vrt')]);
    const version = rasterVersion(folder.file('outer.vrt'));
    makeRaster(tile, { ...size, value: () => 7 });
    expect(rasterVersion(folder.file('outer.vrt'))).not.toBe(version);
  });

  test('in VRTs without end is refused', async () => {
    await using folder = await temporaryFolder();
    let path = makeRaster(folder.file('0.tif'), size);
    for (let level = 1; level <= 12; level++) {
      const next = folder.file(`${level}.vrt`);
      runGdal('gdalbuildvrt', ['-q', next, path]);
      path = next;
    }
    expect(() => rasterVersion(path)).toThrow('has VRTs in VRTs more than 8 levels deep');
  });
});

describe('a VRT whose files are in several CRSs', () => {
  const mapGrid = ['-a_srs', 'EPSG:27200', '-a_ullr', '2400000', '6100000', '2400400', '6099700'];

  test('is refused with two of them, and has no picture', async () => {
    await using folder = await temporaryFolder();
    const path = mixture(folder);
    const wish = { formats: { raster: geoTiff } } as const;
    const check = await checkRasters({ ...wish, layers: [{ path, kind: 'raster' }] }, folder.path);
    const detail =
      'mixed is made of files in several CRSs: a.tif in EPSG:2193, b.tif in EPSG:27200. Warp them to one';
    expect(check.items[0]?.reasons).toMatchObject([
      { code: 'source-unavailable', detail: expect.stringContaining(detail) },
    ]);
    await expect(pictureRaster({ path, kind: 'raster' }, folder.file('cache'))).rejects.toThrow(
      'is made of files in several CRSs',
    );
  });

  test('is taken as it is where the catalogue says its CRS', async () => {
    await using folder = await temporaryFolder();
    const path = mixture(folder);
    const wish = { formats: { raster: geoTiff }, extent: undefined } as const;
    const check = await checkRasters(
      { ...wish, layers: [{ path, kind: 'raster', crs: 'EPSG:2193' }] },
      folder.path,
    );
    expect(check.items[0]?.reasons).toEqual([]);
  });

  test('is found in a VRT within', async () => {
    await using folder = await temporaryFolder();
    const outer = folder.file('outer.vrt');
    runGdal('gdalbuildvrt', ['-q', outer, mixture(folder), folder.file('a.tif')]);
    expect(await mixtureOf(outer)).toEqual({
      files: [
        ['a.tif', 'EPSG:2193'],
        ['b.tif', 'EPSG:27200'],
      ],
    });
  });

  test('is fine where a VRT within warps them to one', async () => {
    await using folder = await temporaryFolder();
    const a = makeRaster(folder.file('a.tif'), size);
    const b = makeRaster(folder.file('b.tif'), { ...size, flags: mapGrid });
    runGdal('gdalwarp', ['-q', '-of', 'VRT', '-t_srs', 'EPSG:2193', b, folder.file('warped.vrt')]);
    const path = folder.file('all.vrt');
    runGdal('gdalbuildvrt', ['-q', path, a, folder.file('warped.vrt')]);
    expect(await mixtureOf(path)).toBeNull();
    const { path: member } = await exportRasters(
      { layers: [{ path, kind: 'raster' }], formats: { raster: geoTiff } },
      folder.path,
    );
    expect(checksums(member('all.tif'))).toEqual(checksums(path));
  });

  test('is no mixture where one CRS is said in several ways, or not by all', async () => {
    await using folder = await temporaryFolder();
    const place = placedAt(0, 0, size).slice(2);
    const esri = folder.file('esri.prj');
    writeFileSync(esri, runGdal('gdalsrsinfo', ['-o', 'wkt_esri', 'EPSG:2193']));
    const ways = [['-a_srs', 'EPSG:2193'], ['-a_srs', 'EPSG:2193+7839'], ['-a_srs', `ESRI::${esri}`], []];
    const tiles = ways.map((way, index) =>
      makeRaster(folder.file(`${index}.tif`), { ...size, flags: [...way, ...place] }),
    );
    const path = folder.file('all.vrt');
    runGdal('gdalbuildvrt', ['-q', '-allow_projection_difference', path, ...tiles]);
    expect(await mixtureOf(path)).toBeNull();
  });

  test('is found among hundreds of files', async () => {
    await using folder = await temporaryFolder();
    const one = makeRaster(folder.file('tiles/0.tif'), size);
    for (let tile = 1; tile < 600; tile++) copyFileSync(one, folder.file(`tiles/${tile}.tif`));
    const odd = makeRaster(folder.file('tiles/odd, "one".tif'), { ...size, flags: mapGrid });
    const files = [...Array(600).keys()].map((tile) => folder.file(`tiles/${tile}.tif`));
    const path = folder.file('all.vrt');
    runGdal('gdalbuildvrt', ['-q', '-allow_projection_difference', path, ...files, odd]);
    expect(await mixtureOf(path)).toEqual({
      files: [
        ['0.tif', 'EPSG:2193'],
        ['odd, "one".tif', 'EPSG:27200'],
      ],
    });
  });

  function mixture(folder: TemporaryFolder): string {
    const a = makeRaster(folder.file('a.tif'), size);
    const b = makeRaster(folder.file('b.tif'), { ...size, flags: mapGrid });
    const path = folder.file('mixed.vrt');
    runGdal('gdalbuildvrt', ['-q', '-allow_projection_difference', path, a, b]);
    return path;
  }
});
