import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { EngineError } from '../engine-error.ts';
import { inParallel } from '../gdal/in-parallel.ts';
import { type GdalRunOptions, runGdal } from '../gdal/run-gdal.ts';
import { frameOfStrips, type JpegFrame } from './jpeg-frame.ts';
import { translateCommand } from '../raster/raster-commands.ts';
import { TiffError } from '../tiff/tiff-directory.ts';
import { TiffStrips } from '../tiff/tiff-strips.ts';

/** What is asked of the first pixels of a picture. */
export interface ModelWish {
  /** The VRT of the picture. */
  readonly xml: string;
  /** A folder where that VRT lies; for files in between too. */
  readonly folder: string;
  /** Creation options: of the JPEG driver, and of a TIFF of strips that is to agree with it. */
  readonly jpegOptions: readonly string[];
  readonly stripOptions: readonly string[];
  readonly programs: number;
  readonly run: GdalRunOptions;
}

/** What a small part of a picture shows of the whole. */
export interface StripModel {
  readonly frame: JpegFrame;
  /** What the JPEG driver wrote beside; null where it wrote nothing. It says the same of any number of pixels. */
  readonly sidecar: string | null;
}

/** Pixels on a side: one unit of coding. */
const side = 16;

/**
 * Makes the first pixels of a picture in both ways, to see that they are coded alike.
 *
 * @returns null where they are not, or one of the ways is not there
 * @throws as `runGdal`, but for `gdal-failed`
 */
export async function makeStripModel(wish: ModelWish): Promise<StripModel | null> {
  const { xml, folder, jpegOptions, stripOptions, programs, run } = wish;
  const input = join(folder, 'model.vrt');
  await writeFile(input, firstPixels(xml));
  const [jpeg, tiff] = [join(folder, 'model.jpg'), join(folder, 'model.tif')];
  const commands = [
    translateCommand({ input, output: jpeg, driver: 'JPEG', options: jpegOptions }),
    translateCommand({ input, output: tiff, driver: 'GTiff', options: stripOptions }),
  ];
  try {
    await inParallel(commands, { most: programs, work: (command) => runGdal(command, run) });
    await using strips = await TiffStrips.open(tiff);
    const { jpegTables } = strips;
    if (jpegTables === null || strips.count !== 1) return null;
    const frame = frameOfStrips(await readFile(jpeg), jpegTables, await strips.read(0));
    const sidecar = `${jpeg}.aux.xml`;
    return frame && { frame, sidecar: existsSync(sidecar) ? sidecar : null };
  } catch (error) {
    // Whatever it is, the JPEG driver can do without, or says it better.
    if (error instanceof TiffError || (error instanceof EngineError && error.code === 'gdal-failed'))
      return null;
    throw error;
  }
}

/** The same VRT, cut off at the right and below. All else that it says stays. */
function firstPixels(xml: string): string {
  return xml.replace(
    /(rasterXSize|rasterYSize)="(\d+)"/g,
    (_match, name: string, pixels: string) => `${name}="${Math.min(side, Number(pixels))}"`,
  );
}
