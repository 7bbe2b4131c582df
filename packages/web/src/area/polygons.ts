import type { ExtentGeometry, MultiPolygon } from '@outcrop/client';

/** Longitude and latitude in degrees. */
export type LonLat = readonly [number, number];
/** Closed: the first position again at the end. */
export type Ring = readonly LonLat[];
/** Polygons, each an outer ring and its holes. Longitudes run on beyond 180, so that what is one on earth is one here. */
export type Polygons = readonly (readonly Ring[])[];

/** West, south, east, north in degrees. East is beyond 180 where the box is across the antimeridian. */
export type Box = readonly [number, number, number, number];

/** Whether a box lies in another as a whole, both on one turn of the globe. */
export function boxHolds(outer: Box, inner: Box): boolean {
  return inner[0] >= outer[0] && inner[2] <= outer[2] && inner[1] >= outer[1] && inner[3] <= outer[3];
}

/** A box as polygons. East is brought to the east of west: 170 to -170 is 170 to 190. */
export function boxPolygons([west, south, east, north]: Box): Polygons {
  const right = east <= west ? east + 360 : east;
  return [
    [
      [
        [west, south],
        [right, south],
        [right, north],
        [west, north],
        [west, south],
      ],
    ],
  ];
}

/** The box around polygons; null where there is none. */
export function boundsOf(polygons: Polygons): Box | null {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of polygons.flat(2)) {
    [west, east] = [Math.min(west, x), Math.max(east, x)];
    [south, north] = [Math.min(south, y), Math.max(north, y)];
  }
  return west > east ? null : [west, south, east, north];
}

/** Corners of all rings, the closing ones left out. */
export function cornerCount(polygons: Polygons): number {
  return polygons.flat().reduce((sum, ring) => sum + Math.max(0, ring.length - 1), 0);
}

/** Whether polygons are one box with sides along longitude and latitude; then its box. */
export function asBox(polygons: Polygons): Box | null {
  const ring = polygons.length === 1 && polygons[0]?.length === 1 ? polygons[0][0] : undefined;
  const bounds = boundsOf(polygons);
  if (ring === undefined || ring.length !== 5 || bounds === null) return null;
  const isAtCorner = ([x, y]: LonLat): boolean =>
    (x === bounds[0] || x === bounds[2]) && (y === bounds[1] || y === bounds[3]);
  const isAlong = ring.every(
    (corner, at) => at === 0 || corner[0] === ring[at - 1]![0] || corner[1] === ring[at - 1]![1],
  );
  return ring.every(isAtCorner) && isAlong ? bounds : null;
}

/** The polygons of a GeoJSON geometry, without heights. */
export function polygonsOf(geometry: ExtentGeometry): Polygons {
  const all = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  return all.map((polygon) => polygon.map((ring) => ring.map(([x, y]) => [x!, y!] as const)));
}

/** Polygons as GeoJSON, with longitudes as they are. */
export function toGeometry(polygons: Polygons): ExtentGeometry {
  const [only] = polygons;
  if (polygons.length === 1 && only !== undefined) return { type: 'Polygon', coordinates: only };
  return { type: 'MultiPolygon', coordinates: polygons } satisfies MultiPolygon;
}

const earthRadiusKm = 6371.0088;

/** Square kilometres on a sphere: for information. */
export function areaKm2(polygons: Polygons): number {
  return polygons.reduce((sum, [outer, ...holes]) => {
    const inner = holes.reduce((all, hole) => all + ringAreaKm2(hole), 0);
    return sum + (outer === undefined ? 0 : ringAreaKm2(outer)) - inner;
  }, 0);
}

function ringAreaKm2(ring: Ring): number {
  const radians = Math.PI / 180;
  let sum = 0;
  for (let at = 1; at < ring.length; at++) {
    const [[x1, y1], [x2, y2]] = [ring[at - 1]!, ring[at]!];
    sum += (x2 - x1) * radians * (2 + Math.sin(y1 * radians) + Math.sin(y2 * radians));
  }
  return Math.abs((sum * earthRadiusKm * earthRadiusKm) / 2);
}
