import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

import { EngineError } from '../engine-error.ts';
import { diskError } from '../formats/block-file.ts';
import { frameBytes, type JpegFrame, type PixelSize, pixelsOfStrip } from './jpeg-frame.ts';
import type { Strip } from './jpeg-scan.ts';
import { jpegMarkers, markerBytes } from './jpeg-segments.ts';
import { findRecoding } from './recode-strips.ts';
import { TiffError } from '../tiff/tiff-directory.ts';
import { TiffStrips } from '../tiff/tiff-strips.ts';

/** A TIFF of JPEG strips: some rows of a picture. */
export interface StripPart {
  readonly path: string;
  readonly rows: number;
}

/** A picture in parts from top to bottom. All but the last have a multiple of a strip's rows. */
export interface StrippedPicture {
  readonly frame: JpegFrame;
  readonly size: PixelSize;
  readonly stripRows: number;
  readonly parts: readonly StripPart[];
}

/** How strips are joined. */
export interface JoinOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (fraction: number) => void;
}

/** The markers between strips are numbered round and round. */
const restarts = 8;
/** Strips that are looked at for the tables of the whole. */
const samples = 8;

/**
 * Writes one JPEG from the strips of TIFFs, each of which becomes a restart interval: no pixel is computed again, and coded again only where that makes the JPEG clearly smaller. Removes the
 * TIFFs one by one as they are read. Memory is that of a strip. After a failure there is no JPEG.
 *
 * @throws EngineError `gdal-failed` where the strips are not what was expected, `disk-full`; on abort, `signal.reason`
 */
export async function joinStrips(
  picture: StrippedPicture,
  output: string,
  { signal, onProgress }: JoinOptions = {},
): Promise<void> {
  const file = createWriteStream(output);
  try {
    await pipeline(joinedBytes(picture, onProgress), file, signal === undefined ? {} : { signal });
  } catch (error) {
    await rm(output, { force: true });
    signal?.throwIfAborted();
    throw error instanceof TiffError ? unexpected(error.message) : diskError(error, output);
  }
}

async function* joinedBytes(
  picture: StrippedPicture,
  onProgress?: (fraction: number) => void,
): AsyncGenerator<Buffer> {
  const { size, stripRows, parts } = picture;
  const step = Math.max(1, Math.floor(size.height / stripRows / samples));
  const recoding = await findRecoding(picture.frame, allStrips(picture, step), allStrips(picture));
  const head = frameBytes(recoding?.frame ?? picture.frame, size, stripRows);
  if (head === null) throw unexpected(`Strips of ${stripRows} rows are too large.`);
  yield head;
  let [strips, rowsDone] = [0, 0];
  for (const part of parts) {
    for await (const strip of stripsOf(part, picture)) {
      if (strips > 0) yield markerBytes(jpegMarkers.firstRestart + ((strips - 1) % restarts));
      yield recoding?.recode(strip) ?? strip.pixels;
      strips += 1;
      rowsDone += strip.size.height;
      onProgress?.(rowsDone / size.height);
    }
    await rm(part.path);
  }
  yield markerBytes(jpegMarkers.end);
}

/** The strips of a picture from top to bottom, or only each one of so many. */
async function* allStrips(picture: StrippedPicture, step = 1): AsyncGenerator<Strip> {
  for (const part of picture.parts) yield* stripsOf(part, picture, step);
}

/** The strips of a part, or only each one of so many. */
async function* stripsOf(
  { path, rows }: StripPart,
  { frame, stripRows, size: { width } }: StrippedPicture,
  step = 1,
): AsyncGenerator<Strip> {
  await using strips = await TiffStrips.open(path);
  // Of fewer rows than that, GDAL makes a smaller strip.
  const isExpected =
    strips.rowsPerStrip === Math.min(stripRows, rows) && strips.count === Math.ceil(rows / stripRows);
  if (!isExpected) throw unexpected(`${strips.count} strips are not what was asked for.`);
  for (let index = 0; index < strips.count; index += step) {
    const size = { width, height: Math.min(stripRows, rows - index * stripRows) };
    const pixels = pixelsOfStrip(await strips.read(index), frame, size);
    if (pixels === null) throw unexpected(`Strip ${index} is coded in another way than the first.`);
    yield { pixels, size };
  }
}

function unexpected(detail: string): EngineError {
  return new EngineError('gdal-failed', `What GDAL wrote cannot be joined to a JPEG. ${detail}`);
}
