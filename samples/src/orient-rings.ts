import type { Coordinates } from '@outcrop/testkit';

type Ring = readonly Coordinates[];

/** Turns rings the way OGC files have them: the outer one counter-clockwise, holes clockwise. */
export function orientRings(polygon: readonly Ring[]): Ring[] {
  return polygon.map((ring, index) => {
    const isCounterClockwise = signedArea(ring) > 0;
    return isCounterClockwise === (index === 0) ? ring : ring.toReversed();
  });
}

function signedArea(ring: Ring): number {
  let doubled = 0;
  for (let index = 1; index < ring.length; index++) {
    const [x0 = 0, y0 = 0] = ring[index - 1] ?? [];
    const [x1 = 0, y1 = 0] = ring[index] ?? [];
    doubled += x0 * y1 - x1 * y0;
  }
  return doubled / 2;
}
