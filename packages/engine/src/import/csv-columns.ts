/** Columns that a CSV may keep coordinates in, as people name them. */
const names = {
  degrees: { x: ['lon', 'long', 'lng', 'longitude'], y: ['lat', 'latitude'] },
  plane: { x: ['x', 'easting', 'e', 'x_coord', 'coord_x'], y: ['y', 'northing', 'n', 'y_coord', 'coord_y'] },
} as const;
const wktNames = ['wkt', 'geom', 'the_geom', 'geometry', 'shape', 'wkb_geometry'] as const;

/** Where a CSV's geometries are. */
export interface CsvGeometry {
  readonly args: readonly string[];
  /** Degrees of WGS 84, by the names of the columns. */
  readonly isDegrees: boolean;
}

/**
 * How GDAL is told where the coordinates of a CSV are: in the columns that were named, else in those that are named
 * like coordinates, else in one of WKT. Null where there are none: the CSV is a table.
 *
 * @throws Error in words for a person, where a column that was named is not there
 */
export function csvGeometry(
  columns: readonly string[],
  named: { readonly x?: string | undefined; readonly y?: string | undefined },
): CsvGeometry | null {
  if (named.x !== undefined || named.y !== undefined) {
    for (const [option, column] of Object.entries({ '--x': named.x, '--y': named.y })) {
      if (column !== undefined && columns.includes(column)) continue;
      throw new Error(
        `${option} names ${JSON.stringify(column ?? '')}, which is none of its columns: ${columns.join(', ')}`,
      );
    }
    return pointColumns(named.x!, named.y!, false);
  }
  const find = (candidates: readonly string[]): string | undefined =>
    columns.find((column) => candidates.includes(column.toLowerCase()));
  const wkt = find(wktNames);
  if (wkt !== undefined) {
    return { args: ['-oo', `GEOM_POSSIBLE_NAMES=${wkt}`, '-oo', 'KEEP_GEOM_COLUMNS=NO'], isDegrees: false };
  }
  for (const [kind, { x, y }] of Object.entries(names)) {
    const [foundX, foundY] = [find(x), find(y)];
    if (foundX !== undefined && foundY !== undefined) return pointColumns(foundX, foundY, kind === 'degrees');
  }
  return null;
}

function pointColumns(x: string, y: string, isDegrees: boolean): CsvGeometry {
  return { args: ['-oo', `X_POSSIBLE_NAMES=${x}`, '-oo', `Y_POSSIBLE_NAMES=${y}`], isDegrees };
}
