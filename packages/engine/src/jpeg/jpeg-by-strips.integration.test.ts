import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';

import { temporaryFolder, type TemporaryFolder } from '@outcrop/testkit';
import { expect, test } from 'vitest';

import { runGdal as runCommand } from '../gdal/run-gdal.ts';
import { runGdal } from '../testing/ogr.ts';
import { checksums, makeRaster, placedAt, type RasterSketch } from '../testing/raster-fixture.ts';
import { translateByStrips, type StripOptions } from './jpeg-by-strips.ts';
import { translateCommand, type Translation } from '../raster/raster-commands.ts';

interface Made {
  readonly isDone: boolean;
  readonly ours: string;
  readonly fractions: readonly number[];
}

/** Makes a JPEG by strips, and what the JPEG driver makes of the same. */
async function makeBoth(
  folder: TemporaryFolder,
  input: string,
  {
    window = null,
    cores = 3,
    isReadInOrder = false,
    flags = [],
    options = ['QUALITY=90'],
  }: Partial<StripOptions & Translation> = {},
): Promise<Made & { readonly drivers: string }> {
  mkdirSync(folder.file('work'), { recursive: true });
  const translation: Translation = {
    input,
    output: folder.file('ours.jpg'),
    driver: 'JPEG',
    window,
    options,
    flags: [...flags, '-a_nodata', 'none'],
  };
  const fractions: number[] = [];
  const isDone = await translateByStrips(translation, {
    size: window ?? sizeOf(input),
    cores,
    isReadInOrder,
    run: {},
    folder: folder.file('work'),
    onProgress: (fraction) => fractions.push(fraction),
  });
  const drivers = folder.file('drivers.jpg');
  await runCommand(translateCommand({ ...translation, output: drivers }));
  return { isDone, ours: translation.output, drivers, fractions };
}

function sizeOf(path: string): { width: number; height: number } {
  const { size } = JSON.parse(runGdal('gdalinfo', ['-json', path])) as { size: [number, number] };
  return { width: size[0], height: size[1] };
}

/** The same pixels to GDAL and to libjpeg, which both say nothing, and the same file beside. */
function expectSame({ ours, drivers }: { ours: string; drivers: string }): void {
  expect(runGdal('gdalinfo', ['-checksum', ours], { noWarnings: true })).toContain('Checksum=');
  expect(checksums(ours)).toEqual(checksums(drivers));
  const sidecars = [ours, drivers].map((path) => `${path}.aux.xml`);
  expect(existsSync(sidecars[0]!)).toBe(existsSync(sidecars[1]!));
  if (existsSync(sidecars[1]!))
    expect(readFileSync(sidecars[0]!, 'utf8')).toBe(readFileSync(sidecars[1]!, 'utf8'));
  const decode = (path: string): string => {
    runGdal('djpeg', ['-strict', '-outfile', `${path}.pnm`, path], { noWarnings: true });
    return readFileSync(`${path}.pnm`, 'latin1');
  };
  expect(decode(ours) === decode(drivers)).toBe(true);
}

/** Noise and edges, so that no coefficient of a block is always zero. */
const busy = (column: number, row: number, band: number): number =>
  (((column * 2654435761 + row * 40503 + band * 97) >>> 7) % 90) +
  (((column >> 4) + (row >> 4) * 3 + band * 40) % 160);

const cases: readonly (readonly [
  string,
  Omit<RasterSketch, 'flags'> & { flags?: readonly string[] },
  Partial<StripOptions & Translation>,
])[] = [
  [
    'three bands, with rows and columns that fill no unit of coding',
    { width: 333, height: 1033, bands: 3 },
    {},
  ],
  ['one band, with rows and columns that fill no block', { width: 501, height: 1029, bands: 1 }, {}],
  ['three bands in whole units', { width: 320, height: 1024, bands: 3 }, {}],
  ['a last strip of a single row', { width: 97, height: 769, bands: 3 }, {}],
  ['one strip only', { width: 300, height: 50, bands: 3 }, {}],
  ['one strip only, of one band', { width: 300, height: 64, bands: 1 }, {}],
  ['fewer pixels than a unit of coding', { width: 9, height: 3, bands: 3 }, {}],
  ['one program', { width: 333, height: 700, bands: 3 }, { cores: 1 }],
  ['more strips than numbers of restarts', { width: 40, height: 1300, bands: 1 }, { cores: 2 }],
  [
    'a source that is read in order, by several threads',
    { width: 333, height: 700, bands: 3 },
    { isReadInOrder: true },
  ],
];

