import { createCipheriv } from 'node:crypto';

import type { FeatureFixture, TableFixture } from '@outcrop/testkit';

/** Bytes that look random, the same every time; longer than what deflate looks back over. */
function noise(bytes: number): Buffer {
  return noiseStream()(bytes);
}

/** The next so many of such bytes, which never repeat. */
function noiseStream(): (bytes: number) => Buffer {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16));
  return (bytes) => cipher.update(Buffer.alloc(bytes));
}

/** Places on a grid, row by row, as digitised data are: neighbours in the file are neighbours on the ground. */
function place(index: number): number[] {
  const row = Math.floor(index / 4000);
  return [1_200_000 + (index % 4000) * 200 + (row % 7), 4_800_000 + row * 300 + (index % 13)];
}

/** Of a text of 168 characters. */
const codeBytes = 126;

/** Points with a number, a text that repeats nothing of another and a height. The `.dbf` of 12,000,000 passes 2 GB. */
export function manyPoints(count: number): TableFixture {
  const next = noiseStream();
  function* features(): Generator<FeatureFixture> {
    for (let index = 0; index < count; index++) {
      yield {
        geometry: { type: 'Point', coordinates: place(index) },
        attributes: {
          nr: index,
          code: next(codeBytes).toString('base64'),
          height: (index % 100_000) / 7,
        },
      };
    }
  }
  return {
    name: 'many',
    geometry: { type: 'POINT', epsg: 2193, spatialIndex: false },
    columns: [
      { name: 'nr', type: 'INTEGER' },
      { name: 'code', type: 'TEXT' },
      { name: 'height', type: 'DOUBLE' },
    ],
    features: features(),
  };
}

/** Points with 4,000 bytes each that cannot be compressed: 1,100,000 of them make an archive of more than 4 GB. */
export function heavyPoints(count: number): TableFixture {
  const bytesEach = 4000;
  const bytes = noise(1 << 21);
  function* features(): Generator<FeatureFixture> {
    for (let index = 0; index < count; index++) {
      const from = (index * 4093) % (bytes.length - bytesEach);
      yield {
        geometry: { type: 'Point', coordinates: place(index) },
        attributes: { nr: index, bytes: bytes.subarray(from, from + bytesEach) },
      };
    }
  }
  return {
    name: 'heavy',
    geometry: { type: 'POINT', epsg: 2193, spatialIndex: false },
    columns: [
      { name: 'nr', type: 'INTEGER' },
      { name: 'bytes', type: 'BLOB' },
    ],
    features: features(),
  };
}
