import type { LonLat, Polygons } from '../area/polygons.ts';
import { asBox, boxPolygons } from '../area/polygons.ts';

/** The area with one corner moved. A box stays one where it is to. */
export function moveCorner(
  polygons: Polygons,
  corner: number,
  { place, keepsBox }: { readonly place: LonLat; readonly keepsBox: boolean },
): Polygons {
  const ring = polygons[0]?.[0];
  if (ring === undefined) return polygons;
  const corners = ring.slice(0, -1);
  const [was, opposite] = [corners[corner], corners[(corner + 2) % 4]];
  if (was === undefined) return polygons;
  // The map may show another turn of the globe than the one that the area is on.
  const longitude = place[0] - 360 * Math.round((place[0] - was[0]) / 360);
  const moved: LonLat = [
    Number(longitude.toFixed(6)),
    Number(Math.max(-90, Math.min(90, place[1])).toFixed(6)),
  ];
  if (keepsBox && asBox(polygons) !== null && opposite !== undefined) {
    const [west, east] = [Math.min(moved[0], opposite[0]), Math.max(moved[0], opposite[0])];
    const [south, north] = [Math.min(moved[1], opposite[1]), Math.max(moved[1], opposite[1])];
    return west === east || south === north ? polygons : boxPolygons([west, south, east, north]);
  }
  const next = corners.map((one, at) => (at === corner ? moved : one));
  return [[[...next, next[0]!], ...(polygons[0]?.slice(1) ?? [])], ...polygons.slice(1)];
}
