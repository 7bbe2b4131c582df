import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

import { temporaryFolder } from '@outcrop/testkit';
import { describe, expect, test } from 'vitest';

import { runGdal } from '../testing/ogr.ts';
import { makeRaster, placedAt, type RasterSketch } from '../testing/raster-fixture.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import type { PixelWindow } from '../raster/pixel-grid.ts';
import { type RetileOptions, retileWindow } from './retile-window.ts';
import { readTiffImage } from '../tiff/tiff-image.ts';

const size = { width: 1100, height: 900 } as const;
const options = ['TILED=YES', 'COMPRESS=DEFLATE', 'ZLEVEL=1', 'PREDICTOR=2', 'BIGTIFF=IF_SAFER'];
const odd = { x: 333, y: 217, width: 601, height: 555 } as const;

/** Hills with noise, as aerial photographs and elevation have it. */
function noisy(most: number, noise: number): RasterSketch['value'] {
  const random = seededRandom(3);
  return (column, row, band) =>
    Math.floor((Math.sin(column / 90 + band) + Math.cos(row / 70) + 2) * (most / 5) + random() * noise);
}

const bytes = noisy(255, 24);
const shorts = noisy(40_000, 255);
const creation = (...values: readonly string[]): string[] => values.flatMap((value) => ['-co', value]);

/** What GDAL says of a raster: size, place, CRS, bands, metadata and the checksum of each band. */
function describeFile(path: string): unknown {
  const info = JSON.parse(runGdal('gdalinfo', ['-json', '-checksum', path])) as Record<string, unknown>;
  return { ...info, description: undefined, files: undefined };
}

async function compare(
  path: string,
  window: PixelWindow | null,
  how: Partial<RetileOptions> & { readonly flags?: readonly string[] } = {},
): Promise<boolean> {
  const { flags = [], ...rest } = how;
  const translation = { input: path, output: `${path}.ours.tif`, driver: 'GTiff', window, options, flags };
  const isDone = await retileWindow(translation, { run: { threads: 2 }, ...rest });
  if (!isDone) return false;
  const { x, y, width, height } = window ?? { x: 0, y: 0, ...size };
  const cut = ['-srcwin', ...[x, y, width, height].map(String)];
  runGdal('gdal_translate', ['-q', ...creation(...options), ...cut, ...flags, path, `${path}.gdal.tif`]);
  expect(describeFile(`${path}.ours.tif`)).toEqual(describeFile(`${path}.gdal.tif`));
  return true;
}

const sources: Readonly<Record<string, Partial<RasterSketch> & { readonly co?: readonly string[] }>> = {
  'tiles, deflate, differences': { bands: 3, co: options },
  'tiles of an odd size': { bands: 3, co: ['TILED=YES', 'BLOCKXSIZE=112', 'BLOCKYSIZE=336', 'COMPRESS=DEFLATE'] },
  'tiles larger than ours': { bands: 3, co: ['TILED=YES', 'BLOCKXSIZE=512', 'BLOCKYSIZE=512', 'COMPRESS=DEFLATE', 'PREDICTOR=2'] },
  'tiles, not compressed': { bands: 3, co: ['TILED=YES', 'INTERLEAVE=PIXEL'] },
  'strips, deflate': { bands: 3, co: ['COMPRESS=DEFLATE', 'PREDICTOR=2'] },
  'strips of one line, not compressed': { bands: 3, co: ['BLOCKYSIZE=1', 'INTERLEAVE=PIXEL'] },
  'one strip': { bands: 3, co: ['BLOCKYSIZE=900', 'COMPRESS=DEFLATE'] },
  'grey': { bands: 1, co: options },
  'two bands': { bands: 2, co: options },
  'four bands, the last an alpha': { bands: 4, co: [...options, 'PHOTOMETRIC=RGB', 'ALPHA=YES'] },
  'seven bands': { bands: 7, co: options },
  '16 bits, differences': { bands: 1, type: 'UInt16', value: shorts!, co: options },
  '16 bits with signs, three bands': { bands: 3, type: 'Int16', value: shorts!, co: [...options, 'PHOTOMETRIC=MINISBLACK'] },
  'BigTIFF': { bands: 3, co: [...options, 'BIGTIFF=YES'] },
  'big-endian bytes': { bands: 3, co: [...options, 'ENDIANNESS=BIG'] },
  'a nodata value': { bands: 1, co: options, flags: [...placedAt(0, 0, size), '-a_nodata', '77'] },
}; // prettier-ignore

