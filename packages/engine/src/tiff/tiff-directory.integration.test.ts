import { open, readFile, writeFile } from 'node:fs/promises';

import { temporaryFolder } from '@outcrop/testkit';
import { expect, test } from 'vitest';

import { runGdal } from '../testing/ogr.ts';
import { makeRaster, placedAt } from '../testing/raster-fixture.ts';
import { readTiffDirectory, readTiffHeader, type TiffDirectory, TiffError } from './tiff-directory.ts';

const size = { width: 300, height: 200, bands: 3 } as const;
const tags = {
  width: 256,
  height: 257,
  bits: 258,
  stripOffsets: 273,
  stripBytes: 279,
  tileOffsets: 324,
  tileBytes: 325,
  jpegTables: 347,
  xResolution: 282,
  pixelScale: 33_550,
  nodata: 42_113,
  newSubfileType: 254,
} as const;

async function directoriesOf(path: string): Promise<TiffDirectory[]> {
  await using file = await open(path);
  const header = await readTiffHeader(file);
  const directories: TiffDirectory[] = [];
  for (let offset = header.firstDirectory; offset !== 0; offset = directories.at(-1)!.next) {
    directories.push(await readTiffDirectory(file, header, offset));
  }
  return directories;
}

test.each([
  ['classic, little endian', [], { isLittleEndian: true, isBig: false }],
  ['classic, big endian', ['ENDIANNESS=BIG'], { isLittleEndian: false, isBig: false }],
  ['BigTIFF, little endian', ['BIGTIFF=YES'], { isLittleEndian: true, isBig: true }],
  ['BigTIFF, big endian', ['BIGTIFF=YES', 'ENDIANNESS=BIG'], { isLittleEndian: false, isBig: true }],
])('%s: the fields that GDAL wrote are read', async (_name, options, kind) => {
  await using folder = await temporaryFolder();
  const flags = [...placedAt(5, 7, size), '-a_nodata', '17', ...options.flatMap((one) => ['-co', one])];
  const path = makeRaster(folder.file('a.tif'), {
    ...size,
    flags: [...flags, '-co', 'BLOCKYSIZE=16', '-co', 'INTERLEAVE=PIXEL'],
  });
  await using file = await open(path);
  expect(await readTiffHeader(file)).toMatchObject(kind);
  const [directory, ...more] = await directoriesOf(path);
  expect(more).toEqual([]);
  expect(directory!.number(tags.width)).toBe(300);
  expect(directory!.number(tags.height)).toBe(200);
  expect([...directory!.numbers(tags.bits)!]).toEqual([8, 8, 8]);
  expect([...directory!.numbers(tags.pixelScale)!]).toEqual([10, 10, 0]);
  expect(directory!.text(tags.nodata)).toBe('17');
  expect(directory!.numbers(tags.tileOffsets)).toBeNull();
  expect(directory!.text(tags.tileOffsets)).toBeNull();
  const [offsets, lengths] = [directory!.numbers(tags.stripOffsets)!, directory!.numbers(tags.stripBytes)!];
  expect([...lengths]).toEqual([...Array<number>(12).fill(300 * 16 * 3), 300 * 8 * 3]);
  const row = Buffer.alloc(3);
  await file.read(row, 0, 3, offsets[1]!);
  const value = runGdal('gdallocationinfo', ['-valonly', path, '0', '16']).trim().split('\n').map(Number);
  expect([...row]).toEqual(value);
});

test('all directories are found, with tables, fractions, and where each tile is', async () => {
  await using folder = await temporaryFolder();
  const path = makeRaster(folder.file('a.tif'), {
    ...size,
    flags: [
      ...placedAt(0, 0, size),
      ...'-co TILED=YES -co BLOCKXSIZE=64 -co BLOCKYSIZE=64'.split(' '),
    ].concat(
      '-co COMPRESS=JPEG -co PHOTOMETRIC=YCBCR -mo TIFFTAG_XRESOLUTION=2.5 -mo TIFFTAG_YRESOLUTION=2.5 -mo TIFFTAG_RESOLUTIONUNIT=2'.split(
        ' ',
      ),
    ),
  });
  runGdal('gdaladdo', ['-q', path, '2', '4']);
  const directories = await directoriesOf(path);
  expect(directories.map((one) => [one.number(tags.newSubfileType) ?? 0, one.number(tags.width)])).toEqual([
    [0, 300],
    [1, 150],
    [1, 75],
  ]);
  const [first] = directories;
  expect(first!.number(tags.xResolution)).toBe(2.5);
  expect(first!.bytes(tags.jpegTables)!.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
  const [offsets, lengths] = [first!.numbers(tags.tileOffsets)!, first!.numbers(tags.tileBytes)!];
  expect(offsets.length).toBe(5 * 4);
  await using file = await open(path);
  for (const [index, offset] of offsets.entries()) {
    const tile = Buffer.alloc(lengths[index]!);
    await file.read(tile, 0, tile.length, offset);
    expect([tile.readUInt16BE(0), tile.readUInt16BE(tile.length - 2)]).toEqual([0xff_d8, 0xff_d9]);
  }
});

test('a field that claims more than the file has, and a file that is none, are told from a TIFF', async () => {
  await using folder = await temporaryFolder();
  const path = makeRaster(folder.file('a.tif'), size);
  const [whole] = await directoriesOf(path);
  // The citations of the CRS are a text.
  expect(() => whole!.numbers(34_737)).toThrow(TiffError);

  const bytes = await readFile(path);
  const broken = folder.file('broken.tif');
  await writeFile(broken, bytes.subarray(0, 100));
  await expect(directoriesOf(broken)).rejects.toThrow('ends too early');

  const place = bytes.readUInt32LE(4) + 2;
  for (let at = place; ; at += 12) {
    if (bytes.readUInt16LE(at) !== tags.stripOffsets) continue;
    bytes.writeUInt32LE(0xffff_ffff, at + 4);
    break;
  }
  await writeFile(broken, bytes);
  await expect(directoriesOf(broken)).rejects.toThrow('has over');

  await writeFile(broken, 'P5 no TIFF at all');
  await expect(directoriesOf(broken)).rejects.toThrow('no TIFF');
  await writeFile(broken, '');
  await expect(directoriesOf(broken)).rejects.toThrow(TiffError);
});
