import { readFileSync, writeFileSync } from 'node:fs';

import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { describe, expect, test } from 'vitest';

import { parseDrivers } from '../gdal/gdal-drivers.ts';
import { formatsWrittenWith, producibleFormats } from '../gdal-formats/producible-formats.ts';
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
  type RasterSketch,
} from '../testing/raster-fixture.ts';
import { describeRaster } from './describe-raster.ts';
import { findEpsg } from './find-epsg.ts';

const size = { width: 120, height: 90 } as const;
const triangle = [
  [5, 5],
  [110, 20],
  [60, 85],
] as const;

const formats = {
  GTiff: 'image/tiff;subtype=geotiff',
  COG: 'image/tiff;application=geotiff;profile=cloud-optimized',
  JPEG: 'image/jpeg',
  JP2: 'image/jp2',
  lossless: 'image/jp2;compression=lossless',
  PNG: 'image/png',
  HFA: 'application/x-erdas-hfa',
  KMZ: 'application/vnd.google-earth.kml+xml',
  PDF: 'application/pdf',
  AAIGrid: 'application/x-ogc-aaigrid',
} as const;

const codesOf = ({ losses }: { losses: readonly { code: string }[] }): string[] =>
  losses.map(({ code }) => code);

const fourBands = [...placedAt(0, 0, size), '-co', 'ALPHA=NO'];

