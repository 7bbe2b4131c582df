import type { PixelGrid } from './pixel-grid.ts';
import type { VrtSource } from './vrt.ts';

/** How rectangles of pixels lie on a grid. */
export interface MosaicLayout {
  /** Whether they leave nothing of it out. */
  readonly isGapless: boolean;
  /** Whether any two of them have pixels in common. */
  readonly hasOverlaps: boolean;
}

/** Counts the rectangles on each cell of the grid that their edges make. */
export function mosaicLayout(
  sources: readonly Pick<VrtSource, 'from' | 'to'>[],
  { width, height }: Pick<PixelGrid, 'width' | 'height'>,
): MosaicLayout {
  const boxes = sources.map(({ from, to }) => [to.x, to.y, to.x + from.width, to.y + from.height] as const);
  const columns = cuts(
    width,
    boxes.flatMap(([left, , right]) => [left, right]),
  );
  const rows = cuts(
    height,
    boxes.flatMap(([, top, , bottom]) => [top, bottom]),
  );
  const counts = new Uint8Array((columns.length - 1) * (rows.length - 1));
  for (const [left, top, right, bottom] of boxes) {
    for (let row = rows.findIndex((y) => y >= top); row >= 0 && rows[row + 1]! <= bottom; row++) {
      const start = columns.findIndex((x) => x >= left);
      for (let column = start; column >= 0 && columns[column + 1]! <= right; column++) {
        const cell = row * (columns.length - 1) + column;
        counts[cell] = Math.min(counts[cell]! + 1, 2);
      }
    }
  }
  return { isGapless: !counts.includes(0), hasOverlaps: counts.includes(2) };
}

/** Edges inside a side, and its ends, in order. */
function cuts(size: number, edges: readonly number[]): number[] {
  const inside = edges.map((edge) => Math.min(Math.max(edge, 0), size));
  return [...new Set([0, size, ...inside])].toSorted((a, b) => a - b);
}
