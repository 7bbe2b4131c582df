import type { CoordinateOperation } from '../crs/coordinate-operation.ts';
import type { Crs } from '../crs/crs.ts';
import type { Envelope } from '../features/geometry-array.ts';
import type { Region } from '../plan/request.ts';
import { densify, densifyTolerance } from './densify.ts';
import type { Geos, GeometryPointer } from './geos.ts';
import { envelopeOf, type Polygons, polygonsToWkb, wkbToPolygons } from './polygon-wkb.ts';

/** A region in the CRS of a layer, valid. */
export interface ProjectedRegion {
  readonly wkb: Uint8Array;
  readonly envelope: Envelope;
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
  const { polygons, repaired } = repair(geos, region.geometry.coordinates);
  if (polygons.length === 0)
    return { problem: `The extent encloses no area, even repaired: ${repaired ?? 'it is flat'}.` };
  const near = turnsNear(geos, polygons, grow(target.lonLat));
  if (near.length === 0) return null;
  const isSame = target.operation.report.method === 'none';
  const projected = isSame ? near : await densify(near, target.operation);
  if (projected === null) {
    return {
      problem: `The extent cannot be expressed in ${target.crs.code} (${target.crs.name}): it reaches beyond where that is defined.`,
    };
  }
  const valid = repair(geos, projected).polygons;
  if (valid.length === 0) return null;
  const unit = target.crs.kind === 'geographic' ? 'degree' : target.crs.unit;
  return {
    wkb: polygonsToWkb(valid),
    envelope: envelopeOf(valid),
    repaired,
    tolerance: isSame
      ? 'exact'
      : `edges within ${densifyTolerance[target.crs.kind]} ${unit} of the straight lines of EPSG:4326`,
  };
}

/** Valid polygons that cover the same area: each repaired where it must be, then all united. */
function repair(geos: Geos, polygons: Polygons): { polygons: Polygons; repaired: string | null } {
  let repaired: string | null = null;
  const valid: Polygons[number][] = [];
  for (const polygon of polygons) {
    const geometry = geos.read(polygonsToWkb([polygon]));
    if (geometry === null) continue;
    if (geos.isValid(geometry)) {
      valid.push(polygon);
    } else {
      repaired ??= geos.invalidReason(geometry);
      const fixed = geos.makeValid(geometry);
      valid.push(...wkbToPolygons(geos.write(fixed)));
      geos.destroy(fixed);
    }
    geos.destroy(geometry);
  }
  return { polygons: valid.length > 1 ? unite(geos, valid) : valid, repaired };
}

function unite(geos: Geos, polygons: Polygons): Polygons {
  const all = required(geos, polygons);
  const united = geos.unaryUnion(all);
  const result = wkbToPolygons(geos.write(united));
  geos.destroy(united);
  geos.destroy(all);
  return result;
}

/** The region on each turn of the globe on which it meets the box, cut to the box and united across the seams. */
function turnsNear(geos: Geos, polygons: Polygons, box: Envelope): Polygons {
  const near: Polygons[number][] = [];
  const frame = required(geos, [[rectangle(box)]]);
  for (const turn of [-720, -360, 0, 360, 720]) {
    const turned = polygons.map((polygon) =>
      polygon.map((ring) => ring.map(([x, y]) => [x! + turn, y!] as const)),
    );
    const [minX, minY, maxX, maxY] = envelopeOf(turned);
    if (minX > box[2] || maxX < box[0] || minY > box[3] || maxY < box[1]) continue;
    const geometry = required(geos, turned);
    const cut = geos.intersection(geometry, frame);
    if (cut === null) throw geos.failure('of the extent cannot be cut to the layer');
    near.push(...wkbToPolygons(geos.write(cut)));
    geos.destroy(cut);
    geos.destroy(geometry);
  }
  geos.destroy(frame);
  return near.length > 1 ? unite(geos, near) : near;
}

function required(geos: Geos, polygons: Polygons): GeometryPointer {
  const geometry = geos.read(polygonsToWkb(polygons));
  if (geometry === null) throw geos.failure('of the extent cannot be read');
  return geometry;
}

/** A tenth of the data's size and a bit: rounding and curved edges must not bring the cut near the data. */
function grow([west, south, east, north]: Envelope): Envelope {
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
