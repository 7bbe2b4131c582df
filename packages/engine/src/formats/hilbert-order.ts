import type { Envelope } from '../features/geometry-array.ts';
import { hilbertIndex } from './hilbert.ts';

/** Boxes to be put in order. */
export interface PlacedBoxes {
  readonly count: number;
  readonly envelope: Envelope;
  /** The middle of box k; NaN where it has no place. */
  readonly centreX: (k: number) => number;
  readonly centreY: (k: number) => number;
}

/** Boxes along a Hilbert curve through their envelope, as positions; those without a place come first. */
export function hilbertOrder({ count, envelope, centreX, centreY }: PlacedBoxes): Uint32Array {
  // Curve index and position in one number of 53 bits: that sorts much faster than positions by a comparison.
  const positionBits = Math.max(1, Math.ceil(Math.log2(count)));
  const bits = Math.min(16, Math.floor((53 - positionBits) / 2));
  const positions = 2 ** positionBits;
  const [minX, minY, maxX, maxY] = envelope;
  const scaleX = (2 ** bits - 1) / (maxX - minX || 1);
  const scaleY = (2 ** bits - 1) / (maxY - minY || 1);
  const cell = (value: number): number => Math.min(Math.max(Math.floor(value), 0), 2 ** bits - 1);
  const keys = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const x = (centreX(k) - minX) * scaleX;
    const y = (centreY(k) - minY) * scaleY;
    keys[k] = (Number.isNaN(x) ? 0 : hilbertIndex(cell(x), cell(y), bits) * positions) + k;
  }
  keys.sort();
  // In the memory of the keys, which are always read before their place is written.
  const order = new Uint32Array(keys.buffer, 0, count);
  for (let k = 0; k < count; k++) order[k] = keys[k]! % positions;
  return order;
}