describe.each(Object.entries(sources))('%s', (_, { co = [], flags, ...sketch }) => {
  test('a window is as GDAL copies it', async () => {
    await using folder = await temporaryFolder();
    const path = makeRaster(folder.file('source.tif'), {
      ...size,
      value: bytes!,
      ...sketch,
      flags: [...(flags ?? placedAt(0, 0, size)), ...creation(...co)],
    });
    expect(await compare(path, odd)).toBe(true);
    expect(await compare(path, null)).toBe(true);
  });
});

test.each<[string, PixelWindow]>([
  ['one pixel wide', { x: 700, y: 0, width: 1, height: 900 }],
  ['one pixel high', { x: 0, y: 899, width: 1100, height: 1 }],
  ['a single block', { x: 256, y: 256, width: 256, height: 256 }],
  ['less than a block', { x: 700, y: 500, width: 31, height: 17 }],
])('a window of %s is as GDAL copies it', async (_, window) => {
  await using folder = await temporaryFolder();
  const flags = [...placedAt(0, 0, size), ...creation(...options)];
  const path = makeRaster(folder.file('source.tif'), { ...size, bands: 3, value: bytes!, flags });
  expect(await compare(path, window)).toBe(true);
});

test('what little memory has to be done in bands, and any number of threads make the same bytes', async () => {
  await using folder = await temporaryFolder();
  const flags = [...placedAt(0, 0, size), ...creation(...options)];
  const path = makeRaster(folder.file('source.tif'), { ...size, bands: 3, value: bytes!, flags });
  expect(await compare(path, odd, { memoryBytes: 4_000_000, run: { threads: 5 } })).toBe(true);
  const whole: Buffer[] = [];
  for (const threads of [1, 4]) {
    const output = folder.file(`${threads}.tif`);
    expect(
      await retileWindow(
        { input: path, output, driver: 'GTiff', window: odd, options },
        { run: { threads } },
      ),
    ).toBe(true);
    await using file = await open(output, 'r');
    whole.push(await file.readFile());
  }
  expect(whole[0]!.equals(whole[1]!)).toBe(true);
});

test('metadata, names of bands and a colour table come along', async () => {
  await using folder = await temporaryFolder();
  const flags = [
    ...placedAt(0, 0, size),
    ...creation(...options),
    '-mo',
    'AREA_OR_POINT=Point',
    '-mo',
    'SURVEY=<1953> & later',
  ];
  const plain = makeRaster(folder.file('plain.tif'), { ...size, bands: 1, value: bytes!, flags });
  const entries = Array.from(
    { length: 256 },
    (_, index) => `<Entry c1="${index}" c2="${255 - index}" c3="7" c4="255"/>`,
  );
  runGdal('gdal_translate', ['-q', '-of', 'VRT', plain, folder.file('named.vrt')]);
  await using file = await open(folder.file('named.vrt'), 'r+');
  const vrt = (await file.readFile('utf8')).replace(
    /<ColorInterp>Gray<\/ColorInterp>/,
    `<Description>Height &amp; more</Description><ColorInterp>Palette</ColorInterp><ColorTable>${entries.join('')}</ColorTable>`,
  );
  await file.write(vrt, 0);
  const path = folder.file('named.tif');
  runGdal('gdal_translate', ['-q', ...creation(...options), folder.file('named.vrt'), path]);
  expect(await compare(path, odd)).toBe(true);
});

