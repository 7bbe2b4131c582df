/** A position: two, three or four numbers, in the order x, y, then z or m as the table's dimension says. */
export type Coordinates = readonly number[];

/** A geometry as GeoJSON writes it, but for M and for empty ones, which have empty `coordinates`. */
export type FixtureGeometry =
  | { readonly type: 'Point'; readonly coordinates: Coordinates }
  | { readonly type: 'LineString' | 'MultiPoint'; readonly coordinates: readonly Coordinates[] }
  | {
      readonly type: 'Polygon' | 'MultiLineString';
      readonly coordinates: readonly (readonly Coordinates[])[];
    }
  | {
      readonly type: 'MultiPolygon';
      readonly coordinates: readonly (readonly (readonly Coordinates[])[])[];
    }
  | { readonly type: 'GeometryCollection'; readonly geometries: readonly FixtureGeometry[] };

/** Which ordinates a position has. */
export type Dimension = 'xy' | 'xyz' | 'xym' | 'xyzm';

/** How many numbers a position has. */
export function ordinateCount(dimension: Dimension): number {
  return dimension.length;
}
