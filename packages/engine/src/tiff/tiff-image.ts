import type { FileHandle } from 'node:fs/promises';

import { readTiffDirectory, readTiffHeader, type TiffDirectory, type TiffHeader } from './tiff-directory.ts';

/** The blocks of a TIFF's first image: tiles, or strips as wide as the image. Only of images that {@link readTiffImage} takes. */
export interface TiffImage {
  readonly header: TiffHeader;
  readonly directory: TiffDirectory;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  readonly blockWidth: number;
  readonly blockHeight: number;
  /** Tiles are whole at the edges of an image, strips are not. */
  readonly isTiled: boolean;
  readonly blocksAcross: number;
  readonly blocksDown: number;
  /** Values of a pixel, and bytes of a value. */
  readonly samples: number;
  readonly sampleBytes: 1 | 2;
  readonly isCompressed: boolean;
  /** Whether blocks hold horizontal differences: TIFF's predictor 2. */
  readonly hasDifferences: boolean;
  /** Where each block is in the file and how many bytes it has there, in rows from the top; 0 and 0 of one without data. */
  readonly offsets: Float64Array;
  readonly counts: Float64Array;
}

/** TIFF 6.0, and Adobe's technical notes for deflate. */
export const tiffTags = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  fillOrder: 266,
  stripOffsets: 273,
  samples: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planarConfiguration: 284,
  predictor: 317,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
} as const;

const deflate: readonly number[] = [8, 32_946];

/**
 * Reads how the first image of a TIFF is stored. Null where it is another way than ours to read: in 8 or 16 bits, pixel by pixel, not
 * compressed or by deflate, little-endian.
 *
 * @throws TiffError where the file is none, or is damaged
 */
export async function readTiffImage(file: FileHandle): Promise<TiffImage | null> {
  const header = await readTiffHeader(file);
  const directory = await readTiffDirectory(file, header, header.firstDirectory);
  const number = (tag: number, otherwise: number): number => directory.number(tag) ?? otherwise;
  if (!isOurs(header, directory)) return null;
  const [width, height] = [number(tiffTags.width, 0), number(tiffTags.height, 0)];
  const isTiled = directory.fields.has(tiffTags.tileWidth);
  const blockWidth = isTiled ? number(tiffTags.tileWidth, 0) : width;
  const blockHeight = isTiled
    ? number(tiffTags.tileHeight, 0)
    : Math.min(height, number(tiffTags.rowsPerStrip, height));
  if (!(width > 0 && height > 0 && blockWidth > 0 && blockHeight > 0)) return null;
  const [blocksAcross, blocksDown] = [Math.ceil(width / blockWidth), Math.ceil(height / blockHeight)];
  const offsets = directory.numbers(isTiled ? tiffTags.tileOffsets : tiffTags.stripOffsets);
  const counts = directory.numbers(isTiled ? tiffTags.tileByteCounts : tiffTags.stripByteCounts);
  const blocks = blocksAcross * blocksDown;
  if (offsets?.length !== blocks || counts?.length !== blocks) return null;
  const isCompressed = number(tiffTags.compression, 1) !== 1;
  return {
    header,
    directory,
    width,
    height,
    blockWidth,
    blockHeight,
    isTiled,
    blocksAcross,
    blocksDown,
    samples: number(tiffTags.samples, 1),
    sampleBytes: number(tiffTags.bits, 1) === 8 ? 1 : 2,
    isCompressed,
    // Without compression a predictor means nothing.
    hasDifferences: isCompressed && number(tiffTags.predictor, 1) === 2,
    offsets,
    counts,
  };
}

/** Whether values have 8 or 16 bits, lie pixel by pixel, are not compressed or by deflate, and in the order of this machine. */
function isOurs({ isLittleEndian }: TiffHeader, directory: TiffDirectory): boolean {
  const number = (tag: number, otherwise: number): number => directory.number(tag) ?? otherwise;
  const samples = number(tiffTags.samples, 1);
  const bits = [...(directory.numbers(tiffTags.bits) ?? [1])];
  return (
    samples > 0 &&
    (bits[0] === 8 || (bits[0] === 16 && isLittleEndian)) &&
    bits.every((bit) => bit === bits[0]) &&
    [1, ...deflate].includes(number(tiffTags.compression, 1)) &&
    [1, 2].includes(number(tiffTags.predictor, 1)) &&
    number(tiffTags.fillOrder, 1) === 1 &&
    (samples === 1 || number(tiffTags.planarConfiguration, 1) === 1)
  );
}

/** The rows that a block has in the file, by its row of blocks. */
export function rowsOfBlock({ isTiled, blockHeight, height }: TiffImage, row: number): number {
  return isTiled ? blockHeight : Math.min(blockHeight, height - row * blockHeight);
}
