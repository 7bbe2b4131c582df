import { readFile, writeFile } from 'node:fs/promises';

import { runGdal } from '../gdal/run-gdal.ts';
import type { TileJob } from './make-tile.ts';
import { unionGrid } from './output-grid.ts';
import { type PixelGrid, toPixel, wholeWindow } from './pixel-grid.ts';
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
  const isGapless = coversGrid(
    tiles.map((tile) => source(tile, 1)),
    grid,
  );
  // A mask that hides nothing makes the warper three times slower.
  const mask = isByMask && !isGapless ? { mask: tiles.map((tile) => source(tile, 'mask,1')) } : {};
  await writeFile(
    path,
    template.write((band) => tiles.map((tile) => source(tile, band)), { grid, ...mask }),
  );
  return path;
}

/** Whether rectangles of pixels leave nothing of a grid out, however they overlap. */
function coversGrid(sources: readonly VrtSource[], { width, height }: PixelGrid): boolean {
  const boxes = sources.map(({ from, to }) => [to.x, to.y, to.x + from.width, to.y + from.height] as const);
  const cuts = (size: number, edges: readonly number[]): number[] =>
    [...new Set([0, size, ...edges.map((edge) => Math.min(Math.max(edge, 0), size))])].toSorted(
      (a, b) => a - b,
    );
  const columns = cuts(
    width,
    boxes.flatMap(([left, , right]) => [left, right]),
  );
  const rows = cuts(
    height,
    boxes.flatMap(([, top, , bottom]) => [top, bottom]),
  );
  const covered = new Uint8Array((columns.length - 1) * (rows.length - 1));
  for (const [left, top, right, bottom] of boxes) {
    for (let row = rows.findIndex((y) => y >= top); row >= 0 && rows[row + 1]! <= bottom; row++) {
      for (
        let column = columns.findIndex((x) => x >= left);
        column >= 0 && columns[column + 1]! <= right;
        column++
      ) {
        covered[row * (columns.length - 1) + column] = 1;
      }
    }
  }
  return covered.every((cell) => cell === 1);
}
