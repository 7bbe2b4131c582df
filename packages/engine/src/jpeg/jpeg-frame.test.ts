import { expect, test } from 'vitest';

import { EngineError } from '../engine-error.ts';
import { frameBytes, frameOfStrips, pixelsOfStrip } from './jpeg-frame.ts';
import { jpegMarkers as markers, markerBytes, readJpegHead } from './jpeg-segments.ts';

function segment(marker: number, ...payload: readonly number[]): Buffer {
  const length = payload.length + 2;
  return Buffer.from([0xff, marker, length >> 8, length & 0xff, ...payload]);
}

const start = markerBytes(markers.start);
const end = markerBytes(markers.end);
const density = segment(markers.firstApplication, 1, 2, 3);
const comment = segment(markers.comment, 65);
const quantisation = segment(markers.quantisationTables, 0, 16, 11);
const otherQuantisation = segment(markers.quantisationTables, 0, 17, 11);
const optimised = segment(markers.huffmanTables, 0, 9);
const standard = segment(markers.huffmanTables, 0, 1);
const scan = segment(markers.scan, 3, 1, 0, 2, 17, 3, 17, 0, 63, 0);
const pixels = Buffer.from([0x12, 0xff, 0x00, 0x34]);

/** Three bands, the colour ones in half as many columns and rows; or one. */
function frameHeader(width: number, height: number, bands: 1 | 3 = 3): Buffer {
  const size = [8, height >> 8, height & 0xff, width >> 8, width & 0xff];
  const components = bands === 3 ? [1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1] : [1, 0x11, 0];
  return segment(markers.baselineFrame, ...size, bands, ...components);
}

const jpeg = Buffer.concat([
  Buffer.concat([start, density, quantisation]),
  Buffer.concat([frameHeader(16, 16), optimised, comment, scan, pixels, end]),
]);
const tables = Buffer.concat([start, quantisation, standard, end]);
const strip = (height: number, ...more: readonly Buffer[]): Buffer =>
  Buffer.concat([start, ...more, frameHeader(16, height), scan, pixels, end]);

test('the frame has what the JPEG says of itself, the tables of the strips, the size and the interval', () => {
  const frame = frameOfStrips(jpeg, tables, strip(16))!;
  const head = frameBytes(frame, { width: 20_000, height: 20_001 }, 64)!;
  const interval = segment(markers.restartInterval, (1250 * 4) >> 8, (1250 * 4) & 0xff);
  expect(readJpegHead(head).segments.map(({ bytes }) => bytes)).toEqual([
    density,
    comment,
    quantisation,
    standard,
    frameHeader(20_000, 20_001),
    interval,
    scan,
  ]);
});

test('the interval of one band counts its blocks, and fits for the widest JPEG', () => {
  const grey = jpeg
    .toString('latin1')
    .replace(frameHeader(16, 16).toString('latin1'), frameHeader(16, 16, 1).toString('latin1'));
  const greyStrip = Buffer.concat([start, frameHeader(16, 16, 1), scan, pixels, end]);
  const frame = frameOfStrips(Buffer.from(grey, 'latin1'), tables, greyStrip)!;
  const { segments } = readJpegHead(frameBytes(frame, { width: 65_500, height: 9 }, 64)!);
  const interval = segments.find(({ marker }) => marker === markers.restartInterval)!;
  expect(interval.bytes.readUInt16BE(4)).toBe(8188 * 8);
  expect(frameBytes(frame, { width: 65_500, height: 9 }, 72)).toBeNull();
  expect(frameBytes(frame, { width: 800, height: 9 }, 63)).toBeNull();
});

test.each([
  ['another quantisation', jpeg, Buffer.concat([start, otherQuantisation, standard, end]), strip(16)],
  ['no Huffman tables in common', jpeg, Buffer.concat([start, quantisation, end]), strip(16)],
  ['tables in the strip', jpeg, tables, strip(16, optimised)],
  ['restarts in the strip', jpeg, tables, strip(16, segment(markers.restartInterval, 0, 4))],
  ['another size of the strip', jpeg, tables, strip(8)],
  ['no end of the strip', jpeg, tables, strip(16).subarray(0, -1)],
  [
    'a progressive JPEG',
    Buffer.from(jpeg.toString('latin1').replace('\xff\xc0', '\xff\xc2'), 'latin1'),
    tables,
    strip(16),
  ],
])('%s: there is no frame', (_name, whole, common, one) => {
  expect(frameOfStrips(whole, common, one)).toBeNull();
});

test('the pixels of a strip are what is between the header of its scan and its end', () => {
  const frame = frameOfStrips(jpeg, tables, strip(16))!;
  expect(pixelsOfStrip(strip(9, density), frame, { width: 16, height: 9 })).toEqual(pixels);
  expect(pixelsOfStrip(strip(9), frame, { width: 16, height: 10 })).toBeNull();
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['another format', Buffer.from('II*\0\x08\0\0\0')],
  ['a segment that goes beyond the end', Buffer.concat([start, density.subarray(0, 5)])],
  ['bytes between segments', Buffer.concat([start, Buffer.from([1, 2, 3, 4])])],
])('%s is no JPEG', (_name, bytes) => {
  expect(() => readJpegHead(bytes)).toThrow(EngineError);
});
