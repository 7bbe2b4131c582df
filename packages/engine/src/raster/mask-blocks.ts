import type { Geos } from '../crop/geos.ts';
import { polygonsToWkb, type Polygons } from '../crop/polygon-wkb.ts';
import type { PixelWindow } from './pixel-grid.ts';
import { areaOf, clip } from './region-in-pixels.ts';

/** Blocks of pixels that a region takes whole, and those that its outline crosses. */
export interface MaskBlocks {
  readonly inside: readonly PixelWindow[];
  readonly edge: readonly PixelWindow[];
}

/** Blocks on the outline are halved until they have so many pixels on a side. */
const edgeSide = 256;
const tolerance = 1e-6;

/**
 * Divides a window by a region in columns and rows, so that only blocks on the outline are masked pixel by pixel. What
 * is in neither list is outside.
 */
export function maskBlocks(geos: Geos, polygons: Polygons, window: PixelWindow): MaskBlocks {
  const inside: PixelWindow[] = [];
  const edge: PixelWindow[] = [];
  const visit = (block: PixelWindow, region: Polygons): void => {
    const { x, y, width, height } = block;
    const within = clip(geos, polygonsToWkb(region), [x, y, x + width, y + height]);
    const area = areaOf(within);
    if (within.length === 0) return;
    if (area >= width * height - tolerance) inside.push(block);
    else if (Math.max(width, height) <= edgeSide) edge.push(block);
    else for (const part of quarters(block)) visit(part, within);
  };
  visit(window, polygons);
  return { inside, edge };
}

/** Four parts, or two of a narrow block, cut at whole pixels. */
function quarters({ x, y, width, height }: PixelWindow): PixelWindow[] {
  const columns = parts(x, width);
  const rows = parts(y, height);
  return rows.flatMap(([top, tall]) =>
    columns.map(([left, wide]) => ({ x: left, y: top, width: wide, height: tall })),
  );
}

function parts(start: number, length: number): [number, number][] {
  if (length <= edgeSide) return [[start, length]];
  // At multiples of the block's side, as those of the file are, so that few are read twice.
  const half = Math.ceil(length / 2 / edgeSide) * edgeSide;
  return [
    [start, half],
    [start + half, length - half],
  ];
}
