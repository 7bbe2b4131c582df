import { type FileHandle, open } from 'node:fs/promises';

import { type GdalRunOptions, runGdal } from '../gdal/run-gdal.ts';
import type { PixelWindow } from '../raster/pixel-grid.ts';
import { translateCommand, type Translation } from '../raster/raster-commands.ts';
import type { TiffHeader } from '../tiff/tiff-directory.ts';
import { readTiffImage, type TiffImage, tiffTags } from '../tiff/tiff-image.ts';

/** The head of a file whose blocks are still to come. */
export interface TiffTemplate {
  /** As GDAL wrote it: of the first block alone. */
  readonly image: TiffImage;
  /** Where the lists of blocks and the blocks themselves begin. */
  readonly lists: number;
  readonly blocks: number;
}

/** A classic TIFF ends at 4 GB. GDAL takes the other kind from half of that on, as packed blocks can be larger than others. */
const mostClassicBytes = 2_000_000_000;

/**
 * Lets GDAL write the file of a translation with the first block of its window alone. What else it says of a raster does not depend on
 * how large that is.
 *
 * @param bytes of all pixels
 */
export async function makeTiffTemplate(
  translation: Translation & { readonly window: PixelWindow },
  { blocks, block, bytes }: { blocks: number; block: { width: number; height: number }; bytes: number },
  run: GdalRunOptions,
): Promise<TiffTemplate | null> {
  const { window, options = [], output } = translation;
  const first = {
    ...window,
    width: Math.min(window.width, block.width),
    height: Math.min(window.height, block.height),
  };
  const kind = bytes > mostClassicBytes ? ['BIGTIFF=YES'] : [];
  const command = translateCommand({ ...translation, window: first, options: [...options, ...kind] });
  await runGdal(command, run);
  await using file = await open(output, 'r');
  const image = await readTiffImage(file);
  const isFit =
    image?.isTiled === true &&
    image.isCompressed &&
    image.hasDifferences &&
    image.header.isLittleEndian &&
    image.header.isBig === bytes > mostClassicBytes &&
    image.blockWidth === block.width &&
    image.blockHeight === block.height;
  if (!isFit) return null;
  const lists = Math.ceil((await file.stat()).size / 16) * 16;
  return { image, lists, blocks: lists + 2 * blocks * listBytes(image.header) };
}

/** Makes a template the head of the whole window, when its blocks have been written. */
export async function fillTemplate(
  path: string,
  { image: { header, directory }, lists }: TiffTemplate,
  { window, offsets, counts }: { window: PixelWindow; offsets: Float64Array; counts: Float64Array },
): Promise<void> {
  await using file = await open(path, 'r+');
  const bytes = offsets.length * listBytes(header);
  const entries: readonly (readonly [tag: number, count: number, value: number])[] = [
    [tiffTags.width, 1, window.width],
    [tiffTags.height, 1, window.height],
    // One number stands in the entry itself.
    [tiffTags.tileOffsets, offsets.length, offsets.length > 1 ? lists : offsets[0]!],
    [tiffTags.tileByteCounts, counts.length, counts.length > 1 ? lists + bytes : counts[0]!],
  ];
  await file.write(Buffer.concat([listOf(header, offsets), listOf(header, counts)]), 0, 2 * bytes, lists);
  for (const [tag, count, value] of entries) {
    await writeEntry(file, header, { place: directory.fields.get(tag)!.place, count, value });
  }
}

const longType = 4;
const long8Type = 16;

async function writeEntry(
  file: FileHandle,
  { isBig }: TiffHeader,
  { place, count, value }: { place: number; count: number; value: number },
): Promise<void> {
  const bytes = Buffer.alloc(isBig ? 18 : 10);
  bytes.writeUInt16LE(isBig ? long8Type : longType, 0);
  if (isBig) {
    bytes.writeBigUInt64LE(BigInt(count), 2);
    bytes.writeBigUInt64LE(BigInt(value), 10);
  } else {
    bytes.writeUInt32LE(count, 2);
    bytes.writeUInt32LE(value, 6);
  }
  // Behind the tag.
  await file.write(bytes, 0, bytes.length, place + 2);
}

function listOf({ isBig }: TiffHeader, values: Float64Array): Buffer {
  return isBig
    ? Buffer.from(BigUint64Array.from(values, BigInt).buffer)
    : Buffer.from(Uint32Array.from(values).buffer);
}

function listBytes({ isBig }: TiffHeader): number {
  return isBig ? 8 : 4;
}
