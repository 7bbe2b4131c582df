import type { CoordinateOperation } from '../crs/coordinate-operation.ts';
import type { Crs } from '../crs/crs.ts';
import type { Envelope } from '../features/geometry-array.ts';
import type { Region } from '../plan/request.ts';
import { densify, densifyTolerance } from './densify.ts';
import {
  flatEnvelope,
  flatFromWkb,
  type FlatPolygons,
  flattenPolygons,
  flatToWkb,
  joinPolygons,
  onePolygon,
  polygonCount,
} from './flat-polygons.ts';
import type { Geos, GeometryPointer } from './geos.ts';
import { type RegionShape, shapeOf } from './region-shape.ts';

/** A region in the CRS of a layer, valid. */
export interface ProjectedRegion {
  readonly shape: RegionShape;
  /** How the extent was repaired, in words with the place; null where it was valid. */
  readonly repaired: string | null;
  /** How close its edges follow the straight lines of EPSG:4326, in words. */
  readonly tolerance: string;
}

/** Why a region cannot be used, in words. */
export interface UnusableRegion {
  readonly problem: string;
}

/** The layer a region is for. */
export interface RegionTarget {
  readonly crs: Crs;
  /** Longitudes and latitudes of the layer's data, in the layer's own turn of the globe. */
  readonly lonLat: Envelope;
  /** From EPSG:4326 to the layer's CRS, over that area. */
  readonly operation: CoordinateOperation;
}

/**
 * Brings a region to the CRS of a layer: repairs it, puts it on the same turn of the globe as the layer's data (a
 * region at longitude 184 meets data at -176), cuts off what lies far from the data, densifies its edges so that they
 * stay where the straight lines of EPSG:4326 are, and projects it. Null where nothing of it is near the data.
 */
export async function projectRegion(
  geos: Geos,
  region: Region,
  target: RegionTarget,
): Promise<ProjectedRegion | UnusableRegion | null> {
  const { polygons, repaired } = repair(geos, flattenPolygons(region.geometry.coordinates));
  if (polygonCount(polygons) === 0)
    return { problem: `The extent encloses no area, even repaired: ${repaired ?? 'it is flat'}.` };
  const near = turnsNear(geos, polygons, growLonLat(target.lonLat));
  if (polygonCount(near) === 0) return null;
  const isSame = target.operation.report.method === 'none';
  const projected = isSame ? near : await densify(near, target.operation);
  if (projected === null) {
    return {
      problem: `The extent cannot be expressed in ${target.crs.code} (${target.crs.name}): it reaches beyond where that is defined.`,
    };
  }
  const valid = repair(geos, projected).polygons;
  if (polygonCount(valid) === 0) return null;
  return { shape: shapeOf(valid), repaired, tolerance: toleranceOf(target.crs, target.operation) };
}

/** How close the edges of a region follow the straight lines of EPSG:4326, in words. */
export function toleranceOf(crs: Crs, operation: CoordinateOperation): string {
  if (operation.report.method === 'none') return 'exact';
  const unit = crs.kind === 'geographic' ? 'degree' : crs.unit;
  return `edges within ${densifyTolerance[crs.kind]} ${unit} of the straight lines of EPSG:4326`;
}

/** Valid polygons that cover the same area: each repaired where it must be, then all united. */
function repair(geos: Geos, polygons: FlatPolygons): { polygons: FlatPolygons; repaired: string | null } {
  if (isValid(geos, polygons)) return { polygons, repaired: null };
  let repaired: string | null = null;
  const valid: FlatPolygons[] = [];
  for (let index = 0; index < polygonCount(polygons); index++) {
    const polygon = onePolygon(polygons, index);
    const geometry = geos.read(flatToWkb(polygon));
    if (geometry === null) continue;
    if (geos.isValid(geometry)) {
      valid.push(polygon);
    } else {
      repaired ??= geos.invalidReason(geometry);
      const fixed = geos.makeValid(geometry);
      valid.push(flatFromWkb(geos.write(fixed)));
      geos.destroy(fixed);
    }
    geos.destroy(geometry);
  }
  return { polygons: unite(geos, joinPolygons(valid)), repaired };
}

function isValid(geos: Geos, polygons: FlatPolygons): boolean {
  const geometry = geos.read(flatToWkb(polygons));
  if (geometry === null) return false;
  const valid = geos.isValid(geometry);
  geos.destroy(geometry);
  return valid;
}

function unite(geos: Geos, polygons: FlatPolygons): FlatPolygons {
  if (polygonCount(polygons) < 2) return polygons;
  const all = required(geos, polygons);
  const united = geos.unaryUnion(all);
  const result = flatFromWkb(geos.write(united));
  geos.destroy(united);
  geos.destroy(all);
  return result;
}

/** The region on each turn of the globe on which it meets the box, cut to the box and united across the seams. */
function turnsNear(geos: Geos, polygons: FlatPolygons, box: Envelope): FlatPolygons {
  const near = turnsMeeting(flatEnvelope(polygons), box).map(({ turn, isWhole }) => {
    const turned = turnedBy(polygons, turn);
    return isWhole ? turned : cutTo(geos, turned, box);
  });
  return near.length > 1 ? unite(geos, joinPolygons(near)) : joinPolygons(near);
}

/** Polygons on another turn of the globe. */
export function turnedBy(polygons: FlatPolygons, turn: number): FlatPolygons {
  if (turn === 0) return polygons;
  const coordinates = polygons.coordinates.map((value, k) => (k % 2 === 0 ? value + turn : value));
  return { ...polygons, coordinates };
}

function cutTo(geos: Geos, polygons: FlatPolygons, box: Envelope): FlatPolygons {
  const geometry = required(geos, polygons);
  const frame = required(geos, flattenPolygons([[rectangle(box)]]));
  const cut = geos.intersection(geometry, frame);
  if (cut === null) throw geos.failure('of the extent cannot be cut to the layer');
  const result = flatFromWkb(geos.write(cut));
  for (const pointer of [cut, frame, geometry]) geos.destroy(pointer);
  return result;
}

function required(geos: Geos, polygons: FlatPolygons): GeometryPointer {
  const geometry = geos.read(flatToWkb(polygons));
  if (geometry === null) throw geos.failure('of the extent cannot be read');
  return geometry;
}

/** Degrees that a region may be away from the data and yet be the same place on earth. */
const turns = [-720, -360, 0, 360, 720] as const;

/** The turns of the globe on which a region meets a box, and whether it lies in it as a whole there. */
export function turnsMeeting(
  [west, south, east, north]: Envelope,
  box: Envelope,
): { turn: number; isWhole: boolean }[] {
  return turns.flatMap((turn) => {
    const [left, right] = [west + turn, east + turn];
    if (left > box[2] || right < box[0] || south > box[3] || north < box[1]) return [];
    const isWhole = left >= box[0] && right <= box[2] && south >= box[1] && north <= box[3];
    return [{ turn, isWhole }];
  });
}

/** A tenth of the data's size and a bit: rounding and curved edges must not bring the cut near the data. */
export function growLonLat([west, south, east, north]: Envelope): Envelope {
  const margin = 0.1 + Math.max(east - west, north - south) * 0.1;
  return [west - margin, Math.max(south - margin, -90), east + margin, Math.min(north + margin, 90)];
}

function rectangle([minX, minY, maxX, maxY]: Envelope): (readonly [number, number])[] {
  return [
    [minX, minY],
    [maxX, minY],
    [maxX, maxY],
    [minX, maxY],
    [minX, minY],
  ];
}
