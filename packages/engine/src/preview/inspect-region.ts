import type { MultiPolygon } from '@outcrop/contract';

import { Geos } from '../crop/geos.ts';
import { toMultiPolygon, type Polygons, polygonsToWkb, wkbToPolygons } from '../crop/polygon-wkb.ts';
import { simplifyLine } from './simplify-line.ts';

/** Polygons to make a region of. */
export interface RegionInspectionRequest {
  readonly polygons: MultiPolygon['coordinates'];
  /** Corners that the site takes. */
  readonly maxVertices: number;
}

/** A region looked at: whether it is valid, and one that is and that the site takes. */
export interface RegionInspection {
  /** Valid, united, with no more corners than allowed; null where there is no area. */
  readonly geometry: MultiPolygon | null;
  readonly vertices: number;
  /** What is wrong with the polygons as they came; null where nothing is. */
  readonly problem: {
    readonly reason: string;
    /** Longitude and latitude; null where GEOS does not say. */
    readonly at: readonly [number, number] | null;
  } | null;
  /** Degrees that the outline was moved by to have few enough corners; null where it was not. */
  readonly simplifiedBy: number | null;
}

/** Finds out what is wrong with polygons, repairs and unites them, and simplifies them where they have too many corners. */
export async function inspectRegionHere({
  polygons,
  maxVertices,
}: RegionInspectionRequest): Promise<RegionInspection> {
  const geos = await Geos.load();
  const { valid, problem } = repairEach(geos, polygons);
  const united = valid.length > 1 ? unite(geos, valid) : valid;
  const whole = countVertices(united);
  if (united.length === 0) return { geometry: null, vertices: 0, problem, simplifiedBy: null };
  if (whole <= maxVertices)
    return { geometry: toMultiPolygon(united), vertices: whole, problem, simplifiedBy: null };
  for (let tolerance = 1e-4; ; tolerance *= 1.5) {
    const simpler = simplify(geos, united, tolerance);
    const vertices = countVertices(simpler);
    if (vertices > maxVertices && tolerance < 10) continue;
    const geometry = simpler.length === 0 ? null : toMultiPolygon(simpler);
    return { geometry, vertices, problem, simplifiedBy: tolerance };
  }
}

function repairEach(
  geos: Geos,
  polygons: Polygons,
): { valid: Polygons; problem: RegionInspection['problem'] } {
  const valid: Polygons[number][] = [];
  let problem: RegionInspection['problem'] = null;
  for (const polygon of polygons) {
    const geometry = geos.read(polygonsToWkb([polygon]));
    if (geometry === null) continue;
    if (geos.isValid(geometry)) {
      valid.push(polygon);
    } else {
      problem ??= readReason(geos.invalidReason(geometry));
      const repaired = geos.makeValid(geometry);
      valid.push(...wkbToPolygons(geos.write(repaired)));
      geos.destroy(repaired);
    }
    geos.destroy(geometry);
  }
  return { valid, problem };
}

/** GEOS writes `Self-intersection[174.5 -41.2]`. */
function readReason(text: string): NonNullable<RegionInspection['problem']> {
  const match = /^(.*?)\s*\[(-?[\d.e+-]+) (-?[\d.e+-]+)/i.exec(text);
  if (match === null) return { reason: text, at: null };
  return { reason: match[1]!, at: [Number(match[2]), Number(match[3])] };
}

function unite(geos: Geos, polygons: Polygons): Polygons {
  const all = geos.read(polygonsToWkb(polygons));
  if (all === null) throw geos.failure('of the region cannot be read');
  const united = geos.unaryUnion(all);
  const result = wkbToPolygons(geos.write(united));
  geos.destroy(united);
  geos.destroy(all);
  return result;
}

function simplify(geos: Geos, polygons: Polygons, tolerance: number): Polygons {
  const simpler = polygons.map((polygon) =>
    polygon
      .map((ring) => simplifyLine(ring as [number, number][], tolerance))
      .filter((ring) => ring.length > 3),
  );
  const { valid } = repairEach(
    geos,
    simpler.filter((polygon) => polygon.length > 0),
  );
  return valid.length > 1 ? unite(geos, valid) : valid;
}

function countVertices(polygons: Polygons): number {
  return polygons.flat().reduce((sum, ring) => sum + ring.length, 0);
}