describe('a picture of three bands', () => {
  test.each([
    ['GTiff', 'tif', true],
    ['COG', 'tif', true],
    ['lossless', 'jp2', true],
    ['PNG', 'png', true],
    ['HFA', 'img', true],
    ['JP2', 'jp2', false],
    ['JPEG', 'jpg', false],
  ] as const)('keeps place, CRS and values in %s', async (name, extension, isExact) => {
    await using folder = await temporaryFolder();
    // Soft changes: a lossy format is judged by what it is made for.
    const value = (column: number, row: number, band: number): number =>
      60 + column / 2 + row / 3 + band * 20;
    const path = makeRaster(folder.file('photo.tif'), { ...size, bands: 3, value });
    const { path: member, result } = await exportRasters(
      { layers: [{ path, kind: 'raster' }], formats: { raster: formats[name] } },
      folder.path,
    );
    const written = await describeTile(member(`photo.${extension}`));
    expect(written).toMatchObject({ width: 120, height: 90 });
    // ERDAS Imagine writes a CRS by its parameters.
    expect(written.crs ?? (await findEpsg(written.path))).toBe('EPSG:2193');
    expect(written.transform).toEqual((await describeTile(path)).transform);
    expect(written.bands.map(({ type }) => type)).toEqual(['Byte', 'Byte', 'Byte']);
    if (isExact) expect(checksums(member(`photo.${extension}`))).toEqual(checksums(path));
    else expect(largestDifference(path, member(`photo.${extension}`), folder)).toBeLessThan(12);
    expect(codesOf(result.report.items[0]!)).toEqual(isExact ? [] : ['values-approximate']);
  });

  test.each([
    ['GTiff', 'tif', 'alpha'],
    ['COG', 'tif', 'alpha'],
    ['lossless', 'jp2', 'alpha'],
    ['PNG', 'png', 'alpha'],
    ['PDF', 'pdf', 'alpha'],
    ['JPEG', 'jpg', 'mask'],
    ['HFA', 'img', '0'],
  ] as const)('cut to a polygon says in %s which pixels are none', async (name, extension, how) => {
    await using folder = await temporaryFolder();
    const path = makeRaster(folder.file('photo.tif'), { ...size, bands: 3 });
    const extent = await extentOf(mapRing(triangle));
    const { path: member, result } = await exportRasters(
      { layers: [{ path, kind: 'raster' }], formats: { raster: formats[name] }, extent },
      folder.path,
    );
    expect(result.report.items[0]?.raster?.no_data).toBe(how);
    const driver = name === 'PDF' ? { driver: 'PDF' } : {};
    const written = await describeRaster(member(`photo.${extension}`), driver);
    const expected = {
      alpha: ['alpha', 'alpha', 'alpha'],
      mask: ['dataset', 'dataset', 'dataset'],
      0: ['nodata', 'nodata', 'nodata'],
    }[how];
    expect(written.bands.slice(0, 3).map(({ mask }) => mask)).toEqual(expected);
  });

  test('as JPEG has a world file, a .prj and an .aux.xml that agree', async () => {
    await using folder = await temporaryFolder();
    const path = makeRaster(folder.file('photo.tif'), { ...size, bands: 3 });
    const { path: member, result } = await exportRasters(
      {
        layers: [{ path, kind: 'raster' }],
        formats: { raster: formats.JPEG },
        options: { includeRasterTab: true },
      },
      folder.path,
    );
    expect(result.report.items[0]?.files).toEqual([
      'photo.jgw',
      'photo.jpg',
      'photo.jpg.aux.xml',
      'photo.prj',
      'photo.tab',
    ]);
    expect(readFileSync(member('photo.jgw'), 'utf8')).toBe('10\n0\n0\n-10\n1700005\n5499995\n');
    expect(readFileSync(member('photo.prj'), 'utf8')).toMatch(
      /^PROJCS\["NZGD_2000_New_Zealand_Transverse_Mercator"/,
    );
    runGdal('gdalmanage', ['identify', member('photo.jpg')]);
    const tab = readFileSync(member('photo.tab'), 'utf8');
    expect(tab).toContain('(1700000,5500000) (0,0) Label "Pt 1"');
    expect(tab).toContain('CoordSys Earth Projection 8, 117, "m", 173, 0, 0.9996, 1600000, 10000000');
  });

  test('as KMZ is an overlay in EPSG:4326', async () => {
    await using folder = await temporaryFolder();
    const path = makeRaster(folder.file('photo.tif'), { ...size, bands: 3 });
    const { path: member } = await exportRasters(
      { layers: [{ path, kind: 'raster' }], formats: { raster: formats.KMZ }, crs: 'EPSG:4326' },
      folder.path,
    );
    const listing = runGdal('unzip', ['-l', member('photo.kmz')]);
    expect(listing).toContain('doc.kml');
    expect(runGdal('unzip', ['-p', member('photo.kmz'), 'doc.kml'])).toContain('<Region>');
  });
});

describe('what a format cannot hold', () => {
  test.each([
    [
      '16 bits',
      { ...size, bands: 3, type: 'UInt16' },
      'JPEG',
      /JPEG holds values of the types Byte; Layer 1 has UInt16\..*scale_to_bytes/,
    ],
    ['floats', { ...size, type: 'Float32' }, 'JPEG', /has Float32\./],
    ['floats', { ...size, type: 'Float32' }, 'lossless', /has Float32\./],
    ['five bands', { ...size, bands: 5 }, 'JPEG', /holds rasters of 1 or 3 bands; Layer 1 has 5/],
    ['five bands', { ...size, bands: 5 }, 'PNG', /has 5/],
    ['four bands, none of them alpha', { ...size, bands: 4, flags: fourBands }, 'JPEG', /has 4/],
    ['four bands, none of them alpha', { ...size, bands: 4, flags: fourBands }, 'PNG', /has 4/],
    ['four bands, none of them alpha', { ...size, bands: 4, flags: fourBands }, 'PDF', /has 4/],
  ] as const)('%s: is refused with the reason', async (_, sketch, name, reason) => {
    await using folder = await temporaryFolder();
    const path = makeRaster(folder.file('photo.tif'), sketch as RasterSketch);
    const check = await checkRasters(
      { layers: [{ path, kind: 'raster' }], formats: { raster: formats[name] } },
      folder.path,
    );
    expect(check.items[0]?.reasons).toMatchObject([
      { code: 'invalid-format', detail: expect.stringMatching(reason) },
    ]);
  });

  test('is scaled to bytes, all tiles alike, where that is asked for', async () => {
    await using folder = await temporaryFolder();
    const tile = { width: 40, height: 30, type: 'UInt16' } as const;
    makeRaster(folder.file('tiles/a.tif'), { ...tile, value: () => 1000, flags: placedAt(0, 0, tile) });
    makeRaster(folder.file('tiles/b.tif'), {
      ...tile,
      value: (column) => (column < 20 ? 1000 : 3000),
      flags: placedAt(40, 0, tile),
    });
    const { path: member, result } = await exportRasters(
      {
        layers: [{ path: folder.file('tiles'), kind: 'raster' }],
        formats: { raster: formats.PNG },
        options: {},
      },
      folder.path,
    );
    expect((await describeTile(member('layer-1/a.png'))).bands[0]?.type).toBe('UInt16');
    expect(codesOf(result.report.items[0]!)).toEqual([]);
    const scaled = await exportRasters(
      {
        layers: [{ path: folder.file('tiles'), kind: 'raster' }],
        formats: { raster: formats.JPEG },
        options: { scaleToBytes: true },
      },
      folder.path,
    );
    expect(codesOf(scaled.result.report.items[0]!)).toEqual(['values-scaled']);
    const pixel = (name: string, column: number): number =>
      Number(runGdal('gdallocationinfo', ['-valonly', scaled.path(`layer-1/${name}`), String(column), '5']));
    expect(pixel('a.jpg', 5)).toBeLessThan(5);
    expect(pixel('b.jpg', 5)).toBeLessThan(5);
    expect(pixel('b.jpg', 35)).toBeGreaterThan(250);
  });

  test('colours of a table: are written as red, green and blue, and said', async () => {
    await using folder = await temporaryFolder();
    const path = await makePaletted(folder);
    const { path: member, result } = await exportRasters(
      { layers: [{ path, kind: 'raster' }], formats: { raster: formats.lossless } },
      folder.path,
    );
    expect(codesOf(result.report.items[0]!)).toContain('colour-table-expanded');
    const written = await describeTile(member('classes.jp2'));
    expect(written.bands.map(({ interpretation }) => interpretation)).toEqual([
      'Red',
      'Green',
      'Blue',
      'Alpha',
    ]);
    expect(
      runGdal('gdallocationinfo', ['-valonly', member('classes.jp2'), '0', '0'])
        .trim()
        .split('\n'),
    ).toEqual(['10', '20', '30', '255']);
  });
});

describe('a grid', () => {
  test.each([
    ['Float32', '-9999', 'AAIGrid', 'asc'],
    ['Int16', '-32768', 'AAIGrid', 'asc'],
    ['Float32', 'nan', 'GTiff', 'tif'],
    ['Float32', '-3.4028234663852886e+38', 'GTiff', 'tif'],
    ['Float32', '-9999', 'COG', 'tif'],
  ] as const)('of %s with nodata %s keeps every value in %s', async (type, nodata, name, extension) => {
    await using folder = await temporaryFolder();
    const value = (column: number, row: number): number =>
      (column + row) % 11 === 0
        ? Number(nodata)
        : type === 'Int16'
          ? column * 31 - row * 17
          : column / 7 - row * 1234.567;
    const path = makeRaster(folder.file('dem.tif'), {
      ...size,
      type,
      value,
      flags: [...placedAt(0, 0, size), '-a_nodata', nodata],
    });
    const { path: member, result } = await exportRasters(
      { layers: [{ path, kind: 'grid' }], formats: { grid: formats[name] } },
      folder.path,
    );
    const written = member(`dem.${extension}`);
    const asSource = folder.file('again.tif');
    runGdal('gdal_translate', ['-q', '-ot', type, written, asSource]);
    expect(checksums(asSource)).toEqual(checksums(path));
    expect((await describeTile(asSource)).bands[0]).toMatchObject({ type });
    expect(result.report.items[0]?.raster?.no_data).toBe((await describeTile(path)).bands[0]?.nodata);
  });

  test('of several bands is refused as ASCII grid', async () => {
    await using folder = await temporaryFolder();
    const path = makeRaster(folder.file('dem.tif'), { ...size, bands: 2, type: 'Float32' });
    const check = await checkRasters(
      { layers: [{ path, kind: 'grid' }], formats: { grid: formats.AAIGrid } },
      folder.path,
    );
    expect(check.items[0]?.reasons).toMatchObject([
      { code: 'invalid-format', detail: expect.stringContaining('has 2') },
    ]);
  });

  test('as PDF is a picture, and says so', async () => {
    await using folder = await temporaryFolder();
    const path = makeRaster(folder.file('dem.tif'), { ...size, type: 'Float32' });
    const { path: member, result } = await exportRasters(
      { layers: [{ path, kind: 'grid' }], formats: { grid: formats.PDF } },
      folder.path,
    );
    expect(codesOf(result.report.items[0]!)).toEqual(['values-scaled']);
    expect(readFileSync(member('dem.pdf')).subarray(0, 5).toString()).toBe('%PDF-');
  });
});

describe('a raster with an attribute table', () => {
  test.each([
    ['GTiff', 'tif'],
    ['HFA', 'img'],
  ] as const)('keeps table, colours, names and texts of its band in %s', async (name, extension) => {
    await using folder = await temporaryFolder();
    const path = await makePaletted(folder);
    const extent = await extentOf(mapRing([[2, 2], [9, 2], [9, 8], [2, 8]])); // prettier-ignore
    for (const crop of [{}, { extent }]) {
      const { path: member } = await exportRasters(
        { layers: [{ path, kind: 'rat' }], formats: { rat: formats[name] }, ...crop },
        folder.path,
      );
      const file = member(`classes.${extension}`);
      expect(attributeTable(file)).toEqual(attributeTable(path));
      expect(await describeTile(file)).toMatchObject({
        hasAttributeTable: true,
        bands: [{ hasColorTable: true, nodata: '0' }],
      });
    }
  });
});

test.each([
  ['PDF', 'EPSG:2193', 'Byte', 'raster'],
  ['PDF', 'EPSG:2193', 'Float32', 'grid'],
  ['KMZ', 'EPSG:4326', 'Byte', 'raster'],
  ['KMZ', 'EPSG:4326', 'UInt16', 'raster'],
] as const)(
  'grey with pixels that are none is a picture of colours and alpha as %s in %s: %s',
  async (name, crs, type, kind) => {
    await using folder = await temporaryFolder();
    const flags = [...placedAt(0, 0, size), '-a_nodata', '20'];
    const path = makeRaster(folder.file('grey.tif'), { ...size, type, flags });
    const { path: member, result } = await exportRasters(
      { layers: [{ path, kind }], formats: { [kind]: formats[name] }, crs },
      folder.path,
    );
    const output = member(`grey.${name.toLowerCase()}`);
    expect(result.report.items[0]?.raster?.no_data).toBe('alpha');
    const values = JSON.parse(runGdal('gdalinfo', ['-json', '-mm', output])) as {
      bands: readonly { computedMin: number; computedMax: number }[];
    };
    expect(values.bands.length).toBeGreaterThanOrEqual(3);
    const [red, green] = values.bands;
    expect(red!.computedMax).toBeGreaterThan(150);
    expect(green).toMatchObject({ computedMin: red!.computedMin, computedMax: red!.computedMax });
  },
);

test.each(['JP2', 'lossless', 'GTiff', 'HFA', 'PNG'] as const)(
  'a rotated raster of positions in the middle of pixels stays where it is as %s',
  async (name) => {
    await using folder = await temporaryFolder();
    const turned = '<GeoTransform>1700001.75,1.5,-5,5500003.25,-5,-1.5</GeoTransform>';
    const upright = makeRaster(folder.file('upright.tif'), size);
    runGdal('gdal_translate', [
      '-q',
      '-of',
      'VRT',
      '-mo',
      'AREA_OR_POINT=Point',
      upright,
      folder.file('turned.vrt'),
    ]);
    const vrt = readFileSync(folder.file('turned.vrt'), 'utf8');
    writeFileSync(folder.file('turned.vrt'), vrt.replace(/<GeoTransform>.*<\/GeoTransform>/, turned));
    const path = folder.file('turned.tif');
    runGdal('gdal_translate', ['-q', folder.file('turned.vrt'), path]);
    const wish = { layers: [{ path, kind: 'raster' } as const], formats: { raster: formats[name] } };
    const { path: member, result } = await exportRasters(wish, folder.path);
    const product = result.report.items[0]!.files.find((file) => /\.(jp2|tif|img|png)$/.test(file))!;
    const [source, written] = await Promise.all([describeTile(path), describeTile(member(product))]);
    for (const [index, value] of source.transform!.entries())
      expect(written.transform![index]).toBeCloseTo(value, 6);
  },
);

const kea = 'application/x-hdf;subtype=kea';
const hasKea = (): boolean => runGdal('gdalinfo', ['--formats']).includes('  KEA ');

/** Needs a GDAL that is built with KEALib: conda-forge's is, those of Debian and of npm's gdal-async are not. */
describe.skipIf(!hasKea())('KEA, where GDAL has the driver,', () => {
  test.each([
    ['raster', 'Byte', 3, placedAt(0, 0, size)],
    ['grid', 'Float32', 1, [...placedAt(0, 0, size), '-a_nodata', '-9999']],
  ] as const)('holds a %s with place, CRS and values, whole and cut', async (kind, type, bands, flags) => {
    await using folder = await temporaryFolder();
    const path = makeRaster(folder.file('it.tif'), { ...size, bands, type, flags });
    const wish = { layers: [{ path, kind }], formats: { [kind]: kea } };
    const { path: member } = await exportRasters(wish, folder.path);
    const [source, written] = [
      await describeTile(path),
      await describeRaster(member('it.kea'), { driver: 'KEA' }),
    ];
    expect(written).toMatchObject({ transform: source.transform, crs: 'EPSG:2193', width: source.width });
    expect(written.bands.map((band) => band.nodata)).toEqual(source.bands.map((band) => band.nodata));
    expect(checksums(member('it.kea'))).toEqual(checksums(path));
    const cut = await exportRasters({ ...wish, extent: await extentOf(mapRing(triangle)) }, folder.path);
    const [inside] = JSON.parse(runGdal('gdalinfo', ['-json', '-stats', cut.path('it.kea')])).bands;
    expect(inside.maximum).toBeGreaterThan(0);
  });
});

test('what this machine\u2019s GDAL cannot write is not offered', async () => {
  const raster = await producibleFormats('raster');
  expect(raster).toContain(formats.JPEG);
  expect(raster).not.toContain('image/vnd.dwg');
  expect(raster.includes(kea)).toBe(hasKea());
  expect(await producibleFormats('rat')).toEqual(expect.arrayContaining([formats.HFA, formats.GTiff]));
  expect(await producibleFormats('grid')).not.toContain(formats.JPEG);
});

test.each([
  ['  KEA -raster- (rw+): KEA Image Format (.kea)', true],
  ['  KEA -raster- (ro): KEA Image Format (.kea)', false],
  ['  GTiff -raster- (rw+vs): GeoTIFF', false],
])('KEA is offered where GDAL says that it writes it: %s', (line, isOffered) => {
  for (const kind of ['raster', 'grid', 'rat'] as const) {
    const written = formatsWrittenWith(parseDrivers(line), kind);
    expect(written.includes(kea)).toBe(isOffered);
  }
});

test('a picture too wide for its format is refused, and told the limit', async () => {
  await using folder = await temporaryFolder();
  const path = folder.file('wide.vrt');
  const band = '<VRTRasterBand dataType="Byte" band="1"/>';
  const place = '<SRS>EPSG:2193</SRS><GeoTransform>1700000,1,0,5500000,0,-1</GeoTransform>';
  writeFileSync(path, `<VRTDataset rasterXSize="70000" rasterYSize="10">${place}${band}</VRTDataset>`);
  const check = await checkRasters(
    { layers: [{ path, kind: 'raster' }], formats: { raster: formats.JPEG } },
    folder.path,
  );
  expect(check.items[0]?.reasons).toMatchObject([
    { code: 'too-large-for-format', limit: 65_500, value: 70_000 },
  ]);
});

test('a PDF beyond its limit is refused before the run by the estimate', async () => {
  await using folder = await temporaryFolder();
  const path = folder.file('vast.vrt');
  const bands = [1, 2, 3].map((band) => `<VRTRasterBand dataType="Byte" band="${band}"/>`).join('');
  const place = '<SRS>EPSG:2193</SRS><GeoTransform>1100000,1,0,6100000,0,-1</GeoTransform>';
  writeFileSync(path, `<VRTDataset rasterXSize="60000" rasterYSize="60000">${place}${bands}</VRTDataset>`);
  const check = await checkRasters(
    { layers: [{ path, kind: 'raster' }], formats: { raster: formats.PDF } },
    folder.path,
  );
  expect(check.items[0]?.reasons).toMatchObject([{ code: 'too-large-for-format', limit: 50 * 1024 ** 2 }]);
});

/** Classes with colours, names, an attribute table, a unit and a description. */
async function makePaletted(folder: TemporaryFolder): Promise<string> {
  const plain = makeRaster(folder.file('plain.tif'), {
    width: 12,
    height: 10,
    value: (column, row) => 1 + ((column + row) % 2),
  });
  const vrt = folder.file('classes.vrt');
  runGdal('gdal_translate', ['-q', '-of', 'VRT', '-a_nodata', '0', plain, vrt]);
  const table = `<ColorInterp>Palette</ColorInterp><ColorTable><Entry c1="0" c2="0" c3="0" c4="255"/><Entry c1="10" c2="20" c3="30" c4="255"/><Entry c1="200" c2="100" c3="50" c4="255"/></ColorTable>
<GDALRasterAttributeTable tableType="thematic"><FieldDefn index="0"><Name>Value</Name><Type>0</Type><Usage>5</Usage></FieldDefn><FieldDefn index="1"><Name>Class</Name><Type>2</Type><Usage>2</Usage></FieldDefn><Row index="0"><F>0</F><F>none</F></Row><Row index="1"><F>1</F><F>wood &amp; scrub</F></Row><Row index="2"><F>2</F><F>water</F></Row></GDALRasterAttributeTable>`;
  const text = readFileSync(vrt, 'utf8').replace(
    /<ColorInterp>Gray<\/ColorInterp>/,
    `<Description>land cover</Description>${table}`,
  );
  writeFileSync(vrt, text);
  const path = folder.file('classes.img');
  runGdal('gdal_translate', ['-q', '-of', 'HFA', vrt, path]);
  return path;
}

function attributeTable(path: string): unknown {
  const { rat } = JSON.parse(runGdal('gdalinfo', ['-json', path])) as {
    rat: { fieldDefn: { name: string }[]; row: { f: unknown[] }[] };
  };
  const column = rat.fieldDefn.findIndex(({ name }) => name === 'Class');
  return rat.row.slice(0, 3).map(({ f }) => f[column]);
}

function largestDifference(a: string, b: string, folder: TemporaryFolder): number {
  const sources = [a, b].map((path) => {
    const text = folder.file(`${path.split('/').at(-1)}.xyz`);
    runGdal('gdal_translate', ['-q', '-of', 'XYZ', '-b', '1', path, text]);
    return readFileSync(text, 'utf8')
      .trim()
      .split('\n')
      .map((line) => Number(line.split(' ')[2]));
  });
  return Math.max(...sources[0]!.map((value, index) => Math.abs(value - sources[1]![index]!)));
}
