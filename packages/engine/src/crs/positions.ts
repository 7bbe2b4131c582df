/** Positions in a row: `stride` values each, x and y first. */
export interface Positions {
  readonly coordinates: Float64Array;
  readonly stride: number;
  readonly count: number;
}
