import { readFileSync } from 'node:fs';

import { temporaryFolder } from '@outcrop/testkit';
import { expect, test } from 'vitest';

import { EngineError } from '../engine-error.ts';
import { runGdal } from '../testing/ogr.ts';
import { makeRaster } from '../testing/raster-fixture.ts';
import { bestHuffmanTables, huffmanSegment, readHuffmanTables } from './huffman-segments.ts';
import { frameOfStrips, type JpegFrame, pixelsOfStrip } from './jpeg-frame.ts';
import { countSymbols, ScanReader, scanLayout, type Strip, writeScan } from './jpeg-scan.ts';
import { TiffStrips } from '../tiff/tiff-strips.ts';

/** One strip as GDAL compresses it, and the frame it belongs to. */
async function stripOf(
  bands: 1 | 3,
  size: { width: number; height: number },
): Promise<{ frame: JpegFrame; strip: Strip }> {
  await using folder = await temporaryFolder();
  const value = (column: number, row: number, band: number): number =>
    ((column * 37 + row * row * 5 + band * 11) % 251) & 0xff;
  const source = makeRaster(folder.file('a.tif'), { ...size, bands, value });
  const photometric = bands === 3 ? 'YCBCR' : 'MINISBLACK';
  const options = `COMPRESS=JPEG JPEG_QUALITY=90 JPEGTABLESMODE=3 PHOTOMETRIC=${photometric} INTERLEAVE=PIXEL BLOCKYSIZE=64`;
  const flags = options.split(' ').flatMap((option) => ['-co', option]);
  runGdal('gdal_translate', ['-q', ...flags, source, folder.file('b.tif')]);
  runGdal('gdal_translate', ['-q', '-of', 'JPEG', '-co', 'QUALITY=90', source, folder.file('b.jpg')]);
  await using strips = await TiffStrips.open(folder.file('b.tif'));
  const bytes = await strips.read(0);
  const frame = frameOfStrips(readFileSync(folder.file('b.jpg')), strips.jpegTables!, bytes)!;
  return { frame, strip: { pixels: pixelsOfStrip(bytes, frame, size)!, size } };
}

test.each([
  [1, { width: 333, height: 50 }],
  [3, { width: 333, height: 50 }],
  [3, { width: 16, height: 16 }],
] as const)(
  '%i bands: a strip that is read and written with its own tables is what it was',
  async (bands, size) => {
    const { frame, strip } = await stripOf(bands, size);
    // Bytes of ones alone are among them, behind which a zero is put.
    if (size.width > 16) expect(strip.pixels.includes(Buffer.from([0xff, 0]))).toBe(true);
    const tables = readHuffmanTables(frame.huffman);
    const tokens = new ScanReader(scanLayout(frame), tables).read(strip);
    expect(writeScan(tokens, tables)).toEqual(strip.pixels);
  },
);

test('a strip that is written with tables made for it is smaller, and read as the same', async () => {
  const { frame, strip } = await stripOf(3, { width: 333, height: 50 });
  const [layout, tables] = [scanLayout(frame), readHuffmanTables(frame.huffman)];
  const tokens = new ScanReader(layout, tables).read(strip);
  const frequencies = tables.map(() => new Float64Array(256));
  countSymbols(tokens, frequencies);
  const best = bestHuffmanTables(tables, frequencies);
  const pixels = writeScan(tokens, best);
  expect(pixels.length).toBeLessThan(strip.pixels.length);
  const again = new ScanReader(layout, readHuffmanTables(huffmanSegment(best))).read({ ...strip, pixels });
  expect([...again]).toEqual([...tokens]);
});

test('a strip that ends too early, or has other bits, is refused', async () => {
  const { frame, strip } = await stripOf(3, { width: 333, height: 50 });
  const reader = new ScanReader(scanLayout(frame), readHuffmanTables(frame.huffman));
  const { pixels, size } = strip;
  expect(() => reader.read({ size, pixels: pixels.subarray(0, 500) })).toThrow(EngineError);
  expect(() => reader.read({ size, pixels: Buffer.alloc(0) })).toThrow(EngineError);
  const ones = Buffer.from(pixels.map((_byte, index) => (index % 2 === 0 ? 0xff : 0)));
  expect(() => reader.read({ size, pixels: ones })).toThrow(EngineError);
});
