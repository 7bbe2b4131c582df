import type { Coordinates } from '@outcrop/testkit';

type Ring = readonly Coordinates[];

/**
 * Cuts polygons of a map of the world in two where they lie across 180 degrees, as RFC 7946 (3.1.9) wants them. In the
 * TopoJSON their rings jump from one side of the map to the other, which in the plane is a band around the earth.
 * What is cut may touch itself along the meridian; it is repaired afterwards.
 */
export function cutAtAntimeridian(polygon: readonly Ring[]): (readonly Ring[])[] {
  const rings = polygon.map(unwrap);
  const longitudes = rings.flat().map(([longitude]) => longitude!);
  // Antarctica goes round the pole: its ring does not come back to where it began.
  const isPolar = rings.some((ring) => Math.abs(ring[0]![0]! - ring.at(-1)![0]!) > 180);
  if (isPolar || (Math.max(...longitudes) <= 180 && Math.min(...longitudes) >= -180)) return [polygon];
  return [-360, 0, 360].flatMap((turn) => {
    const turned = rings.map((ring) => ring.map(([x, y]) => [x! + turn, y!]));
    const inside = turned.map((ring) => clip(clip(ring, -180, 1), 180, -1)).filter((ring) => ring.length > 3);
    return inside.length === 0 ? [] : [inside];
  });
}

function unwrap(ring: Ring): Coordinates[] {
  let previous = ring[0]?.[0] ?? 0;
  return ring.map(([x, y]) => {
    previous = x! - 360 * Math.round((x! - previous) / 360);
    return [previous, y!];
  });
}

/** The part of a ring on one side of a meridian (Sutherland and Hodgman, 1974). */
function clip(ring: Ring, meridian: number, side: 1 | -1): Coordinates[] {
  const isIn = ([x]: Coordinates): boolean => (x! - meridian) * side >= 0;
  const corners = ring.slice(0, -1);
  const kept = corners.flatMap((to, at): Coordinates[] => {
    const from = corners.at(at - 1)!;
    const share = (meridian - from[0]!) / (to[0]! - from[0]!);
    const crossing = [meridian, from[1]! + (to[1]! - from[1]!) * share];
    return [...(isIn(from) === isIn(to) ? [] : [crossing]), ...(isIn(to) ? [to] : [])];
  });
  return kept.length === 0 ? [] : [...kept, kept[0]!];
}
