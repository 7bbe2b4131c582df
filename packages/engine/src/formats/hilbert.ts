/**
 * Position on a Hilbert curve of 2^bits by 2^bits cells, by turning the square until every step goes the same way
 * (J. Skilling, "Programming the Hilbert curve", 2004, for two dimensions). x and y are integers below 2^bits.
 */
export function hilbertIndex(x: number, y: number, bits: number): number {
  let index = 0;
  let [column, row] = [x, y];
  for (let side = 2 ** (bits - 1); side >= 1; side /= 2) {
    const right = (column & side) !== 0 ? 1 : 0;
    const upper = (row & side) !== 0 ? 1 : 0;
    index = index * 4 + ((3 * right) ^ upper);
    if (upper === 1) continue;
    if (right === 1) {
      column = side - 1 - (column & (side - 1));
      row = side - 1 - (row & (side - 1));
    }
    const kept = column;
    column = row;
    row = kept;
  }
  return index;
}
