import { constants, deflateSync, inflateSync, type ZlibOptions } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import { seededRandom } from '../testing/seeded-random.ts';
import { loadRasterCodec, overread, overwrite, packedBytes, sharedMemory } from './raster-codec.ts';

const room = 400_000;
const places = { scratch: 0, packed: 65_536, unpacked: 65_536 + 2 * room, other: 65_536 + 4 * room };
const memory = sharedMemory(65_536 + 6 * room);
const bytes = new Uint8Array(memory.buffer);
const codec = loadRasterCodec(memory);
const guard = 0xa5;

/** What zlib packed, unpacked by the codec; null where it says that it cannot. What lies beyond must stay as it is. */
function inflate(packed: Uint8Array, length: number): Buffer | null {
  const end = places.unpacked + length + overwrite;
  bytes.fill(guard, places.unpacked, end + 4096);
  bytes.set(packed, places.packed);
  bytes.fill(guard, places.packed + packed.length, places.packed + packed.length + overread);
  const isDone = codec.inflate(places.packed, packed.length, places.unpacked, length, places.scratch);
  expect(bytes.subarray(end, end + 4096).every((byte) => byte === guard)).toBe(true);
  return isDone === 0 ? null : Buffer.from(bytes.slice(places.unpacked, places.unpacked + length));
}

function deflate(source: Uint8Array): Buffer {
  bytes.set(source, places.unpacked);
  const length = codec.deflate(places.unpacked, source.length, places.packed, places.scratch);
  return Buffer.from(bytes.slice(places.packed, places.packed + length));
}

const random = seededRandom(7);
const filled = (length: number, value: (index: number) => number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, index) => value(index)));

const contents: Readonly<Record<string, Buffer>> = {
  'one byte': Buffer.from([42]),
  'fifteen bytes': Buffer.from('fifteen bytes..'),
  noise: filled(200_000, () => Math.floor(random() * 256)),
  'small noise': filled(196_608, () => Math.floor(random() * 7) + 253),
  zeros: Buffer.alloc(196_608),
  'one value': Buffer.alloc(1000, 200),
  text: Buffer.from('a field, the field; fields of a polygon, '.repeat(3000)),
  'zeros with noise between': filled(196_608, (index) =>
    index % 4096 < 3000 ? 0 : Math.floor(random() * 256),
  ),
  'rare values': filled(196_608, (index) => (index % 977 === 0 ? index % 251 : index % 3)),
  'a rising slope': filled(100_000, (index) => index >> 9),
};
const ways: readonly ZlibOptions[] = [
  ...[0, 1, 2, 6, 9].map((level) => ({ level })),
  { level: 6, windowBits: 9 },
  { strategy: constants.Z_HUFFMAN_ONLY },
  { strategy: constants.Z_RLE },
  { strategy: constants.Z_FIXED },
  { level: 9, memLevel: 1 },
];

describe.each(Object.entries(contents))('%s', (_, content) => {
  test.each(ways)('is unpacked as zlib packed it with %o', (way) => {
    expect(inflate(deflateSync(content, way), content.length)?.equals(content)).toBe(true);
  });

  test('is packed so that zlib unpacks it', () => {
    const packed = deflate(content);
    expect(inflateSync(packed).equals(content)).toBe(true);
    expect(inflate(packed, content.length)?.equals(content)).toBe(true);
    expect(packed.length).toBeLessThanOrEqual(packedBytes(content.length));
  });
});

test('bytes that the sample of frequencies did not see take no more room than was promised', () => {
  // Every fifth chunk of sixteen is looked at: these are 0, all others noise.
  const content = filled(196_608, (index) => (index % 80 < 16 ? 0 : 1 + Math.floor(random() * 255)));
  const packed = deflate(content);
  expect(packed.length).toBeLessThanOrEqual(packedBytes(content.length));
  expect(inflateSync(packed).equals(content)).toBe(true);
});

test('pixels that are noise are packed as well as zlib does', () => {
  const content = contents['small noise']!;
  expect(deflate(content).length).toBeLessThan(deflateSync(content, { level: 1 }).length);
});

describe('what is no whole zlib stream of that length', () => {
  const content = contents['zeros with noise between']!;
  const packed = deflateSync(content, { level: 6 });

  test('is refused where it is cut off', () => {
    for (let cut = 0; cut < packed.length; cut += 997) {
      expect(inflate(packed.subarray(0, cut), content.length)).toBeNull();
    }
  });

  test('is refused where it has another length', () => {
    expect(inflate(packed, content.length - 1)).toBeNull();
    expect(inflate(packed, content.length + 1)).toBeNull();
    expect(inflate(packed, 10)).toBeNull();
  });

  test('is refused where bits of it have changed, and nothing is written beyond', () => {
    let unharmed = 0;
    for (let round = 0; round < 3000; round++) {
      const damaged = Buffer.from(packed);
      const at = round < 1000 ? round : Math.floor(random() * packed.length);
      damaged[at]! ^= 1 << Math.floor(random() * 8);
      // A stream of the same pixels with another header, as zlib reads it too, is none that was damaged.
      const found = inflate(damaged, content.length);
      if (found === null) continue;
      unharmed += 1;
      expect(inflateSync(damaged).equals(found)).toBe(true);
    }
    expect(unharmed).toBeLessThan(100);
  });

  test('is refused where it is noise, and nothing is written beyond', () => {
    for (let round = 0; round < 2000; round++) {
      const noise = filled(2000, () => Math.floor(random() * 256));
      noise[0] = 0x78;
      noise[1] = 0x01;
      expect(inflate(noise, 5000)).toBeNull();
    }
  });
});

describe.each([
  { samples: 1, width: 1 },
  { samples: 1, width: 100 },
  { samples: 2, width: 33 },
  { samples: 3, width: 64 },
  { samples: 4, width: 17 },
  { samples: 7, width: 50 },
])('differences of $width pixels of $samples values', ({ samples, width }) => {
  test.each([1, 2])('of %i bytes are those of TIFF, and can be undone', (size) => {
    const [rows, values] = [5, samples * width];
    const rowBytes = values * size;
    const [stride, targetStride] = [rowBytes + 6, rowBytes + 10];
    const source = filled(rows * stride, () => Math.floor(random() * 256));
    bytes.set(source, places.packed);
    const [take, undo] =
      size === 1 ? [codec.takeBytes, codec.undoBytes] : [codec.takeShorts, codec.undoShorts];
    take(places.packed, stride, places.unpacked, targetStride, rows, rowBytes, samples);
    const differences = Buffer.from(bytes.slice(places.unpacked, places.unpacked + rows * targetStride));
    for (let row = 0; row < rows; row++) {
      for (let index = 0; index < values; index++) {
        const at = row * stride + index * size;
        const value = size === 1 ? source[at]! : source.readUInt16LE(at);
        const before =
          index < samples ? 0 : size === 1 ? source[at - samples]! : source.readUInt16LE(at - samples * 2);
        const found = row * targetStride + index * size;
        const difference = size === 1 ? differences[found]! : differences.readUInt16LE(found);
        expect(difference).toBe((value - before + 65_536) % (size === 1 ? 256 : 65_536));
      }
    }
    undo(places.unpacked, targetStride, places.other, stride, rows, rowBytes, samples);
    for (let row = 0; row < rows; row++) {
      const line = bytes.slice(places.other + row * stride, places.other + row * stride + rowBytes);
      expect(Buffer.from(line).equals(source.subarray(row * stride, row * stride + rowBytes))).toBe(true);
    }
  });
});