test.each(cases)('%s: the same pixels and files as by the JPEG driver', async (_name, sketch, options) => {
  await using folder = await temporaryFolder();
  const path = makeRaster(folder.file('a.tif'), { value: busy, ...sketch });
  const made = await makeBoth(folder, path, options);
  expect(made.isDone).toBe(true);
  expectSame(made);
  expect(made.fractions).toEqual(made.fractions.toSorted((a, b) => a - b));
  expect(made.fractions.at(-1)).toBe(1);
  expect(readdirSync(folder.file('work'))).toEqual([]);
});

const photo = { width: 333, height: 700, bands: 3, value: busy } as const;

test('a window of a tiled source, which begins within its blocks', async () => {
  await using folder = await temporaryFolder();
  const flags = [...placedAt(0, 0, photo), '-co', 'TILED=YES', '-co', 'COMPRESS=DEFLATE'];
  const path = makeRaster(folder.file('a.tif'), { ...photo, flags });
  const made = await makeBoth(folder, path, { window: { x: 13, y: 7, width: 200, height: 613 } });
  expect(made.isDone).toBe(true);
  expectSame(made);
});

test('a mosaic', async () => {
  await using folder = await temporaryFolder();
  const tiles = [0, 1, 2, 3].map((index) => {
    const [column, row] = [(index % 2) * photo.width, (index >> 1) * photo.height];
    const flags = placedAt(column, row, photo);
    const value: typeof busy = (x, y, band) => busy(x + column, y + row, band);
    return makeRaster(folder.file(`tile-${index}.tif`), { ...photo, flags, value });
  });
  const mosaic = folder.file('mosaic.vrt');
  runGdal('gdalbuildvrt', ['-q', mosaic, ...tiles]);
  const made = await makeBoth(folder, mosaic);
  expect(made.isDone).toBe(true);
  expect(sizeOf(made.ours)).toEqual({ width: 666, height: 1400 });
  expectSame(made);
});

test.each([1, 3] as const)(
  'a drawing in %i bands, for which the standard\u2019s codes are long: as small as by the JPEG driver',
  async (bands) => {
    await using folder = await temporaryFolder();
    const value: typeof busy = (column, row, band) =>
      column % 61 < 2 || row % 53 < 1 ? 40 * band : 250 - band;
    const path = makeRaster(folder.file('a.tif'), { width: 1003, height: 1501, bands, value });
    const made = await makeBoth(folder, path);
    expect(made.isDone).toBe(true);
    expectSame(made);
    const [ours, drivers] = [made.ours, made.drivers].map((one) => statSync(one).size);
    expect(ours! / drivers!).toBeLessThan(1.05);
  },
);

test('a picture of one colour', async () => {
  await using folder = await temporaryFolder();
  const path = makeRaster(folder.file('a.tif'), { width: 1003, height: 701, bands: 3, value: () => 250 });
  const made = await makeBoth(folder, path);
  expect(made.isDone).toBe(true);
  expectSame(made);
});

test('a source with holes, of which GDAL stores nothing', async () => {
  await using folder = await temporaryFolder();
  const size = '-outsize 333 1033 -bands 3 -ot Byte -a_srs EPSG:2193 -a_ullr 0 1033 333 0';
  const options = '-co SPARSE_OK=TRUE -co TILED=YES -co PHOTOMETRIC=RGB';
  const path = folder.file('a.tif');
  runGdal('gdal_create', ['-q', '-of', 'GTiff', ...size.split(' '), ...options.split(' '), path]);
  const made = await makeBoth(folder, path);
  expect(made.isDone).toBe(true);
  expectSame(made);
});

test('a JPEG as the source is decoded and coded again, as by the JPEG driver', async () => {
  await using folder = await temporaryFolder();
  const path = makeRaster(folder.file('a.tif'), photo);
  const jpeg = folder.file('a.jpg');
  runGdal('gdal_translate', ['-q', '-of', 'JPEG', '-co', 'QUALITY=60', path, jpeg]);
  const made = await makeBoth(folder, jpeg, { isReadInOrder: true });
  expect(made.isDone).toBe(true);
  expectSame(made);
});

test('values of 16 bits that are scaled to bytes', async () => {
  await using folder = await temporaryFolder();
  const value: typeof busy = (x, y) => x * 90 + y * 40;
  const path = makeRaster(folder.file('a.tif'), { width: 333, height: 700, type: 'UInt16', value });
  const flags = ['-ot', 'Byte', '-scale_1', '0', '60000', '0', '255'];
  const made = await makeBoth(folder, path, { flags });
  expect(made.isDone).toBe(true);
  expectSame(made);
});

