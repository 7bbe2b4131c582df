import { readFile, writeFile } from 'node:fs/promises';

import { runGdal } from '../gdal/run-gdal.ts';
import { unionGrid } from './output-grid.ts';
import { type PixelGrid, toPixel, wholeWindow } from './pixel-grid.ts';
import { translateCommand } from './raster-commands.ts';
import { mosaicLayout } from './mosaic-layout.ts';
import { gridOf, hasAlpha, type RasterTile } from './raster-tile.ts';
import type { TileBatch } from './tile-stage.ts';
import { hasOtherVoids, hasVoids } from './voids.ts';
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

/** A mosaic as a dataset. */
export interface JoinedTiles {
  readonly path: string;
  /** Whether any of its pixels may be none: between its tiles, or within one. */
  readonly hasVoids: boolean;
}

/** Joins tiles to one VRT, on the grid of the first. Pixels between the tiles are none. */
export async function mosaicVrt(
  { plan: { voids }, run }: Pick<TileBatch, 'plan' | 'run'>,
  { tiles, grid: given, work }: Mosaic,
): Promise<JoinedTiles> {
  const [first] = tiles;
  const [templatePath, path] = [work('first.vrt'), work('mosaic.vrt')];
  const flags = voids.how === 'nodata' ? ['-a_nodata', voids.value] : [];
  await runGdal(translateCommand({ input: first!.path, output: templatePath, driver: 'VRT', flags }), run);
  const template = new VrtTemplate(await readFile(templatePath, 'utf8'));
  const grid = given ?? unionGrid(tiles);
  const source = (tile: RasterTile, band: VrtSource['band'], isMasked: boolean): VrtSource => {
    const [column, row] = toPixel(grid, tile.transform![0], tile.transform![3]);
    const to = { x: Math.round(column), y: Math.round(row) };
    return { path: tile.path, band, from: wholeWindow(gridOf(tile)), to, isMasked };
  };
  const { isGapless, hasOverlaps } = mosaicLayout(
    tiles.map((tile) => source(tile, 1, false)),
    grid,
  );
  const nodata = voids.how === 'nodata' ? voids.value : (first!.bands[0]?.nodata ?? null);
  // Of tiles on top of each other the voids of one must not hide what another has; and a void that the mosaic's own
  // value does not tell must not come as a value.
  const isMasked = (tile: RasterTile): boolean =>
    (hasOverlaps && hasVoids(tile)) || hasOtherVoids(tile, nodata);
  // Where no value says so, the tiles' own outlines and masks do. A mask that hides nothing makes the warper three
  // times slower.
  const isByMask = (voids.how === 'alpha' || voids.how === 'mask') && !hasAlpha(first!);
  const needsMask = isByMask && (!isGapless || tiles.some((tile) => hasOtherVoids(tile, nodata)));
  const mask = needsMask ? { mask: tiles.map((tile) => source(tile, 'mask,1', hasOverlaps)) } : {};
  await writeFile(
    path,
    template.write((band) => tiles.map((tile) => source(tile, band, isMasked(tile))), { grid, ...mask }),
  );
  return { path, hasVoids: !isGapless || tiles.some(hasVoids) };
}
