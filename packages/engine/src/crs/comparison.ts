import type { Envelope } from '../features/geometry-array.ts';
import { RecentResults } from '../recent-results.ts';
import type { Crs } from './crs.ts';
import { gdalTransform } from './gdal-transform.ts';
import { gridOver } from './grid.ts';
import type { Kernel } from './kernel.ts';

/** How far a kernel is from PROJ on a grid of points over an area. */
export interface Comparison {
  /** In units of the target; infinite where only one of the two has a result, or neither has any. */
  readonly largest: number;
  /** Those for which PROJ has a result. */
  readonly points: number;
}

/** What is compared: a kernel from one CRS to another. */
export interface ComparedPair {
  readonly from: Crs;
  readonly to: Crs;
  readonly kernel: Kernel;
}

/** Comparisons that are remembered. */
const mostRemembered = 1000;

/**
 * Comparisons with PROJ, each of which starts a program: remembered by pair and area, so that one process makes each once. What
 * is remembered is what would be found again, so nothing depends on it but the time that it takes.
 */
export class Comparisons {
  readonly #made = new RecentResults<Comparison>(mostRemembered);

  /** @param size points on a side of the grid. */
  of(pair: ComparedPair, area: Envelope, size: number): Promise<Comparison> {
    const key = `${pair.from.code} ${pair.to.code} ${size} ${area.join(' ')}`;
    return this.#made.recall(key, () => compare(pair, area, size));
  }
}

async function compare(
  { from, to, kernel }: ComparedPair,
  area: Envelope,
  size: number,
): Promise<Comparison> {
  const grid = gridOver(area, size);
  const ours = grid.slice();
  kernel(ours, 2, grid.length / 2);
  await gdalTransform(from, to, { coordinates: grid, stride: 2, count: grid.length / 2 });
  let largest = 0;
  let points = 0;
  for (let k = 0; k < grid.length; k++) {
    const [mine, reference] = [ours[k]!, grid[k]!];
    // Where PROJ has no result ours may have none either, or one that cannot be trusted.
    if (Number.isNaN(reference)) {
      if (!Number.isNaN(mine)) largest = Infinity;
      continue;
    }
    points += 0.5;
    const difference = Math.abs(mine - reference);
    const isSameMeridian = to.kind === 'geographic' && Math.abs(difference - 360) < 1e-6;
    if (!isSameMeridian) largest = Math.max(largest, Number.isNaN(difference) ? Infinity : difference);
  }
  return { largest: points === 0 ? Infinity : largest, points };
}
