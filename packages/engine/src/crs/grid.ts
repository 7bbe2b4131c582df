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

/** The envelope of those positions, x y, that are anywhere: where a CRS has no place for one it is not finite. Null where none is. */
export function envelopeOfPlaced(positions: Float64Array): Envelope | null {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let k = 0; k < positions.length; k += 2) {
    const [x, y] = [positions[k]!, positions[k + 1]!];
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    [minX, minY, maxX, maxY] = [Math.min(minX, x), Math.min(minY, y), Math.max(maxX, x), Math.max(maxY, y)];
  }
  return minX > maxX ? null : [minX, minY, maxX, maxY];
}
