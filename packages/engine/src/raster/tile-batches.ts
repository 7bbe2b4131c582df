import { mosaicProblem } from './mosaic-problem.ts';
import { unionGrid } from './output-grid.ts';
import { gridEnvelope, unionWindow } from './pixel-grid.ts';
import { pixelCount, type RasterPiece, type RasterPlan } from './raster-plan.ts';
import { gridOf, type RasterTile } from './raster-tile.ts';
import { meet } from './region-in-pixels.ts';

/** Files of a batch at the most. */
const maxFiles = 32;
/** So often each core gets a batch, that all of them end at about the same time. */
const batchesPerCore = 4;
/** A file with more pixels is made alone: it uses all cores, or takes longer than any start. */
const maxPixels = 64_000_000;

/** Tiles that are warped together are windows of a box around them, of which at most so much is not theirs. */
const maxBoxShare = 1.25;

/** Divides the files of a plan into those that are made together, in order. */
export function tileBatches(plan: RasterPlan, cores: number): RasterPiece[][] {
  const size = Math.min(maxFiles, Math.ceil(plan.pieces.length / (cores * batchesPerCore)));
  const isWarped = plan.resampling !== null;
  const isTogether = !isWarped || canWarpTogether(plan.pieces);
  const batches: RasterPiece[][] = [];
  for (const piece of plan.pieces) {
    const last = batches.at(-1);
    const together = [...(last ?? []), piece];
    const isFitting = together.length <= size && pixelCount({ pieces: together }) <= maxPixels;
    const isNear = !isWarped || boxShare(together) <= maxBoxShare;
    if (last !== undefined && isTogether && isFitting && isNear && piece.tiles.length === 1) last.push(piece);
    else batches.push([piece]);
  }
  return batches;
}

/** Pixels of the box around windows for each of their own. */
function boxShare(pieces: readonly RasterPiece[]): number {
  const { width, height } = unionWindow(pieces.map(({ cut }) => cut.window));
  return (width * height) / pixelCount({ pieces });
}

/** Tiles are warped together where they make one picture: on one grid, and none on top of another. */
function canWarpTogether(pieces: readonly RasterPiece[]): boolean {
  const tiles = [...new Set(pieces.flatMap(({ around }) => around))];
  if (tiles.length === 1) return false;
  return mosaicProblem('', tiles, unionGrid(tiles)) === null && !overlap(tiles);
}

/** A hundredth of a pixel in common is none. */
const overlapPixels = 0.01;

function overlap(tiles: readonly RasterTile[]): boolean {
  const boxes = tiles
    .map((tile) => {
      const [minX, minY, maxX, maxY] = gridEnvelope(gridOf(tile));
      const margin = Math.abs(tile.transform![1]) * overlapPixels;
      return [minX + margin, minY + margin, maxX - margin, maxY - margin] as const;
    })
    .toSorted((a, b) => a[0] - b[0]);
  return boxes.some((box, index) => {
    for (let next = index + 1; next < boxes.length && boxes[next]![0] < box[2]; next++) {
      if (meet(box, boxes[next]!)) return true;
    }
    return false;
  });
}
