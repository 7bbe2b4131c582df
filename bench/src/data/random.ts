/** Numbers from 0 to 1 that are the same in every run: Mulberry32, seeded. */
export type Random = () => number;

/** A generator of its own for a seed. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    return mix(state);
  };
}

/** One number of a place, always the same: neighbours that share a corner or an edge get the same one. */
export function hashPlace(column: number, row: number, salt: number): number {
  return mix(
    (Math.imul(column, 0x9e3779b1) ^ Math.imul(row, 0x85ebca6b) ^ Math.imul(salt, 0xc2b2ae35)) >>> 0,
  );
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 15), value | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
