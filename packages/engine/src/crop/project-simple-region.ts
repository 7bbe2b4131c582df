import type { Region } from '../plan/request.ts';
import { densify } from './densify.ts';
import { flatEnvelope, flattenPolygons } from './flat-polygons.ts';
import {
  growLonLat,
  type ProjectedRegion,
  type RegionTarget,
  toleranceOf,
  turnedBy,
  turnsMeeting,
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
  const [meeting, another] = turnsMeeting(flatEnvelope(polygons), growLonLat(lonLat));
  if (meeting?.isWhole !== true || another !== undefined) return null;
  const turned = turnedBy(polygons, meeting.turn);
  const projected = operation.report.method === 'none' ? turned : await densify(turned, operation);
  if (projected === null) return null;
  const shape = shapeOf(projected);
  return isSurelyValid(shape) ? { shape, repaired: null, tolerance: toleranceOf(crs, operation) } : null;
}
