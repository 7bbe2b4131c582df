import type { Envelope } from '../features/geometry-array.ts';

/** A grid of x y positions over an envelope, its edges included. */
export function gridOver([minX, minY, maxX, maxY]: Envelope, size: number): Float64Array {
  const grid = new Float64Array(size * size * 2);
  let k = 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      grid[k++] = minX + ((maxX - minX) * column) / (size - 1);
      grid[k++] = minY + ((maxY - minY) * row) / (size - 1);
    }
  }
  return grid;
}
