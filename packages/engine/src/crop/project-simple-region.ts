import type { Envelope } from '../features/geometry-array.ts';
import type { Region } from '../plan/request.ts';
import { densify } from './densify.ts';
import { flatEnvelope, flattenPolygons } from './flat-polygons.ts';
import {
  growLonLat,
  type ProjectedRegion,
  type RegionTarget,
  toleranceOf,
  turnedBy,
  turns,
} from './project-region.ts';
import { shapeOf } from './region-shape.ts';
import { isSurelyValid } from './sure-validity.ts';

/**
 * As `projectRegion`, for the many regions that need no GEOS: valid beyond doubt in the layer's CRS, and near the data on one
 * turn of the globe and as a whole. Null for all others.
 */
export async function projectSimpleRegion(
  region: Region,
  { crs, lonLat, operation }: RegionTarget,
): Promise<ProjectedRegion | null> {
  const polygons = flattenPolygons(region.geometry.coordinates);
  const turn = onlyTurn(flatEnvelope(polygons), growLonLat(lonLat));
  if (turn === null) return null;
  const turned = turnedBy(polygons, turn);
  const projected = operation.report.method === 'none' ? turned : await densify(turned, operation);
  if (projected === null) return null;
  const shape = shapeOf(projected);
  return isSurelyValid(shape) ? { shape, repaired: null, tolerance: toleranceOf(crs, operation) } : null;
}

/** The one turn on which a region meets the box, if it lies in it as a whole there. */
function onlyTurn([west, south, east, north]: Envelope, box: Envelope): number | null {
  const meeting = turns.filter(
    (turn) => west + turn <= box[2] && east + turn >= box[0] && south <= box[3] && north >= box[1],
  );
  const [turn] = meeting;
  if (turn === undefined || meeting.length > 1) return null;
  const isWhole = west + turn >= box[0] && east + turn <= box[2] && south >= box[1] && north <= box[3];
  return isWhole ? turn : null;
}
