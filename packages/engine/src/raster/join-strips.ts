import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

import { EngineError } from '../engine-error.ts';
import { diskError } from '../formats/block-file.ts';
import { frameBytes, type JpegFrame, type PixelSize, pixelsOfStrip } from './jpeg-frame.ts';
import { jpegMarkers, markerBytes } from './jpeg-segments.ts';
import { TiffError } from './tiff-directory.ts';
import { TiffStrips } from './tiff-strips.ts';

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

/**
 * Writes one JPEG from the strips of TIFFs, each of which becomes a restart interval: no pixel is coded again. Removes the
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
  { frame, size, stripRows, parts }: StrippedPicture,
  onProgress?: (fraction: number) => void,
): AsyncGenerator<Buffer> {
  const head = frameBytes(frame, size, stripRows);
  if (head === null) throw unexpected(`Strips of ${stripRows} rows are too large.`);
  yield head;
  let [strips, rowsDone] = [0, 0];
  for (const part of parts) {
    for await (const { strip, rows } of stripsOf(part, stripRows)) {
      const pixels = pixelsOfStrip(strip, frame, { width: size.width, height: rows });
      if (pixels === null) throw unexpected(`Strip ${strips} is coded in another way than the first.`);
      if (strips > 0) yield markerBytes(jpegMarkers.firstRestart + ((strips - 1) % restarts));
      yield pixels;
      strips += 1;
      rowsDone += rows;
      onProgress?.(rowsDone / size.height);
    }
    await rm(part.path);
  }
  yield markerBytes(jpegMarkers.end);
}

async function* stripsOf(
  { path, rows }: StripPart,
  stripRows: number,
): AsyncGenerator<{ strip: Buffer; rows: number }> {
  await using strips = await TiffStrips.open(path);
  // Of fewer rows than that, GDAL makes a smaller strip.
  const isExpected =
    strips.rowsPerStrip === Math.min(stripRows, rows) && strips.count === Math.ceil(rows / stripRows);
  if (!isExpected) throw unexpected(`${strips.count} strips are not what was asked for.`);
  for (let index = 0; index < strips.count; index++) {
    yield { strip: await strips.read(index), rows: Math.min(stripRows, rows - index * stripRows) };
  }
}

function unexpected(detail: string): EngineError {
  return new EngineError('gdal-failed', `What GDAL wrote cannot be joined to a JPEG. ${detail}`);
}
