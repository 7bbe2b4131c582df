import type { OptionFacts } from './raster-formats.ts';
import type { RasterPiece, RasterPlan } from './raster-plan.ts';
import { isAxisAligned } from './pixel-grid.ts';
import { isPaletted } from './raster-tile.ts';

/** What the creation options of a piece depend on. */
export function optionFacts(plan: RasterPlan, piece: RasterPiece, threads: number): OptionFacts {
  const { type } = piece.tiles[0]!.bands[0]!;
  const isFloat = type.startsWith('Float') || type.startsWith('CFloat');
  return {
    threads,
    floatDigits: !isFloat ? 0 : type.endsWith('64') ? 17 : 9,
    hasPredictor:
      !type.startsWith('C') && piece.tiles.every(({ bands }) => bands.every(({ bits }) => bits % 8 === 0)),
    isNearest: plan.resampling === 'near' || isPaletted(piece.tiles[0]!) || isFloat,
    isRotated: !isAxisAligned(piece.grid),
    width: piece.cut.window.width,
    height: piece.cut.window.height,
  };
}
