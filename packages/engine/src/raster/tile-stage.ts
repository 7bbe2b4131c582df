import type { GdalRunOptions } from '../gdal/run-gdal.ts';
import type { PixelWindow } from './pixel-grid.ts';
import type { RasterPiece, RasterPlan } from './raster-plan.ts';
import type { TilePaths } from './tile-paths.ts';

/** One file that is made. */
export interface BatchTile {
  readonly piece: RasterPiece;
  readonly paths: TilePaths;
}

/** Files that are made together, and what with. Each step makes all of them with as few programs as can be. */
export interface TileBatch {
  readonly plan: RasterPlan;
  /** One or more. */
  readonly tiles: readonly BatchTile[];
  /** A folder for files in between; it is there. */
  readonly workFolder: string;
  /** How GDAL is run: signal, memory, threads. */
  readonly run: GdalRunOptions;
  /** Cores that the batch may use, where it starts several programs. */
  readonly cores: number;
  /** Least and greatest value of each value band of the layer, where they are scaled to bytes. */
  readonly ranges: readonly (readonly [number, number])[] | null;
  /** Told the share of a file that is done, by its place among the tiles. */
  readonly onProgress: (position: number, share: number) => void;
  /** Called when a file is finished, by its place among the tiles. */
  readonly onDone: (position: number) => Promise<void>;
}

/** A dataset on the way to an output. */
export interface Stage {
  readonly path: string;
  /** The wanted pixels of it; null for all. */
  readonly window: PixelWindow | null;
  readonly valueBands: number;
  /** The band that says which pixels are none, from 1; null where none does. */
  readonly alpha: number | null;
  /** Whether another band or a nodata value says so. */
  readonly hasOtherMask: boolean;
  readonly type: string;
  /** What must be said of it when it is read for the last time. */
  readonly flags: readonly string[];
}

/** Of the time of a file that is made alone, the parts of its steps. */
export const shares = { warp: 0.7, mask: 0.05 } as const;