test('what the source says besides is said as by the JPEG driver: statistics, texts, control points, Exif', async () => {
  await using folder = await temporaryFolder();
  const gcps =
    '-gcp 0 0 1700000 5500000 -gcp 333 0 1703330 5500000 -gcp 0 700 1700000 5493000 -gcp 333 700 1703330 5493001';
  const metadata =
    '-mo TIFFTAG_SOFTWARE=made -mo EXIF_Artist=somebody -mo TIFFTAG_XRESOLUTION=300 -mo TIFFTAG_YRESOLUTION=300';
  const flags = ['-a_srs', 'EPSG:2193', ...gcps.split(' '), ...metadata.split(' '), '-mo', 'note=<&> "said"'];
  const path = makeRaster(folder.file('a.tif'), { ...photo, flags });
  runGdal('gdalinfo', ['-stats', '-hist', path]);
  const made = await makeBoth(folder, path);
  expect(made.isDone).toBe(true);
  expectSame(made);
  const written = runGdal('gdalinfo', ['-mdd', 'all', made.ours]);
  for (const said of ['STATISTICS_MEAN', 'EXIF_Artist=somebody', 'GCP[  3]', 'note=<&> "said"']) {
    expect(written).toContain(said);
  }
  // Exif is in the JPEG itself too.
  expect(readFileSync(made.ours).indexOf('Exif\0\0')).toBe(readFileSync(made.drivers).indexOf('Exif\0\0'));
  expect(readFileSync(made.ours).indexOf('somebody')).toBeGreaterThan(0);
  const described = [made.ours, made.drivers].map((one) =>
    runGdal('gdalinfo', ['-mdd', 'all', one]).replaceAll(one, ''),
  );
  expect(described[0]).toBe(described[1]);
});

test('no window of the whole keeps statistics of the whole', async () => {
  await using folder = await temporaryFolder();
  const path = makeRaster(folder.file('a.tif'), photo);
  runGdal('gdalinfo', ['-stats', path]);
  const made = await makeBoth(folder, path, { window: { x: 0, y: 0, width: 300, height: 600 } });
  expectSame(made);
  expect(runGdal('gdalinfo', [made.ours])).not.toContain('STATISTICS');
});

test.each([
  ['a mask', ['-mask', '1']],
  ['values of one bit', ['-co', 'NBITS=1']],
])('%s is left to the JPEG driver, and nothing is written', async (_name, flags) => {
  await using folder = await temporaryFolder();
  const value: typeof busy = (x, y) => (x * y) % 2;
  const gdalFlags = [...placedAt(0, 0, photo), '--config', 'GDAL_TIFF_INTERNAL_MASK', 'YES', ...flags];
  const path = makeRaster(folder.file('a.tif'), { ...photo, bands: 1, value, flags: gdalFlags });
  const { isDone, ours, fractions } = await makeBoth(folder, path);
  expect(isDone).toBe(false);
  expect(fractions).toEqual([]);
  expect(existsSync(ours)).toBe(false);
  expect(readdirSync(folder.file('work'))).toEqual([]);
});

test('a JPEG that is to be coded in another way than strips can be is left to the JPEG driver', async () => {
  await using folder = await temporaryFolder();
  const path = makeRaster(folder.file('a.tif'), photo);
  const { isDone, ours } = await makeBoth(folder, path, { options: ['QUALITY=90', 'PROGRESSIVE=YES'] });
  expect(isDone).toBe(false);
  expect(existsSync(ours)).toBe(false);
});

test('a source that cannot be read to its end is a failure in GDAL\u2019s words, and nothing stays in between', async () => {
  await using folder = await temporaryFolder();
  const path = makeRaster(folder.file('a.tif'), {
    ...photo,
    flags: [...placedAt(0, 0, photo), '-co', 'COMPRESS=LZW'],
  });
  writeFileSync(path, readFileSync(path).fill(0xa5, 200_000, 300_000));
  await expect(makeBoth(folder, path)).rejects.toMatchObject({
    code: 'gdal-failed',
    message: expect.stringMatching(/a\.tif/),
  });
  expect(readdirSync(folder.file('work'))).toEqual([]);
  expect(existsSync(folder.file('ours.jpg'))).toBe(false);
});
