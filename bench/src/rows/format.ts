/** A format as ours and the rivals name it. */
export interface BenchFormat {
  readonly mimetype: string;
  /** GDAL's name. */
  readonly driver: string;
  readonly extension: string;
  /** Layer options that a careful user of GDAL gives. */
  readonly layerOptions: readonly string[];
}

/** The formats that are compared. */
export const benchFormats = {
  shapefile: {
    mimetype: 'application/x-zipped-shp',
    driver: 'ESRI Shapefile',
    extension: 'shp',
    layerOptions: ['ENCODING=UTF-8'],
  },
  geopackage: { mimetype: 'application/x-ogc-gpkg', driver: 'GPKG', extension: 'gpkg', layerOptions: [] },
  csv: { mimetype: 'text/csv', driver: 'CSV', extension: 'csv', layerOptions: ['GEOMETRY=AS_WKT'] },
  geojson: {
    mimetype: 'application/geo+json',
    driver: 'GeoJSON',
    extension: 'geojson',
    layerOptions: ['RFC7946=YES'],
  },
  flatgeobuf: {
    mimetype: 'application/flatgeobuf',
    driver: 'FlatGeobuf',
    extension: 'fgb',
    layerOptions: [],
  },
} as const satisfies Readonly<Record<string, BenchFormat>>;
