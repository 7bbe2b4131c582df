import type { Box, LonLat, Ring } from '../area/polygons.ts';

/** A ring cut to a box (Sutherland and Hodgman, 1974): good enough to fill; edges may run along the box. */
export function clipRing(ring: Ring, [west, south, east, north]: Box): Ring {
  let clipped = ring.slice(0, -1);
  const sides = [
    { axis: 0, limit: west, sign: 1 },
    { axis: 0, limit: east, sign: -1 },
    { axis: 1, limit: south, sign: 1 },
    { axis: 1, limit: north, sign: -1 },
  ] as const;
  for (const { axis, limit, sign } of sides) {
    const isIn = (position: LonLat): boolean => (position[axis] - limit) * sign >= 0;
    const next: LonLat[] = [];
    for (const [at, to] of clipped.entries()) {
      const from = clipped.at(at - 1)!;
      if (isIn(from) !== isIn(to)) {
        const share = (limit - from[axis]) / (to[axis] - from[axis]);
        next.push([from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]);
      }
      if (isIn(to)) next.push(to);
    }
    clipped = next;
    if (clipped.length === 0) return [];
  }
  return [...clipped, clipped[0]!];
}
