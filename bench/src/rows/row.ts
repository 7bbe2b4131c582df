import type { LayerName } from '../data/prepare-site.ts';
import type { RivalName } from '../rivals/rival.ts';
import { type BenchFormat, benchFormats } from './format.ts';

/** One export that is compared. */
export interface BenchRow {
  readonly id: string;
  readonly title: string;
  readonly layer: LayerName;
  readonly format: BenchFormat;
  /** EPSG code of the product. */
  readonly epsg: number;
  /** Vertices of the region, or null for all features. */
  readonly regionVertices: number | null;
  /** Who is compared with, and the rival's time divided by ours that is aimed at; null where none is set. */
  readonly targets: Readonly<Partial<Record<RivalName, number | null>>>;
  /** Only in the full profile. */
  readonly isLong: boolean;
}

const { shapefile, geopackage, csv, geojson, flatgeobuf } = benchFormats;
const whole = { layer: 'parcels', epsg: 4326, regionVertices: null, isLong: false } as const;

/** The rows, in the order of the table. */
export const benchRows: readonly BenchRow[] = [
  {
    ...whole,
    id: 'shapefile-4326',
    title: 'Shapefile in 4326',
    format: shapefile,
    targets: { gdal: 5, 'newest-gdal': 3.5 },
  },
  {
    ...whole,
    id: 'geopackage-4326',
    title: 'GeoPackage in 4326',
    format: geopackage,
    targets: { gdal: 4, 'newest-gdal': 2 },
  },
  {
    ...whole,
    id: 'csv-4326',
    title: 'CSV with WKT in 4326',
    format: csv,
    targets: { gdal: 7, 'newest-gdal': 5 },
  },
  {
    ...whole,
    id: 'geojson-4326',
    title: 'GeoJSON in 4326',
    format: geojson,
    targets: { gdal: 8, 'newest-gdal': 6 },
  },
  {
    ...whole,
    id: 'flatgeobuf-4326',
    title: 'FlatGeobuf in 4326',
    format: flatgeobuf,
    targets: { gdal: 3, 'newest-gdal': 2 },
  },
  {
    ...whole,
    id: 'shapefile-same-crs',
    title: 'Shapefile in 2193, its own',
    format: shapefile,
    epsg: 2193,
    targets: { gdal: 3, 'newest-gdal': 3 },
  },
  {
    ...whole,
    id: 'crop-400',
    title: 'crop to 400 vertices, Shapefile in 4326',
    format: shapefile,
    regionVertices: 400,
    targets: { gdal: 5, 'newest-gdal': 4 },
  },
  {
    ...whole,
    id: 'crop-20000',
    title: 'crop to 20,000 vertices, Shapefile in 4326',
    format: shapefile,
    regionVertices: 20_000,
    targets: { gdal: 100, 'newest-gdal': 80, geopandas: 50, mapshaper: 5 },
  },
  {
    ...whole,
    id: 'crop-1000000',
    title: 'crop to 1,000,000 vertices, Shapefile in 4326',
    format: shapefile,
    regionVertices: 1_000_000,
    targets: { gdal: null },
    isLong: true,
  },
  {
    ...whole,
    id: 'points-4326',
    title: '2,000,000 points, GeoPackage in 4326',
    layer: 'addresses',
    format: geopackage,
    targets: { gdal: null, 'newest-gdal': null },
    isLong: true,
  },
  {
    ...whole,
    id: 'lines-crop-400',
    title: '20,000 lines of 1,000 vertices cropped to 400, GeoPackage in 4326',
    layer: 'streams',
    format: geopackage,
    regionVertices: 400,
    targets: { gdal: null, 'newest-gdal': null },
    isLong: true,
  },
];
