import { closeSync, openSync, readSync } from 'node:fs';
import { deflateSync, inflateSync } from 'node:zlib';

import { loadRasterCodec, overwrite, packedBytes, sharedMemory } from './raster-codec.ts';
import { pixelBytes, type RetileLayout, sourceBlockBytes } from './retile-layout.ts';
import type { TiffImage } from '../tiff/tiff-image.ts';

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
      const column = first + Math.floor((((sample * 2 + 1) % samples) / samples) * (last - first));
      const sizes = packBlocks(file, layout, { row, column });
      if (sizes === null) return false;
      ours += sizes.ours;
      theirs += sizes.theirs;
    }
  } finally {
    closeSync(file);
  }
  return ours <= theirs * tolerance;
}

/** The bytes of blocks below each other packed both ways, so many that headers do not count; null where one cannot be unpacked. */
function packBlocks(
  file: number,
  { source, sourceRow, sourceRows }: RetileLayout,
  { row, column }: { row: number; column: number },
): { ours: number; theirs: number } | null {
  const parts: Buffer[] = [];
  let length = 0;
  for (let next = row; next < sourceRow + sourceRows && length < leastBytes; next++) {
    const part = differencesOf(file, source, { row: next, column });
    if (part === null) return null;
    parts.push(part);
    length += part.length;
  }
  const all = Buffer.concat(parts);
  const memory = sharedMemory(unpackedAt + length + overwrite + packedBytes(length));
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(all, unpackedAt);
  const ours = loadRasterCodec(memory).deflate(unpackedAt, length, unpackedAt + length + overwrite, 0);
  return { ours, theirs: deflateSync(all, { level: 1 }).length };
}

/** Behind the codec's working memory. */
const unpackedAt = 65_536;
const leastBytes = 65_536;
/** Of a block, which may be of any size. */
const mostBytes = 1 << 20;

/** The differences of a block's pixels, byte by byte; null where it cannot be unpacked. */
function differencesOf(
  file: number,
  source: TiffImage,
  { row, column }: { row: number; column: number },
): Buffer | null {
  const block = row * source.blocksAcross + column;
  const packed = Buffer.alloc(source.counts[block]!);
  if (readSync(file, packed, 0, packed.length, source.offsets[block]!) < packed.length) return null;
  const pixel = pixelBytes(source);
  const rowBytes = source.blockWidth * pixel;
  const whole = source.isCompressed ? unpack(packed, sourceBlockBytes(source, row)) : packed;
  const bytes = whole?.subarray(0, Math.ceil(mostBytes / rowBytes) * rowBytes) ?? null;
  if (bytes === null || source.hasDifferences) return bytes;
  const differences = Buffer.from(bytes);
  for (let at = bytes.length - 1; at >= 0; at--) {
    if (at % rowBytes >= pixel) differences[at]! -= bytes[at - pixel]!;
  }
  return differences;
}

function unpack(packed: Buffer, length: number): Buffer | null {
  try {
    const bytes = inflateSync(packed, { maxOutputLength: length });
    return bytes.length === length ? bytes : null;
  } catch {
    return null;
  }
}
