import type { ExtentGeometry } from '@outcrop/contract';

import type { Envelope } from '../features/geometry-array.ts';
import {
  type CoordinateOperation,
  type CoordinateOperations,
  kernelOperation,
} from './coordinate-operation.ts';
import { type Crs, findCrs } from './crs.ts';
import { gridOver } from './grid.ts';
import { createKernel } from './kernel.ts';

const gridSize = 21;

/** WGS 84 in longitude and latitude: what extents are written in. */
export function wgs84(): Crs {
  const crs = findCrs('EPSG:4326');
  if (crs === null) throw new Error('the CRS registry has no EPSG:4326');
  return crs;
}

/**
 * The longitudes and latitudes that an envelope of another CRS covers, on the turn of the globe around the CRS's
 * central meridian: data across the antimeridian in New Zealand's CRS runs from 166 to 184, not from -180 to 180.
 * The envelope itself where the CRS is geographic; the CRS's area of use where nothing of the envelope has a place.
 */
export async function lonLatEnvelope(
  crs: Crs,
  envelope: Envelope,
  operations: CoordinateOperations,
): Promise<Envelope> {
  if (crs.kind === 'geographic') return envelope;
  const operation = await operations.choose(crs, wgs84(), envelope);
  const coordinates = gridOver(envelope, gridSize);
  await operation.transform({ coordinates, stride: 2, count: coordinates.length / 2 });
  return envelopeAround(coordinates, crs);
}

/** What an envelope covers in degrees, and the way from degrees to its CRS, where our kernels agree with PROJ. */
export interface ExpectedWayBack {
  readonly lonLat: Envelope;
  readonly operation: CoordinateOperation;
}

/**
 * Begins to compare the way from degrees to a CRS with PROJ, over an envelope of that CRS, before it is known whether the way to
 * degrees agrees with PROJ: where it does, as it mostly will, both comparisons have run at once.
 *
 * @returns what will then have been chosen, for work that can be thrown away; null where there is no kernel.
 */
export function chooseWayBackEarly(
  crs: Crs,
  envelope: Envelope,
  operations: CoordinateOperations,
): ExpectedWayBack | null {
  const [toDegrees, fromDegrees] =
    crs.kind === 'geographic' ? [] : [createKernel(crs, wgs84()), createKernel(wgs84(), crs)];
  if (toDegrees == null || fromDegrees == null) return null;
  const coordinates = gridOver(envelope, gridSize);
  toDegrees(coordinates, 2, coordinates.length / 2);
  const lonLat = envelopeAround(coordinates, crs);
  // Whoever needs it chooses it again, and hears then why it failed.
  operations.choose(wgs84(), crs, lonLat).catch(() => undefined);
  return { lonLat, operation: kernelOperation(wgs84(), crs, fromDegrees) };
}

/** The envelope of longitudes and latitudes, on the turn of the globe around the CRS's central meridian. */
function envelopeAround(coordinates: Float64Array, crs: Crs): Envelope {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let k = 0; k < coordinates.length; k += 2) {
    const latitude = coordinates[k + 1]!;
    if (Number.isNaN(latitude)) continue;
    const longitude = onTurnAround(coordinates[k]!, crs.centralMeridian);
    west = Math.min(west, longitude);
    east = Math.max(east, longitude);
    south = Math.min(south, latitude);
    north = Math.max(north, latitude);
  }
  if (west <= east) return [west, south, east, north];
  const [left, bottom, right, top] = crs.areaOfUse ?? [-180, -90, 180, 90];
  return [left, bottom, right < left ? right + 360 : right, top];
}

/** A longitude brought within 180 degrees of a meridian. */
export function onTurnAround(longitude: number, meridian: number): number {
  return longitude - 360 * Math.round((longitude - meridian) / 360);
}

/** An envelope in degrees as the polygon that bodies carry. */
export function extentPolygon([west, south, east, north]: Envelope): ExtentGeometry {
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  return { type: 'Polygon', coordinates: [ring] };
}
