import type { MultiPolygon } from '@outcrop/contract';

import { CoordinateOperations } from '../crs/coordinate-operation.ts';
import { findCrs } from '../crs/crs.ts';
import { onTurnAround, wgs84 } from '../crs/lon-lat-extent.ts';
import { densify } from '../crop/densify.ts';
import { flatEnvelope, flatFromWkb, nestPolygons, polygonCount } from '../crop/flat-polygons.ts';
import { toMultiPolygon } from '../crop/polygon-wkb.ts';
import { wkbStart } from './geopackage-blob.ts';
import { openGeoPackage, quoteIdentifier, sourceError } from './geopackage-file.ts';
import type { GeoPackageTable } from './layer.ts';

/**
 * The shape of a crop feature in EPSG:4326, longitudes running on beyond 180 where it lies across the antimeridian.
 * Null where there is no such feature, or where it has no area.
 *
 * @throws EngineError `source-unavailable` | `source-corrupt` | `crs-operation`
 */
export async function readCropFeature(
  source: GeoPackageTable,
  featureId: number,
): Promise<MultiPolygon | null> {
  const blob = readGeometry(source, featureId);
  if (blob === null) return null;
  const polygons = flatFromWkb(blob.subarray(wkbStart(blob)));
  if (polygonCount(polygons) === 0) return null;
  const crs = source.geometry?.crs == null ? null : findCrs(source.geometry.crs);
  if (crs === null || crs.epsg === 4326) return toMultiPolygon(nestPolygons(polygons));
  const operation = await new CoordinateOperations().choose(crs, wgs84(), flatEnvelope(polygons));
  const degrees = await densify(polygons, {
    ...operation,
    transform: async (positions) => {
      await operation.transform(positions);
      const { coordinates, stride, count } = positions;
      for (let k = 0; k < count * stride; k += stride)
        coordinates[k] = onTurnAround(coordinates[k]!, crs.centralMeridian);
    },
  });
  return degrees === null ? null : toMultiPolygon(nestPolygons(degrees));
}

function readGeometry(source: GeoPackageTable, featureId: number): Buffer | null {
  const database = openGeoPackage(source.path);
  try {
    const value = database
      .prepare<[number], Buffer | null>(
        `SELECT ${quoteIdentifier(source.geometry?.name ?? '')} FROM ${quoteIdentifier(source.table)}
         WHERE ${quoteIdentifier(source.fidColumn)} = ?`,
      )
      .pluck()
      .get(featureId);
    return value instanceof Buffer ? value : null;
  } catch (error) {
    throw sourceError(error, source.path);
  } finally {
    database.close();
  }
}
