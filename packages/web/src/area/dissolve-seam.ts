import type { LonLat, Polygons, Ring } from './polygons.ts';
import { contains, signedArea } from './ring-geometry.ts';

const seam = 180;

/**
 * Polygons that meet along longitude 180 made one: what GeoJSON wants cut is one area again. Polygons whose edges there
 * do not fit each other stay as they are.
 */
export function dissolveSeam(polygons: Polygons): Polygons {
  const rings = polygons.flatMap(([outer, ...holes]) => [
    ...(outer === undefined ? [] : [oriented(outer, 1)]),
    ...holes.map((hole) => oriented(hole, -1)),
  ]);
  const whole = rings.filter((ring) => !hasSeamEdge(ring));
  const chains = rings.filter(hasSeamEdge).flatMap(chainsOf);
  const joined = joinChains(chains);
  if (joined === null) return polygons;
  const all = [...whole, ...joined.map(withoutSeamCorners)];
  const shells = all.filter((ring) => signedArea(ring) > 0);
  const holes = all.filter((ring) => signedArea(ring) < 0);
  return shells.map((shell) => [shell, ...holes.filter((hole) => contains(shell, hole))]);
}

/** Outer rings run against the clock, holes with it; then chains of both sides run on into each other. */
function oriented(ring: Ring, sign: 1 | -1): Ring {
  return signedArea(ring) * sign >= 0 ? ring : ring.toReversed();
}

function isOnSeam([x]: LonLat): boolean {
  return Math.abs(x - seam) < 1e-9;
}

function hasSeamEdge(ring: Ring): boolean {
  return ring.some((position, at) => at > 0 && isOnSeam(position) && isOnSeam(ring[at - 1]!));
}

/** A ring without its edges along the seam. */
function chainsOf(ring: Ring): LonLat[][] {
  const open = ring.slice(0, -1);
  const start = open.findIndex((position, at) => isOnSeam(position) && isOnSeam(open.at(at - 1)!));
  const turned = [...open.slice(start), ...open.slice(0, start)];
  const chains: LonLat[][] = [[]];
  for (const [at, position] of turned.entries()) {
    if (at > 0 && isOnSeam(position) && isOnSeam(turned[at - 1]!)) chains.push([]);
    chains.at(-1)!.push(position);
  }
  return chains.filter((chain) => chain.length > 1);
}

/** Chains joined where one ends and another begins; null where one has no other. */
function joinChains(chains: readonly LonLat[][]): Ring[] | null {
  const key = ([, y]: LonLat): string => y.toFixed(9);
  const starts = new Map(chains.map((chain) => [key(chain[0]!), chain]));
  const left = new Set(chains);
  const rings: Ring[] = [];
  for (const first of chains) {
    if (!left.has(first)) continue;
    const ring: LonLat[] = [];
    for (let chain = first; left.has(chain);) {
      left.delete(chain);
      ring.push(...chain.slice(0, -1));
      const next = starts.get(key(chain.at(-1)!));
      if (next === undefined) return null;
      chain = next;
    }
    rings.push([...ring, ring[0]!]);
  }
  return rings;
}

/** Cutting put corners on the seam; those on a straight edge go again. */
function withoutSeamCorners(ring: Ring): Ring {
  const open = ring.slice(0, -1);
  const kept = open.filter((position, at) => {
    if (!isOnSeam(position)) return true;
    const [before, after] = [open.at(at - 1)!, open[(at + 1) % open.length]!];
    const cross =
      (after[0] - before[0]) * (position[1] - before[1]) - (after[1] - before[1]) * (position[0] - before[0]);
    return Math.abs(cross) > 1e-6 * Math.hypot(after[0] - before[0], after[1] - before[1]);
  });
  return [...kept, kept[0]!];
}
