import { dissolveSeam } from './dissolve-seam.ts';
import { contains } from './ring-geometry.ts';
import { boundsOf, type LonLat, type Polygons, type Ring } from './polygons.ts';

/** Longitudes so that each is within 180 degrees of the one before: -179 after 179 becomes 181. */
export function unwrapRing(ring: Ring): Ring {
  let previous = ring[0]?.[0] ?? 0;
  return ring.map(([x, y]) => {
    const near = x - 360 * Math.round((x - previous) / 360);
    previous = near;
    return [near, y] as const;
  });
}

/**
 * Polygons that were cut at the antimeridian, as GeoJSON wants it, made one piece again: parts that end at -180 go to
 * the east of those that end at 180. Polygons that are on one side stay as they are.
 */
export function joinAcross(polygons: Polygons): Polygons {
  const bounds = polygons.map((polygon) => boundsOf([polygon]) ?? ([0, 0, 0, 0] as const));
  const hasEast = bounds.some(([, , east]) => Math.abs(east - 180) < 1e-6);
  const hasWest = bounds.some(([west]) => Math.abs(west + 180) < 1e-6);
  const whole = bounds.some(([west, , east]) => east - west > 359);
  if (!hasEast || !hasWest || whole) return polygons;
  const side = polygons.map((polygon, at) =>
    bounds[at]![2] <= 0 ? polygon.map((ring) => ring.map(([x, y]) => [x + 360, y] as const)) : polygon,
  );
  return dissolveSeam(side);
}

/** Brings polygons to the turn of the globe where they are met first: west of all between -180 and 180. */
function normaliseTurn(polygons: Polygons): Polygons {
  const bounds = boundsOf(polygons);
  if (bounds === null) return polygons;
  const turn = Math.floor((bounds[0] + 180) / 360);
  return turn === 0 ? polygons : shift(polygons, -360 * turn);
}

/**
 * Polygons as RFC 7946 wants them on the wire (section 3.1.9): cut at the antimeridian, all longitudes from -180 to
 * 180. Those that do not cross it stay as they are.
 */
export function cutAtAntimeridian(polygons: Polygons): Polygons {
  return normaliseTurn(polygons).flatMap((polygon) => {
    const bounds = boundsOf([polygon]);
    if (bounds === null) return [];
    if (bounds[2] <= 180) return [polygon];
    if (bounds[0] >= 180) return shift([polygon], -360);
    return [...half(polygon, 'west'), ...shift(half(polygon, 'east'), -360)];
  });
}

function shift(polygons: Polygons, degrees: number): Polygons {
  return polygons.map((polygon) => polygon.map((ring) => ring.map(([x, y]) => [x + degrees, y] as const)));
}

/** The part of a polygon on one side of longitude 180. */
function half([outer, ...holes]: readonly Ring[], side: 'west' | 'east'): Polygons {
  const shells = outer === undefined ? [] : cutRing(outer, side);
  const inner = holes.flatMap((hole) => cutRing(hole, side));
  return shells.map((shell) => [shell, ...inner.filter((hole) => contains(shell, hole))]);
}

/** The pieces of a ring on one side of longitude 180, each closed along it. */
function cutRing(ring: Ring, side: 'west' | 'east'): Ring[] {
  const isIn = ([x]: LonLat): boolean => (side === 'west' ? x < 180 : x > 180);
  const chains = chainsOf(ring, isIn);
  if (chains === null) return isIn(ring.find(([x]) => x !== 180) ?? [180, 0]) ? [ring] : [];
  // Along the meridian inside and outside take turns: each end is joined to its neighbour.
  const ends = chains
    .flatMap((chain, at) => [
      { chain: at, isStart: true, latitude: chain[0]![1] },
      { chain: at, isStart: false, latitude: chain.at(-1)![1] },
    ])
    .sort((a, b) => a.latitude - b.latitude);
  const partner = new Map<string, string>();
  const key = (end: { chain: number; isStart: boolean }): string => `${end.chain} ${end.isStart}`;
  for (let at = 0; at + 1 < ends.length; at += 2) {
    partner.set(key(ends[at]!), key(ends[at + 1]!));
    partner.set(key(ends[at + 1]!), key(ends[at]!));
  }
  return joinChains(chains, partner);
}

/** The runs of a ring on one side, each from the meridian to the meridian; null where the ring does not cross it. */
function chainsOf(ring: Ring, isIn: (position: LonLat) => boolean): LonLat[][] | null {
  const open = ring.slice(0, -1);
  const first = open.findIndex((position, at) => !isIn(open.at(at - 1)!) && isIn(position));
  if (first === -1) return null;
  const chains: LonLat[][] = [];
  for (let step = 0; step <= open.length; step++) {
    const from = open[(first + step - 1 + open.length) % open.length]!;
    const to = open[(first + step) % open.length]!;
    if (!isIn(from) && isIn(to) && step < open.length) chains.push([crossing(from, to), to]);
    else if (isIn(from) && isIn(to) && step > 0 && step < open.length) chains.at(-1)?.push(to);
    else if (isIn(from) && !isIn(to)) chains.at(-1)?.push(crossing(from, to));
  }
  return chains;
}

function crossing([x1, y1]: LonLat, [x2, y2]: LonLat): LonLat {
  return [180, x1 === x2 ? y1 : y1 + ((y2 - y1) * (180 - x1)) / (x2 - x1)];
}

function joinChains(chains: readonly LonLat[][], partner: ReadonlyMap<string, string>): Ring[] {
  const rings: Ring[] = [];
  const isUsed = new Set<number>();
  for (let start = 0; start < chains.length; start++) {
    if (isUsed.has(start)) continue;
    const ring: LonLat[] = [];
    let at: { chain: number; isStart: boolean } = { chain: start, isStart: true };
    while (!isUsed.has(at.chain)) {
      isUsed.add(at.chain);
      const chain = chains[at.chain]!;
      ring.push(...(at.isStart ? chain : chain.toReversed()));
      const [chainText, isStart] = (partner.get(`${at.chain} ${!at.isStart}`) ?? `${start} true`).split(' ');
      at = { chain: Number(chainText), isStart: isStart === 'true' };
    }
    ring.push(ring[0]!);
    rings.push(ring);
  }
  return rings;
}
