import { runGdal } from '../gdal/run-gdal.ts';
import { optionFacts } from './option-facts.ts';
import { type PixelWindow, unionWindow } from './pixel-grid.ts';
import { warpCommand, type Warping } from './raster-commands.ts';
import type { RasterPlan } from './raster-plan.ts';
import { shares, type Stage, type TileBatch } from './tile-stage.ts';

/** A single GeoTIFF that needs nothing after warping is written by it. */
export function isWrittenByWarp({ plan, tiles }: TileBatch): boolean {
  const isReady = !plan.scalesToBytes && plan.voids.how !== 'mask';
  return plan.format.driver === 'GTiff' && isReady && tiles.length === 1 && tiles[0]!.piece.cut.mask === null;
}

/** Warps to the finished file. */
export async function warpToOutput(batch: TileBatch, stage: Stage): Promise<void> {
  const { plan, tiles, run } = batch;
  const { piece, paths } = tiles[0]!;
  const options = plan.format.options(optionFacts(plan, piece, run.threads ?? 1));
  const warping = warpingOf(batch, stage, piece.cut.window);
  const command = warpCommand({ ...warping, output: paths.output, options });
  await runGdal(command, { ...run, onProgress: (share) => batch.onProgress(0, share) });
  await batch.onDone(0);
}

/**
 * Warps the source of a batch to one file, uncompressed, of which each tile is a window. A new start of GDAL, and the
 * search for the sources of each tile, would take longer than to write and read its pixels once more.
 */
export async function warpTiles(batch: TileBatch, stage: Stage): Promise<Stage[]> {
  const { plan, tiles, run } = batch;
  const box = unionWindow(tiles.map(({ piece }) => piece.cut.window));
  const output = tiles[0]!.paths.work('warped.tif');
  const options = ['TILED=YES', 'BIGTIFF=IF_SAFER', 'SPARSE_OK=TRUE'];
  const command = warpCommand({ ...warpingOf(batch, stage, box), output, options });
  const onProgress = (share: number): void => {
    for (const position of tiles.keys()) batch.onProgress(position, share * shares.warp);
  };
  await runGdal(command, { ...run, onProgress });
  const givesAlpha = stage.alpha !== null || plan.voids.how === 'alpha' || plan.voids.how === 'mask';
  const warped = {
    ...stage,
    path: output,
    alpha: givesAlpha ? stage.valueBands + 1 : null,
    hasOtherMask: plan.voids.how === 'nodata',
    flags: [],
  };
  return tiles.map(({ piece: { cut } }) => ({
    ...warped,
    window: tiles.length === 1 ? null : { ...cut.window, x: cut.window.x - box.x, y: cut.window.y - box.y },
  }));
}

function warpingOf(
  { plan, tiles, run }: TileBatch,
  stage: Stage,
  window: PixelWindow,
): Omit<Warping, 'output' | 'options'> {
  return {
    input: stage.path,
    from: plan.source.code,
    to: plan.target.code,
    grid: tiles[0]!.piece.grid,
    window,
    resampling: plan.resampling ?? 'near',
    voidFlags: voidFlags(plan),
    threads: run.threads ?? 1,
  };
}

function voidFlags({ voids }: RasterPlan): string[] {
  switch (voids.how) {
    case 'alpha':
    case 'mask':
      return ['-dstalpha'];
    case 'nodata':
      return ['-dstnodata', voids.value];
    case 'none':
    case 'nothing':
      return [];
  }
}
