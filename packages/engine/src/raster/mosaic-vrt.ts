import { readFile, writeFile } from 'node:fs/promises';

import { runGdal } from '../gdal/run-gdal.ts';
import type { TileJob } from './make-tile.ts';
import { unionGrid } from './output-grid.ts';
import { toPixel, wholeWindow } from './pixel-grid.ts';
import { translateCommand } from './raster-commands.ts';
import { gridOf, hasAlpha, type RasterTile } from './raster-tile.ts';
import { type VrtSource, VrtTemplate } from './vrt.ts';

/**
 * Joins the tiles of a mosaic to one VRT, on the grid of the first, the later ones on top. Pixels between the tiles are
 * none. Returns its path.
 */
export async function mosaicVrt(
  { plan, piece, paths, run }: TileJob,
  tiles: readonly RasterTile[],
): Promise<string> {
  const [first] = tiles;
  const [templatePath, path] = [paths.work('first.vrt'), paths.work('mosaic.vrt')];
  const { voids } = plan;
  const flags = voids.how === 'nodata' ? ['-a_nodata', voids.value] : [];
  await runGdal(translateCommand({ input: first!.path, output: templatePath, driver: 'VRT', flags }), run);
  const template = new VrtTemplate(await readFile(templatePath, 'utf8'));
  const grid = plan.resampling === null ? piece.grid : unionGrid(tiles);
  const source = (tile: RasterTile, band: VrtSource['band']): VrtSource => {
    const [column, row] = toPixel(grid, tile.transform![0], tile.transform![3]);
    const to = { x: Math.round(column), y: Math.round(row) };
    return { path: tile.path, band, from: wholeWindow(gridOf(tile)), to };
  };
  // Where no value says so, the tiles' own outlines do.
  const isByMask = (voids.how === 'alpha' || voids.how === 'mask') && !hasAlpha(first!);
  const mask = isByMask ? { mask: tiles.map((tile) => source(tile, 'mask,1')) } : {};
  await writeFile(
    path,
    template.write((band) => tiles.map((tile) => source(tile, band)), { grid, ...mask }),
  );
  return path;
}
