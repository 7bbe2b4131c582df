import type { Reason } from '@outcrop/contract';

import { misalignedTile } from './output-grid.ts';
import { isAxisAligned, type PixelGrid } from './pixel-grid.ts';
import { gridOf, type RasterTile } from './raster-tile.ts';

/** Why tiles cannot be joined on a grid; null where they can. */
export function mosaicProblem(title: string, tiles: readonly RasterTile[], grid: PixelGrid): Reason | null {
  const rotated = tiles.find((tile) => !isAxisAligned(gridOf(tile)));
  const misaligned = rotated ?? misalignedTile(tiles, grid);
  const first = tiles[0]!;
  const alike = (tile: RasterTile): string =>
    tile.bands.map(({ type, interpretation }) => `${type} ${interpretation}`).join();
  const different = tiles.find((tile) => alike(tile) !== alike(first));
  if (misaligned === null && different === undefined) return null;
  const why =
    misaligned === null
      ? `${different?.name} has other bands than ${first.name}`
      : `the pixels of ${misaligned.name} do not lie on the grid of ${first.name}`;
  return {
    code: 'invalid-option',
    detail: `${title} cannot be joined to one mosaic: ${why}. Leave mosaic out.`,
  };
}
