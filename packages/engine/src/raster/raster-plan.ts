import type { Reason } from '@outcrop/contract';

import type { ProjectedRegion } from '../crop/project-region.ts';
import type { Crs } from '../crs/crs.ts';
import type { PixelGrid } from './pixel-grid.ts';
import type { RasterFormat } from './raster-formats.ts';
import type { RasterTile } from './raster-tile.ts';
import type { PixelCut } from './region-in-pixels.ts';
import type { Voids } from './voids.ts';

/** One file of an output. */
export interface RasterPiece {
  /** The stem of its file. */
  readonly name: string;
  /** What it is made of: one tile, or all that a mosaic joins. */
  readonly tiles: readonly RasterTile[];
  /** Those and the tiles around them, later ones on top: what is resampled near an edge takes the pixels beyond it. */
  readonly around: readonly RasterTile[];
  /** The source's own grid where pixels are copied, else the output's. */
  readonly grid: PixelGrid;
  /** The pixels of that grid that are wanted. */
  readonly cut: PixelCut;
}

/** What becomes of a raster layer. */
export interface RasterPlan {
  readonly source: Crs;
  readonly target: Crs;
  /** Null where pixels are copied as they are. */
  readonly resampling: 'cubic' | 'near' | null;
  readonly format: RasterFormat;
  readonly voids: Voids;
  /** Whether entries of the colour table become colours. */
  readonly expandsPalette: boolean;
  /** Whether values are scaled to bytes. */
  readonly scalesToBytes: boolean;
  /** Sorted by name; one or more. */
  readonly pieces: readonly RasterPiece[];
  /** The region in the CRS of the pieces' grids; null where there is none. */
  readonly projected: ProjectedRegion | null;
  /** How many tiles there were to choose from. */
  readonly tileCount: number;
}

/** Why a raster layer cannot be exported as it is wished. */
export interface RasterRefusal {
  readonly reasons: readonly Reason[];
}

/** The pixels of all pieces. */
export function pixelCount({ pieces }: Pick<RasterPlan, 'pieces'>): number {
  return pieces.reduce((sum, { cut }) => sum + cut.window.width * cut.window.height, 0);
}
