/** A format as ours and the rival name it. */
export interface BenchFormat {
  readonly mimetype: string;
  readonly driver: string;
  readonly extension: string;
  /** Layer options of the rival that a careful user gives. */
  readonly layerOptions: readonly string[];
}

/** The formats that are compared. */
const benchFormats = {
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

/** One comparison: an export of the parcels by ours and by the rival. */
export interface BenchRow {
  readonly id: string;
  readonly title: string;
  readonly format: BenchFormat;
  /** EPSG code of the product. */
  readonly epsg: number;
  /** Vertices of the region, or null for all features. */
  readonly regionVertices: number | null;
  /** Rival time divided by ours that is aimed at. */
  readonly target: number;
}

const { shapefile, geopackage, csv, geojson, flatgeobuf } = benchFormats;

/** The rows, in the order of the table. */
export const benchRows: readonly BenchRow[] = [
  {
    id: 'shapefile-4326',
    title: 'Shapefile in 4326',
    format: shapefile,
    epsg: 4326,
    regionVertices: null,
    target: 5,
  },
  {
    id: 'geopackage-4326',
    title: 'GeoPackage in 4326',
    format: geopackage,
    epsg: 4326,
    regionVertices: null,
    target: 4,
  },
  { id: 'csv-4326', title: 'CSV with WKT in 4326', format: csv, epsg: 4326, regionVertices: null, target: 7 },
  {
    id: 'geojson-4326',
    title: 'GeoJSON in 4326',
    format: geojson,
    epsg: 4326,
    regionVertices: null,
    target: 8,
  },
  {
    id: 'flatgeobuf-4326',
    title: 'FlatGeobuf in 4326',
    format: flatgeobuf,
    epsg: 4326,
    regionVertices: null,
    target: 3,
  },
  {
    id: 'shapefile-same-crs',
    title: 'Shapefile in 2193, its own',
    format: shapefile,
    epsg: 2193,
    regionVertices: null,
    target: 3,
  },
  {
    id: 'crop-400',
    title: 'crop to 400 vertices, Shapefile in 4326',
    format: shapefile,
    epsg: 4326,
    regionVertices: 400,
    target: 5,
  },
  {
    id: 'crop-20000',
    title: 'crop to 20,000 vertices, Shapefile in 4326',
    format: shapefile,
    epsg: 4326,
    regionVertices: 20_000,
    target: 100,
  },
];
