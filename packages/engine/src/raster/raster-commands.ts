import { basename, dirname } from 'node:path';

import type { GdalCommand } from '../gdal/gdal-command.ts';
import { type PixelGrid, type PixelWindow, toMap } from './pixel-grid.ts';
import { sourceDrivers, workDrivers } from './raster-drivers.ts';

/** What `gdal_translate` shall make. */
export interface Translation {
  readonly input: string;
  /** Absolute. */
  readonly output: string;
  readonly driver: string;
  /** The pixels to take; all where null. */
  readonly window?: PixelWindow | null;
  /** `NAME=VALUE`. */
  readonly options?: readonly string[];
  /** Further arguments: none of them comes from outside unchecked. */
  readonly flags?: readonly string[];
}

/** Copies pixels: a window, another format, no resampling. */
export function translateCommand({
  input,
  output,
  driver,
  window = null,
  options = [],
  flags = [],
}: Translation): GdalCommand {
  const isVrt = driver === 'VRT';
  return {
    program: 'gdal_translate',
    args: [
      '-of',
      driver,
      // A mask belongs in the file, not beside it.
      '--config',
      'GDAL_TIFF_INTERNAL_MASK',
      'YES',
      ...(window === null
        ? []
        : ['-srcwin', ...[window.x, window.y, window.width, window.height].map(String)]),
      ...flags,
      ...options.flatMap((option) => ['-co', option]),
      input,
      basename(output),
    ],
    drivers: [...sourceDrivers, ...workDrivers, driver],
    outputFolder: dirname(output),
    ...(isVrt ? {} : { tellsProgress: true }),
  };
}

/** Copies each subdataset of a dataset to a file of its own, with a number behind the name of the output. */
export function translateEachCommand(translation: Omit<Translation, 'window'>): GdalCommand {
  const command = translateCommand(translation);
  return { ...command, args: ['-sds', ...command.args], tellsProgress: true };
}

/** What `gdalwarp` shall make. */
export interface Warping {
  readonly input: string;
  readonly output: string;
  readonly from: string;
  readonly to: string;
  readonly grid: PixelGrid;
  readonly window: PixelWindow;
  readonly resampling: 'cubic' | 'near';
  /** `-dstalpha` or `-dstnodata value`, or nothing. */
  readonly voidFlags: readonly string[];
  readonly threads: number;
  readonly options: readonly string[];
}

/**
 * Of a piece that is warped at once. Pieces of more do not take less time in all, and with few of them reading and writing
 * wait for each other; a mosaic of small tiles in a single piece was found to take twice as long.
 */
const warpMegabytes = 16;

/** Resamples pixels to a window of an output grid. */
export function warpCommand(warping: Warping): GdalCommand {
  const { grid, window, threads } = warping;
  const [left, top] = toMap(grid, window.x, window.y);
  const [right, bottom] = toMap(grid, window.x + window.width, window.y + window.height);
  const box = [Math.min(left, right), Math.min(top, bottom), Math.max(left, right), Math.max(top, bottom)];
  return {
    program: 'gdalwarp',
    args: [
      ...words('-of GTiff -s_srs', warping.from, '-t_srs', warping.to, '-te', ...box),
      ...words('-ts', window.width, window.height, '-r', warping.resampling),
      ...words(warping.resampling === 'near' ? '-ovr NONE' : ''),
      ...warping.voidFlags,
      ...words(threads > 1 ? `-multi -wo NUM_THREADS=${threads}` : ''),
      ...words('-wm', warpMegabytes, '-wo OPTIMIZE_SIZE=YES'),
      ...warping.options.flatMap((option) => ['-co', option]),
      warping.input,
      warping.output,
    ],
    drivers: [...sourceDrivers, ...workDrivers],
    tellsProgress: true,
  };
}

/**
 * Draws polygons as a mask: 255 where a pixel's centre is inside, 0 elsewhere. They are in columns and rows downwards,
 * which as map coordinates are x and -y.
 */
export function maskCommand(
  polygons: string,
  output: string,
  { x, y, width, height }: PixelWindow,
): GdalCommand {
  return {
    program: 'gdal_rasterize',
    args: [
      ...words('-burn 255 -init 0 -ot Byte -of GTiff -te', x, -(y + height), x + width, -y),
      ...words(
        '-ts',
        width,
        height,
        '-co TILED=YES -co SPARSE_OK=TRUE -co COMPRESS=LZW -co BIGTIFF=IF_SAFER',
      ),
      polygons,
      output,
    ],
    drivers: ['GeoJSON', ...workDrivers],
    tellsProgress: true,
  };
}

/** Asks for the least and greatest value of each band. */
export function rangeCommand(path: string): GdalCommand {
  return {
    program: 'gdalinfo',
    args: ['-json', '-mm', '-nomd', '-norat', '-noct', '-nogcp', path],
    drivers: sourceDrivers,
  };
}

/** Arguments of our own, which have no spaces in them. */
function words(...parts: readonly (string | number)[]): string[] {
  return parts.flatMap((part) => String(part).split(' ')).filter((word) => word !== '');
}
