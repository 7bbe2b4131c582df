/** The kinds of data an export can hold; the keys of a request's `formats` (wire contract, section 7). */
export const kinds = ['vector', 'table', 'raster', 'grid', 'rat'] as const;

/** A kind of data: vector layer, table, image, grid of values, or raster with attribute table. */
export type Kind = (typeof kinds)[number];

/** Whether the kind has a location, and so a CRS and a crop. Only tables have none. */
export function isSpatial(kind: Kind): boolean {
  return kind !== 'table';
}
