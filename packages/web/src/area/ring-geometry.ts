import type { Ring } from './polygons.ts';

/** Twice the area in square degrees: positive against the clock. */
export function signedArea(ring: Ring): number {
  let sum = 0;
  for (let at = 1; at < ring.length; at++) {
    sum += ring[at - 1]![0] * ring[at]![1] - ring[at]![0] * ring[at - 1]![1];
  }
  return sum;
}

/** Whether a ring lies in another, by its first corner that is not on longitude 180. */
export function contains(shell: Ring, hole: Ring): boolean {
  const [x, y] = hole.find(([longitude]) => longitude !== 180) ?? hole[0]!;
  let isInside = false;
  for (let at = 1; at < shell.length; at++) {
    const [[x1, y1], [x2, y2]] = [shell[at - 1]!, shell[at]!];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) isInside = !isInside;
  }
  return isInside;
}
