import { readFile, writeFile } from 'node:fs/promises';

import { runGdal } from '../gdal/run-gdal.ts';
import { unionGrid } from './output-grid.ts';
import { type PixelGrid, toPixel, wholeWindow } from './pixel-grid.ts';
import { translateCommand } from './raster-commands.ts';
import { gridOf, hasAlpha, type RasterTile } from './raster-tile.ts';
import type { TileBatch } from './tile-stage.ts';
import { type VrtSource, VrtTemplate } from './vrt.ts';

/** What is joined. */
interface Mosaic {
  /** One or more, the later ones on top. */
  readonly tiles: readonly RasterTile[];
  /** Where the mosaic lies; around the tiles where null. */
  readonly grid: PixelGrid | null;
  /** Names files in between. */
  readonly work: (name: string) => string;
}

/** Joins tiles to one VRT, on the grid of the first. Pixels between the tiles are none. Returns its path. */
export async function mosaicVrt(
  { plan: { voids }, run }: Pick<TileBatch, 'plan' | 'run'>,
  { tiles, grid: given, work }: Mosaic,
): Promise<string> {
  const [first] = tiles;
  const [templatePath, path] = [work('first.vrt'), work('mosaic.vrt')];
  const flags = voids.how === 'nodata' ? ['-a_nodata', voids.value] : [];
  await runGdal(translateCommand({ input: first!.path, output: templatePath, driver: 'VRT', flags }), run);
  const template = new VrtTemplate(await readFile(templatePath, 'utf8'));
  const grid = given ?? unionGrid(tiles);
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
