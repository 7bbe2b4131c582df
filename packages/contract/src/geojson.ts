/** A position: longitude, latitude (degrees), and optionally height, which is ignored in an extent. */
export type Position = readonly number[];

/** A closed ring: the first position equals the last. */
export type Ring = readonly Position[];

/** A GeoJSON Polygon (RFC 7946, 3.1.6): one outer ring, then holes. */
export interface Polygon {
  readonly type: 'Polygon';
  readonly coordinates: readonly Ring[];
}

/** A GeoJSON MultiPolygon (RFC 7946, 3.1.7). */
export interface MultiPolygon {
  readonly type: 'MultiPolygon';
  readonly coordinates: readonly (readonly Ring[])[];
}

/** The geometries an export's extent may be. Always EPSG:4326 longitude, latitude, whatever the export's CRS. */
export type ExtentGeometry = Polygon | MultiPolygon;
