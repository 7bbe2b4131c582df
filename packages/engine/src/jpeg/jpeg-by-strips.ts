import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { defaultCacheBytes } from '../gdal/gdal-environment.ts';
import { inParallel } from '../gdal/in-parallel.ts';
import { type GdalRunOptions, runGdal } from '../gdal/run-gdal.ts';
import type { PixelSize } from './jpeg-frame.ts';
import { joinStrips, type StripPart } from './join-strips.ts';
import { translateCommand, type Translation } from '../raster/raster-commands.ts';
import { makeStripModel } from './strip-model.ts';
import { VrtTemplate } from '../raster/vrt.ts';

/** How a JPEG is made in strips. */
export interface StripOptions {
  /** Of the picture that is made. */
  readonly size: PixelSize;
  /** Cores there are. */
  readonly cores: number;
  /** Whether the source can only be read from front to back: then one program reads it, and several threads compress. */
  readonly isReadInOrder: boolean;
  /** Signal, and memory of all programs together. */
  readonly run: GdalRunOptions;
  /** A folder that is there, for files in between. */
  readonly folder: string;
  readonly onProgress: (fraction: number) => void;
}

/** Rows of a strip: of the widest JPEG there can be, not too many for a restart interval. */
const stripRows = 64;
/** Parts begin where blocks of most sources do, so that few of these are read twice. */
const partRows = 256;
/** Rows that a program's cache should hold: a strip lies across two blocks of the source, which are not to be read again. */
const cachedRows = 2 * partRows;
/** Of the time, what GDAL takes. */
const codingShare = 0.97;

/**
 * Makes a JPEG from TIFFs of JPEG strips, which several programs write at once. It has the same pixels, and beside it the same
 * files, as if the JPEG driver had made it of the same translation.
 *
 * @returns false, with nothing written, where that cannot be: the JPEG needs a mask, values have fewer than 8 bits, or
 *   this machine's GDAL does not code strips as it codes a JPEG
 * @throws as `runGdal` and `joinStrips`
 */
export async function translateByStrips(translation: Translation, options: StripOptions): Promise<boolean> {
  const folder = await mkdtemp(join(options.folder, 'strips-'));
  try {
    return await makeIn(folder, translation, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeIn(folder: string, translation: Translation, options: StripOptions): Promise<boolean> {
  const { size, cores, run, onProgress } = options;
  const { options: jpegOptions = [], output } = translation;
  const picture = join(folder, 'picture.vrt');
  await runGdal(translateCommand({ ...translation, output: picture, driver: 'VRT', options: [] }), run);
  const xml = await readFile(picture, 'utf8');
  if (/<MaskBand>|key="NBITS"/.test(xml)) return false;
  const { bandCount } = new VrtTemplate(xml);
  const stripOptions = stripOptionsOf(jpegOptions, bandCount);
  const model = await makeStripModel({ xml, folder, jpegOptions, stripOptions, programs: cores, run });
  if (model === null) return false;
  const onCoded = (fraction: number): void => onProgress(codingShare * fraction);
  const parts = await codeParts(
    { folder, picture, bandCount, stripOptions },
    { ...options, onProgress: onCoded },
  );
  await joinStrips({ frame: model.frame, size, stripRows, parts }, output, {
    signal: run.signal,
    onProgress: (fraction) => onProgress(codingShare + (1 - codingShare) * fraction),
  });
  if (model.sidecar !== null) await rename(model.sidecar, `${output}.aux.xml`);
  return true;
}

/** Creation options of a TIFF whose strips are coded as a JPEG of these options is. */
function stripOptionsOf(jpegOptions: readonly string[], bandCount: number): string[] {
  return [
    'COMPRESS=JPEG',
    // `QUALITY` has that in front of its name there.
    ...jpegOptions.map((option) => `JPEG_${option}`),
    // All strips have the same tables of both kinds, and these are not in them.
    'JPEGTABLESMODE=3',
    `PHOTOMETRIC=${bandCount === 3 ? 'YCBCR' : 'MINISBLACK'}`,
    'INTERLEAVE=PIXEL',
    'TILED=NO',
    `BLOCKYSIZE=${stripRows}`,
    'BIGTIFF=IF_SAFER',
  ];
}

interface Coding {
  readonly folder: string;
  readonly picture: string;
  readonly bandCount: number;
  readonly stripOptions: readonly string[];
}

/** Compresses a picture in parts, all at once. The first failure ends them all. */
async function codeParts(coding: Coding, options: StripOptions): Promise<StripPart[]> {
  const { size, run, onProgress } = options;
  const { programs, threads, cacheBytes } = sharesOf(coding, options);
  const parts = partsOf(size, programs);
  const done = parts.map(() => 0);
  const stop = new AbortController();
  const signal = run.signal === undefined ? stop.signal : AbortSignal.any([run.signal, stop.signal]);
  const stopAll = (error: unknown): never => {
    stop.abort(error);
    throw error;
  };
  return inParallel(parts, {
    most: parts.length,
    work: async ({ y, rows }, index) => {
      const path = join(coding.folder, `${index}.tif`);
      const command = translateCommand({
        input: coding.picture,
        output: path,
        driver: 'GTiff',
        window: { x: 0, y, width: size.width, height: rows },
        options: [...coding.stripOptions, `NUM_THREADS=${threads}`],
      });
      const tell = (fraction: number): void => {
        done[index] = rows * fraction;
        onProgress(done.reduce((sum, one) => sum + one, 0) / size.height);
      };
      await runGdal(command, { ...run, cacheBytes, threads, signal, onProgress: tell }).catch(stopAll);
      return { path, rows };
    },
  });
}

interface Shares {
  readonly programs: number;
  /** Of each program. */
  readonly threads: number;
  readonly cacheBytes: number;
}

/** A program for each core, unless the source is read in order, or what each may keep of it would be too little. */
function sharesOf({ bandCount }: Coding, { size, cores, isReadInOrder, run }: StripOptions): Shares {
  const memory = run.cacheBytes ?? defaultCacheBytes;
  const most = Math.floor(memory / (size.width * bandCount * cachedRows));
  const programs = isReadInOrder ? 1 : Math.max(1, Math.min(cores, most));
  return {
    programs,
    threads: Math.max(1, Math.floor(cores / programs)),
    cacheBytes: Math.floor(memory / programs),
  };
}

/** Rows divided so that each program gets about as many, in whole strips. */
function partsOf({ height }: PixelSize, programs: number): { y: number; rows: number }[] {
  const rows = Math.ceil(height / programs / partRows) * partRows;
  return Array.from({ length: Math.ceil(height / rows) }, (_, index) => ({
    y: index * rows,
    rows: Math.min(rows, height - index * rows),
  }));
}
