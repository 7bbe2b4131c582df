import { type JoinedTiles, mosaicVrt } from './mosaic-vrt.ts';
import type { Stage, TileBatch } from './tile-stage.ts';
import type { RasterPiece } from './raster-plan.ts';
import { hasAlpha, type RasterTile, valueBands } from './raster-tile.ts';
import { translateMany } from './translate-many.ts';
import { hasOtherVoids } from './voids.ts';

/**
 * What each tile's pixels are copied from: its source, or the mosaic of them, which also marks the voids of a single one
 * by the value of the output.
 */
export async function copiedSources(batch: TileBatch): Promise<Stage[]> {
  const stages: Stage[] = [];
  const { voids } = batch.plan;
  for (const { piece, paths } of batch.tiles) {
    const isRemarked = voids.how === 'nodata' && hasOtherVoids(piece.tiles[0]!, voids.value);
    const isJoined = piece.tiles.length > 1 || isRemarked;
    const joined = isJoined
      ? await mosaicVrt(batch, { tiles: piece.tiles, grid: piece.grid, work: paths.work })
      : null;
    const window = isWhole(piece) ? null : piece.cut.window;
    const flags = piece.tiles[0]!.namesCrs ? [] : ['-a_srs', batch.plan.target.code];
    stages.push({ ...stageOf(piece.tiles[0]!, joined), window, flags });
  }
  return stages;
}

/** What the tiles of a batch are warped from: the one source, or all that reach into any of them, joined. */
export async function warpedSource(batch: TileBatch): Promise<Stage> {
  const [first] = batch.tiles;
  const around = [...new Set(batch.tiles.flatMap(({ piece }) => piece.around))];
  const isJoined = around.length > 1;
  const joined = isJoined
    ? await mosaicVrt(batch, { tiles: around, grid: null, work: first!.paths.work })
    : null;
  return { ...stageOf(first!.piece.tiles[0]!, joined), window: null, flags: [] };
}

function stageOf(tile: RasterTile, joined: JoinedTiles | null): Omit<Stage, 'window' | 'flags'> {
  return {
    path: joined?.path ?? tile.path,
    valueBands: valueBands(tile).length,
    alpha: hasAlpha(tile) ? tile.bands.length : null,
    // The outlines of a mosaic's tiles are a mask of their own, where anything is outside.
    hasOtherMask:
      joined?.hasVoids ?? tile.bands.some(({ mask: kind }) => kind === 'nodata' || kind === 'dataset'),
    type: tile.bands[0]!.type,
  };
}

function isWhole({ grid, cut: { window } }: RasterPiece): boolean {
  return window.x === 0 && window.y === 0 && window.width === grid.width && window.height === grid.height;
}

/** Writes the colours of the table in place of its entries; that of a pixel without data is transparent. */
export async function expandColours(batch: TileBatch, stages: readonly Stage[]): Promise<Stage[]> {
  const { plan, tiles, run, workFolder } = batch;
  const isTransparent = plan.voids.how === 'alpha' || plan.voids.how === 'mask';
  const flags = ['-expand', isTransparent ? 'rgba' : 'rgb', '-a_nodata', 'none'];
  const translations = stages.map(({ path }, position) => ({
    input: path,
    output: tiles[position]!.paths.work('colours.vrt'),
    driver: 'VRT',
    flags,
  }));
  await translateMany(translations, { run, folder: workFolder });
  return stages.map((stage, position) => ({
    ...stage,
    path: translations[position]!.output,
    valueBands: 3,
    alpha: isTransparent ? 4 : null,
    hasOtherMask: false,
    type: 'Byte',
  }));
}
