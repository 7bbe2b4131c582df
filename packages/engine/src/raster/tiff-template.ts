import { type FileHandle, open, readFile, rm, writeFile } from 'node:fs/promises';

import { type GdalRunOptions, runGdal } from '../gdal/run-gdal.ts';
import { translateCommand, type Translation } from './raster-commands.ts';
import type { TiffHeader } from './tiff-directory.ts';
import { blockTags, readTiffImage, type TiffImage } from './tiff-image.ts';

/**
 * Lets GDAL write the file of a translation without its pixels: everything else that it says of a raster is as if it had them. Null
 * where that does not come to a file whose blocks can be filled in.
 *
 * @param translation to a GeoTIFF
 * @param work a path for a file in between
 */
export async function makeTiffTemplate(
  translation: Translation,
  work: string,
  run: GdalRunOptions,
): Promise<TiffImage | null> {
  const { input, output, driver, options = [], ...how } = translation;
  await runGdal(translateCommand({ ...how, input, output: work, driver: 'VRT' }), run);
  const emptied = withoutSources(await readFile(work, 'utf8'));
  if (emptied === null) return null;
  await writeFile(work, emptied);
  const sparse = { input: work, output, driver, options: [...options, 'SPARSE_OK=TRUE'] };
  await runGdal(translateCommand(sparse), run);
  await rm(work);
  await using file = await open(output, 'r');
  const image = await readTiffImage(file);
  const isEmpty = image?.isTiled === true && image.counts.every((count) => count === 0);
  return isEmpty && image.isCompressed && image.hasDifferences ? image : null;
}

/** A VRT whose bands are made of nothing; null where that is not what it is by then. */
function withoutSources(vrt: string): string | null {
  const pattern = /<(SimpleSource|ComplexSource)\b[^]*?<\/\1>\s*/g;
  const bands = vrt.match(/<VRTRasterBand\b/g)?.length;
  return vrt.match(pattern)?.length === bands ? vrt.replaceAll(pattern, '') : null;
}

const longType = 4;
const long8Type = 16;

/** Where the blocks of a template begin: behind the lists of where they are, which are written at the end. */
export async function blocksStart(path: string, image: TiffImage): Promise<number> {
  return (await listsStart(path)) + 2 * image.offsets.length * listBytes(image.header);
}

async function listsStart(path: string): Promise<number> {
  await using file = await open(path, 'r');
  return Math.ceil((await file.stat()).size / 16) * 16;
}

/** Tells a template, to whose end blocks were written from {@link blocksStart} on, where they are. */
export async function fillTemplate(
  path: string,
  image: TiffImage,
  { start, offsets, counts }: { start: number; offsets: Float64Array; counts: Float64Array },
): Promise<void> {
  const { header, directory } = image;
  const bytes = offsets.length * listBytes(header);
  await using file = await open(path, 'r+');
  for (const [index, [tag, values]] of [
    [blockTags.offsets, offsets] as const,
    [blockTags.counts, counts] as const,
  ].entries()) {
    const place = start - (2 - index) * bytes;
    const list = listOf(header, values);
    const { place: entry } = directory.fields.get(tag)!;
    // One number stands in the entry itself.
    if (values.length > 1) await file.write(list, 0, list.length, place);
    await writeEntry(file, header, { entry, count: values.length, value: values.length > 1 ? place : values[0]! });
  }
}

async function writeEntry(
  file: FileHandle,
  { isBig }: TiffHeader,
  { entry, count, value }: { entry: number; count: number; value: number },
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
  await file.write(bytes, 0, bytes.length, entry + 2);
}

function listOf({ isBig }: TiffHeader, values: Float64Array): Buffer {
  return isBig
    ? Buffer.from(BigUint64Array.from(values, BigInt).buffer)
    : Buffer.from(Uint32Array.from(values).buffer);
}

function listBytes({ isBig }: TiffHeader): number {
  return isBig ? 8 : 4;
}