test('flags of the translation have their effect', async () => {
  await using folder = await temporaryFolder();
  const flags = [...placedAt(0, 0, size), ...creation(...options)];
  const path = makeRaster(folder.file('source.tif'), { ...size, bands: 1, value: bytes!, flags });
  expect(await compare(path, odd, { flags: ['-a_nodata', '3', '-a_srs', 'EPSG:2105'] })).toBe(true);
});

test.each<[string, readonly string[], Partial<RasterSketch>]>([
  ['JPEG in TIFF', ['TILED=YES', 'COMPRESS=JPEG'], {}],
  ['LZW', ['COMPRESS=LZW'], {}],
  ['floating point', options.filter((option) => option !== 'PREDICTOR=2'), { bands: 1, type: 'Float32' }],
  ['band by band', [...options, 'INTERLEAVE=BAND'], {}],
  ['big-endian 16 bits', [...options, 'ENDIANNESS=BIG'], { bands: 1, type: 'UInt16', value: shorts! }],
  [
    'patterns that repeat',
    options,
    { bands: 1, value: (column, row) => ((column % 9) * (row % 5) * 37) % 256 },
  ],
])('%s is left to GDAL', async (_, co, sketch) => {
  await using folder = await temporaryFolder();
  const flags = [...placedAt(0, 0, size), ...creation(...co)];
  const path = makeRaster(folder.file('source.tif'), { ...size, bands: 3, value: bytes!, ...sketch, flags });
  expect(await compare(path, odd)).toBe(false);
  expect(existsSync(`${path}.ours.tif`)).toBe(false);
});

test('blocks without data are left to GDAL', async () => {
  await using folder = await temporaryFolder();
  const flags = [...placedAt(0, 0, size), ...creation(...options, 'SPARSE_OK=TRUE')];
  const value: RasterSketch['value'] = (column, row, band) => (column < 512 ? 0 : bytes!(column, row, band));
  const path = makeRaster(folder.file('source.tif'), { ...size, bands: 1, value, flags });
  expect(await compare(path, odd)).toBe(false);
});

test('a block that is damaged ends all threads, and is left to GDAL, which says what is wrong', async () => {
  await using folder = await temporaryFolder();
  const flags = [...placedAt(0, 0, size), ...creation(...options)];
  const path = makeRaster(folder.file('source.tif'), { ...size, bands: 3, value: bytes!, flags });
  await using file = await open(path, 'r+');
  const image = await readTiffImage(file);
  // One that is neither the first nor among those that are tried.
  const block = 2 * image!.blocksAcross + 3;
  await file.write(Buffer.alloc(40, 0xff), 0, 40, image!.offsets[block]! + 1000);
  expect(await compare(path, { x: 0, y: 0, width: 1000, height: 800 })).toBe(false);
});

test('a copy stops within a second when it is asked to', async () => {
  await using folder = await temporaryFolder();
  const large = { width: 3000, height: 3000 };
  const flags = [...placedAt(0, 0, large), ...creation(...options, 'NUM_THREADS=2')];
  const path = makeRaster(folder.file('source.tif'), { ...large, bands: 3, value: bytes!, flags });
  const controller = new AbortController();
  const seen: number[] = [];
  const running = retileWindow(
    { input: path, output: folder.file('out.tif'), driver: 'GTiff', window: null, options },
    {
      run: { threads: 1, signal: controller.signal },
      onProgress: (fraction) => {
        seen.push(fraction);
        if (fraction > 0) controller.abort(new Error('enough'));
      },
    },
  );
  await expect(running).rejects.toThrow('enough');
  expect(seen.at(-1)).toBeLessThan(1);
  // Nothing writes any more.
  await using file = await open(folder.file('out.tif'), 'r');
  const { size: before } = await file.stat();
  await setTimeout(300);
  expect((await file.stat()).size).toBe(before);
});
