import { closeSync, existsSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { makeSquareTiff } from '../data/square-tiff.ts';

/** How large the rasters of a profile are, in pixels of 1 m. */
export interface RasterProfile {
  readonly name: string;
  /** On a side of the large raster. */
  readonly side: number;
  readonly tilesOnSide: number;
  /** On a side of a tile. */
  readonly tileSide: number;
}

/** The profiles of the benchmark. */
export const profiles = {
  full: { name: 'full', side: 20_000, tilesOnSide: 20, tileSide: 2000 },
  quick: { name: 'quick', side: 6000, tilesOnSide: 6, tileSide: 1000 },
} as const satisfies Record<string, RasterProfile>;

/** Upper left corner of everything, in EPSG:2193. */
export const corner = { x: 1_700_000, y: 5_500_000 } as const;

/** What a specialist gives a GeoTIFF, and what the engine gives it. */
export const tiffOptions = ['TILED=YES', 'COMPRESS=DEFLATE', 'ZLEVEL=1', 'PREDICTOR=2', 'BIGTIFF=IF_SAFER'];

/** The rasters of a profile. */
export interface RasterSite {
  readonly folder: string;
  readonly large: string;
  /** In rows from the top, each from the left. */
  readonly tiles: readonly RasterSquare[];
}

/** A tile, in pixels from the common corner. */
export interface RasterSquare {
  readonly path: string;
  readonly column: number;
  readonly row: number;
  readonly side: number;
}

/** Makes the rasters of a profile, once: aerial photographs as far as compression sees, 8-bit RGB. */
export function prepareRasters(root: string, profile: RasterProfile, needsTiles: boolean): RasterSite {
  const folder = join(root, `raster-${profile.name}`);
  const site = { folder, large: join(folder, 'large.tif'), tiles: squaresOf(folder, profile) };
  mkdirSync(join(folder, 'tiles'), { recursive: true });
  if (!existsSync(site.large)) {
    makePhoto(site.large, { column: 0, row: 0, side: profile.side });
  }
  for (const { path, ...place } of needsTiles ? site.tiles : []) {
    if (!existsSync(path)) makePhoto(path, place);
  }
  writeFileSync(
    join(folder, 'outcrop.yaml'),
    'title: Rasters\nlayers:\n  - { id: 1, title: Large, file: large.tif, kind: raster }\n  - { id: 2, title: Tiles, file: tiles, kind: raster }\n',
  );
  return site;
}

function squaresOf(folder: string, { tilesOnSide, tileSide: side }: RasterProfile): RasterSquare[] {
  return Array.from({ length: tilesOnSide ** 2 }, (_, index) => {
    const [column, row] = [index % tilesOnSide, Math.floor(index / tilesOnSide)];
    const name = `T${String(row).padStart(2, '0')}${String(column).padStart(2, '0')}.tif`;
    return { path: join(folder, 'tiles', name), column: column * side, row: row * side, side };
  });
}

function makePhoto(path: string, { column, row, side }: { column: number; row: number; side: number }): void {
  const options = [...tiffOptions, 'PHOTOMETRIC=RGB', 'NUM_THREADS=ALL_CPUS'];
  const [left, top] = [corner.x + column, corner.y - row];
  makeSquareTiff({ path, side, left, top, options }, (raw) => writePixels(raw, { column, row, side }));
}

/** Hills, furrows and noise from a seeded generator, in three bands. */
function writePixels(
  path: string,
  { column, row, side }: { column: number; row: number; side: number },
): void {
  const file = openSync(path, 'w');
  const line = Buffer.alloc(side * 3);
  let state = 2_463_534_242 ^ (column * 31 + row);
  for (let y = row; y < row + side; y++) {
    for (let x = 0; x < side; x++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      const base =
        110 +
        60 * Math.sin((x + column) / 180) * Math.cos(y / 230) +
        25 * Math.sin((x + column + 2 * y) / 17);
      line[x * 3] = base + (state & 7);
      line[x * 3 + 1] = base * 0.8 + 30 + (state & 7);
      line[x * 3 + 2] = base * 0.6 + ((state >>> 8) & 7);
    }
    writeSync(file, line);
  }
  closeSync(file);
}
