import { closeSync, openSync, readSync } from 'node:fs';
import { deflateSync } from 'node:zlib';

import { loadRasterCodec, overread, overwrite, packedBytes, sharedMemory } from './raster-codec.ts';
import { type RetileLayout, sourceBlockBytes } from './retile-layout.ts';

/** Blocks that are tried. */
const samples = 5;
/** Our packing may be so much larger. */
const tolerance = 1.02;

/**
 * Whether Huffman codes and runs pack the pixels of a window as well as zlib does at level 1. They do where neighbouring pixels differ by
 * noise, as in photographs; they do not where patterns repeat, as in drawings and classified maps.
 */
export function packsAsWell(path: string, layout: RetileLayout): boolean {
  const { sourceRow, sourceRows, bands } = layout;
  const [first, last] = [bands[0]!.sourceColumn, bands.at(-1)!.sourceColumn + bands.at(-1)!.sourceColumns];
  const file = openSync(path, 'r');
  let [ours, theirs] = [0, 0];
  try {
    for (let sample = 0; sample < samples; sample++) {
      const share = (sample + 0.5) / samples;
      const row = sourceRow + Math.floor(share * sourceRows);
      // Across the window both ways.
      const column = first + Math.floor(((sample * 2 + 1) % samples / samples) * (last - first));
      const sizes = packBlock(file, layout, { row, column });
      if (sizes === null) return false;
      ours += sizes.ours;
      theirs += sizes.theirs;
    }
  } finally {
    closeSync(file);
  }
  return ours <= theirs * tolerance;
}

/** The bytes of a block packed both ways; null where it cannot be unpacked. */
function packBlock(
  file: number,
  { source }: RetileLayout,
  { row, column }: { row: number; column: number },
): { ours: number; theirs: number } | null {
  const block = row * source.blocksAcross + column;
  const [count, length] = [source.counts[block]!, sourceBlockBytes(source, row)];
  const packed = 64 * 1024;
  const unpacked = packed + count + overread;
  const differences = unpacked + length + overwrite;
  const target = differences + length + overwrite;
  const memory = sharedMemory(target + packedBytes(length));
  const codec = loadRasterCodec(memory);
  const bytes = new Uint8Array(memory.buffer);
  const to = source.isCompressed ? packed : unpacked;
  if (readSync(file, bytes, to, count, source.offsets[block]!) < count) return null;
  if (source.isCompressed && codec.inflate(packed, count, unpacked, length, 0) === 0) return null;
  let place = unpacked;
  if (!source.hasDifferences) {
    const take = source.sampleBytes === 1 ? codec.takeBytes : codec.takeShorts;
    const rowBytes = source.blockWidth * source.samples * source.sampleBytes;
    take(unpacked, rowBytes, differences, rowBytes, length / rowBytes, rowBytes, source.samples);
    place = differences;
  }
  const theirs = deflateSync(bytes.slice(place, place + length), { level: 1 }).length;
  return { ours: codec.deflate(place, length, target, 0), theirs };
}
