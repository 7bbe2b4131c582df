import type { Crs } from '../crs/crs.ts';
import { type GeometryKind, geometryKind } from '../features/geometry-array.ts';
import { boxSides } from './parquet-schema.ts';

const typeNames: Readonly<Record<number, string>> = {
  [geometryKind.point]: 'Point',
  [geometryKind.line]: 'LineString',
  [geometryKind.polygon]: 'Polygon',
  [geometryKind.multiPoint]: 'MultiPoint',
  [geometryKind.multiLine]: 'MultiLineString',
  [geometryKind.multiPolygon]: 'MultiPolygon',
  [geometryKind.collection]: 'GeometryCollection',
};

/** What a file's metadata say of its geometry. */
export interface GeoParquetGeometry {
  readonly column: string;
  /** The column of the boxes. */
  readonly box: string;
  readonly hasZ: boolean;
  readonly kinds: ReadonlySet<GeometryKind>;
  /** Least x, y, z and greatest x, y, z. */
  readonly bounds: readonly number[];
  readonly crs: Crs | null;
  /** The CRS in the form that the format asks for; null where it is not known. */
  readonly projJson: unknown;
}

/** The text of the key `geo` (GeoParquet 1.1.0). Nothing is said of a CRS that is the default: longitude, latitude. */
export function geoParquetMetadata({
  column,
  box,
  hasZ,
  kinds,
  bounds,
  crs,
  projJson,
}: GeoParquetGeometry): string {
  const [minX, minY, minZ, maxX, maxY, maxZ] = bounds;
  const isPlaced = bounds[0]! <= bounds[3]!;
  const bbox = hasZ ? [minX, minY, minZ, maxX, maxY, maxZ] : [minX, minY, maxX, maxY];
  const types = [...kinds].toSorted((a, b) => a - b).map((kind) => `${typeNames[kind]}${hasZ ? ' Z' : ''}`);
  return JSON.stringify({
    version: '1.1.0',
    primary_column: column,
    columns: {
      [column]: {
        encoding: 'WKB',
        geometry_types: types,
        ...(crs?.epsg !== 4326 && { crs: projJson }),
        edges: 'planar',
        ...(isPlaced && { bbox }),
        covering: { bbox: Object.fromEntries(boxSides.map((side) => [side, [box, side]])) },
      },
    },
  });
}
