import { writeFile } from 'node:fs/promises';

import { Geos } from '../crop/geos.ts';
import { toMultiPolygon } from '../crop/polygon-wkb.ts';
import { runGdal } from '../gdal/run-gdal.ts';
import { maskBlocks } from './mask-blocks.ts';
import type { PixelWindow } from './pixel-grid.ts';
import { maskCommand } from './raster-commands.ts';
import { type BatchTile, shares, type TileBatch } from './tile-stage.ts';

/** A region on the pixels of an output. */
export interface DrawnMask {
  readonly maskPath: string;
  /** A VRT of the base under the mask. */
  readonly edgePath: string;
  readonly inside: readonly PixelWindow[];
  readonly edge: readonly PixelWindow[];
}

/**
 * Draws the region of a tile as a mask of the output's size.
 *
 * @param edgeVrt makes the VRT of the base under the mask
 */
export async function drawMask(
  { plan, tiles, run, onProgress }: TileBatch,
  tile: BatchTile,
  edgeVrt: (maskPath: string) => string,
): Promise<DrawnMask> {
  const { paths, piece } = tile;
  const { window, mask: polygons } = piece.cut;
  if (polygons === null) throw new Error('a tile without a region has no mask');
  const [drawing, maskPath, edgePath] = [
    paths.work('region.geojson'),
    paths.work('mask.tif'),
    paths.work('edge.vrt'),
  ];
  const upwards = polygons.map((polygon) => polygon.map((ring) => ring.map(([x, y]) => [x!, -y!])));
  await writeFile(
    drawing,
    JSON.stringify({ type: 'Feature', properties: {}, geometry: toMultiPolygon(upwards) }),
  );
  const start = plan.resampling === null ? 0 : shares.warp;
  const tell = (share: number): void => onProgress(0, start + share * shares.mask);
  await runGdal(maskCommand(drawing, maskPath, window), {
    ...run,
    ...(tiles.length === 1 && { onProgress: tell }),
  });
  await writeFile(edgePath, edgeVrt(maskPath));
  const blocks = maskBlocks(await Geos.load(), polygons, window);
  const move = (block: PixelWindow): PixelWindow => ({
    ...block,
    x: block.x - window.x,
    y: block.y - window.y,
  });
  return { maskPath, edgePath, inside: blocks.inside.map(move), edge: blocks.edge.map(move) };
}
