import { fromLonLat, get as getProjection, toLonLat } from 'ol/proj';

import { type CrsDefinition, defineCrs } from '../api/extensions.ts';
import type { Box, LonLat, Ring } from '../area/polygons.ts';

/** Where Web Mercator ends. */
const mercatorLatitude = 85.05;
/** Edges are straight in degrees; longer ones are drawn as several. */
const longestEdge = 2;

/** The plane that the map is drawn in. */
export interface ViewPlane {
  readonly code: string;
  /** Null for the whole earth. */
  readonly areaOfUse: Box | null;
  /** Null where there is no such place in the plane. */
  toPlane(position: LonLat): [number, number] | null;
  toDegrees(coordinate: readonly number[]): LonLat | null;
}

/** Web Mercator, in which the globe goes round: longitudes run on. */
export const mercatorPlane: ViewPlane = {
  code: 'EPSG:3857',
  areaOfUse: null,
  toPlane([x, y]) {
    const latitude = Math.max(-mercatorLatitude, Math.min(mercatorLatitude, y));
    const turn = 360 * Math.round(x / 360);
    const [px = 0, py = 0] = fromLonLat([x - turn, latitude]);
    return [px + (turn / 360) * 40_075_016.685578488, py];
  },
  toDegrees([x = 0, y = 0]) {
    const latitude = toLonLat([0, y])[1] ?? 0;
    return [(x / 40_075_016.685578488) * 360, latitude];
  },
};

/** The plane of any CRS that the site knows. Fetches what is needed for it, once. */
export async function openPlane(code: string): Promise<ViewPlane> {
  if (code === mercatorPlane.code) return mercatorPlane;
  const [definition, { default: proj4 }, { register }] = await Promise.all([
    defineCrs(code),
    import('proj4'),
    import('ol/proj/proj4'),
  ]);
  proj4.defs(code, definition.proj4);
  register(proj4);
  const projection = getProjection(code);
  if (projection === null) throw new Error(`${code} cannot be drawn`);
  const converter = proj4('EPSG:4326', code);
  const box = boxOf(definition);
  const run = (transform: () => number[]): [number, number] | null => {
    try {
      const [x = NaN, y = NaN] = transform();
      return Number.isFinite(x) && Number.isFinite(y) ? [x, y] : null;
    } catch {
      return null;
    }
  };
  const near = (longitude: number): number =>
    box === null ? longitude : longitude - 360 * Math.round((longitude - (box[0] + box[2]) / 2) / 360);
  return {
    code,
    areaOfUse: box,
    toPlane: ([x, y]) => run(() => converter.forward([near(x), y])),
    toDegrees: ([x = 0, y = 0]) => {
      const found = run(() => converter.inverse([x, y]));
      return found === null ? null : [near(found[0]), found[1]];
    },
  };
}

/** The area of use with a margin; east is beyond 180 where it lies across it. */
function boxOf({ areaOfUse }: CrsDefinition): Box | null {
  if (areaOfUse === null) return null;
  const [west, south, left, north] = areaOfUse;
  const east = left < west ? left + 360 : left;
  const margin = Math.max(east - west, north - south) * 0.1;
  return [west - margin, Math.max(-90, south - margin), east + margin, Math.min(90, north + margin)];
}

/** A ring or line in a plane, its edges followed as they run in degrees. What has no place is left out. */
export function toPlane(plane: ViewPlane, line: Ring): [number, number][] {
  const drawn: [number, number][] = [];
  const add = (position: LonLat): void => {
    const place = plane.toPlane(position);
    if (place !== null) drawn.push(place);
  };
  for (const [at, to] of line.entries()) {
    const from = line[at - 1];
    const length = from === undefined ? 0 : Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]));
    const pieces = Math.min(180, Math.ceil(length / longestEdge));
    for (let piece = 1; piece < pieces; piece++) {
      const share = piece / pieces;
      add([from![0] + (to[0] - from![0]) * share, from![1] + (to[1] - from![1]) * share]);
    }
    add(to);
  }
  return drawn;
}
