import type { Estimate } from '../plan/estimate.ts';
import { type RasterPlan, type RasterPiece } from './raster-plan.ts';
import { typeBytes } from './raster-tile.ts';
import { areaOf } from './region-in-pixels.ts';

/** Licence, manifest, report, and what each file has beside its pixels. */
const fixedBytes = 8000;
const bytesOfFile = 2000;
/** Zipped bytes for each unzipped one: most formats are compressed already. */
const ratios = { compressed: 1, text: 0.25 } as const;
/** Values in a second on two cores, measured: copied, and resampled. */
const valuesPerSecond = { copied: 60e6, resampled: 15e6 } as const;
const startSeconds = 0.3;

/** Estimates the files of a raster plan. */
export function estimateRaster(plan: RasterPlan): Estimate {
  const { format, pieces, resampling } = plan;
  let [bytes, values] = [0, 0];
  for (const piece of pieces) {
    const own = takenPixels(piece) * piece.tiles[0]!.bands.length;
    values += own;
    bytes +=
      own *
      (plan.scalesToBytes ? 1 : typeBytes(piece.tiles[0]!.bands[0]!.type)) *
      format.ratio *
      (plan.expandsPalette ? 3 : 1);
  }
  const unzipped = Math.round(fixedBytes + pieces.length * bytesOfFile + bytes);
  const ratio = format.driver === 'AAIGrid' ? ratios.text : ratios.compressed;
  const speed = resampling === null ? valuesPerSecond.copied : valuesPerSecond.resampled;
  return {
    unzipped,
    zipped: Math.round(fixedBytes + pieces.length * bytesOfFile + bytes * ratio),
    seconds: Math.round((startSeconds + values / speed) * 10) / 10,
  };
}

/** Pixels outside a mask are all alike and take no room. */
function takenPixels({ cut: { window, mask } }: RasterPiece): number {
  return mask === null ? window.width * window.height : areaOf(mask);
}
