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
const maxPixels = 40_000_000;

/** Tiles that are warped together are windows of a box around them, of which at most so much is not theirs. */
const maxBoxShare = 1.25;

/** Divides the files of a plan into those that are made together. */
export function tileBatches(plan: RasterPlan, cores: number): RasterPiece[][] {
  const { pieces } = plan;
  const size = Math.min(maxFiles, Math.ceil(pieces.length / (cores * batchesPerCore)));
  if (plan.resampling === null) return runsOf(pieces, size);
  if (!canWarpTogether(pieces)) return pieces.map((piece) => [piece]);
  return squaresOf(pieces, size).flatMap((square) =>
    square.length <= maxFiles && boxShare(square) <= maxBoxShare ? [square] : square.map((piece) => [piece]),
  );
}

/** Pieces in order, so many at a time. */
function runsOf(pieces: readonly RasterPiece[], size: number): RasterPiece[][] {
  const runs: RasterPiece[][] = [];
  for (const piece of pieces) {
    const last = runs.at(-1);
    const isFitting = last !== undefined && last.length < size && piece.tiles.length === 1;
    if (isFitting && pixelCount({ pieces: [...last, piece] }) <= maxPixels) last.push(piece);
    else runs.push([piece]);
  }
  return runs;
}

/**
 * Pieces of one grid in squares of so many: the box around a square of tiles that are askew on the output's grid has less in it
 * that is not theirs than the box around a row.
 */
function squaresOf(pieces: readonly RasterPiece[], size: number): RasterPiece[][] {
  const { x: left, y: top } = unionWindow(pieces.map(({ cut }) => cut.window));
  const [width, height] = largestSides(pieces);
  const most = Math.max(1, Math.min(size, Math.floor(maxPixels / (width * height))));
  const columns = Math.floor(Math.sqrt(most));
  const rows = Math.floor(most / columns);
  const squares = new Map<string, RasterPiece[]>();
  for (const piece of pieces) {
    const { window } = piece.cut;
    const column = Math.floor((window.x + window.width / 2 - left) / (columns * width));
    const row = Math.floor((window.y + window.height / 2 - top) / (rows * height));
    const key = `${row} ${column}`;
    squares.set(key, [...(squares.get(key) ?? []), piece]);
  }
  return [...squares.values()];
}

function largestSides(pieces: readonly RasterPiece[]): [width: number, height: number] {
  let [width, height] = [1, 1];
  for (const { cut } of pieces) {
    width = Math.max(width, cut.window.width);
    height = Math.max(height, cut.window.height);
  }
  return [width, height];
}

/** Pixels of the box around windows for each of their own. */
function boxShare(pieces: readonly RasterPiece[]): number {
  const { width, height } = unionWindow(pieces.map(({ cut }) => cut.window));
  return (width * height) / pixelCount({ pieces });
}

/** Tiles are warped together where they make one picture: on one grid, and none on top of another. */
function canWarpTogether(pieces: readonly RasterPiece[]): boolean {
  const tiles = [...new Set(pieces.flatMap(({ around }) => around))];
  if (tiles.length === 1 || pieces.some((piece) => piece.tiles.length > 1)) return false;
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
