import { openGeoPackage, quoteIdentifier, sourceError } from './geopackage-file.ts';
import type { GeoPackageTable } from './layer.ts';

/** A feature that can be picked as a region. Names need not differ. */
export interface CropFeature {
  readonly id: number;
  readonly name: string;
}

/**
 * Lists the features of a polygon layer with their names, in the order of their ids.
 *
 * @throws EngineError `source-unavailable` | `source-corrupt`
 */
export function listCropFeatures(source: GeoPackageTable, nameField: string): CropFeature[] {
  const database = openGeoPackage(source.path);
  try {
    const [fid, name] = [source.fidColumn, nameField].map(quoteIdentifier);
    const rows = database
      .prepare<[], [number, string | number | null]>(
        `SELECT ${fid}, ${name} FROM ${quoteIdentifier(source.table)}
         WHERE ${quoteIdentifier(source.geometry?.name ?? '')} IS NOT NULL ORDER BY ${fid}`,
      )
      .raw()
      .all() as [number, string | number | null][];
    return rows.map(([id, value]) => ({ id, name: value === null ? `Feature ${id}` : String(value) }));
  } catch (error) {
    throw sourceError(error, source.path);
  } finally {
    database.close();
  }
}
