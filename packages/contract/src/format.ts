import type { Kind } from './kind.ts';
import { wireMimetype } from './wire-mimetype.ts';

/** What Outcrop knows of a format, whoever writes it. */
export interface Format {
  /** The value on the wire. The misspelling of File Geodatabase's is contractual (wire contract, section 7). */
  readonly mimetype: string;
  readonly label: string;
  /** The label where it differs for a kind: a Shapefile of a table is a DBF. */
  readonly labels?: Readonly<Partial<Record<Kind, string>>>;
  readonly kinds: readonly Kind[];
  /** The code in the names of archives: `lds-nz-roads-SHP.zip`. */
  readonly shortCode: string;
  /** The extension of its main file, without the dot. */
  readonly extension: string;
  /** The only CRS the format can be in, where there is one. */
  readonly fixedCrs?: 'EPSG:4326';
  /** The largest uncompressed file of one layer, in bytes, where the format or its readers have such a limit. */
  readonly maxBytes?: number;
}

const gigabyte = 1024 ** 3;
const megabyte = 1024 ** 2;

/** Every format of the Koordinates vocabulary, then ours (wire contract, sections 7 and 21). */
export const formats = [
  { mimetype: 'application/x-zipped-shp', label: 'Shapefile', labels: { table: 'DBF (dBase III)' }, kinds: ['vector', 'table'], shortCode: 'SHP', extension: 'shp' },
  { mimetype: 'application/x-ogc-mapinfo_file', label: 'MapInfo TAB', kinds: ['vector', 'table'], shortCode: 'TAB', extension: 'tab', maxBytes: 2 * gigabyte },
  { mimetype: 'application/x-ogc-mapinfo_file+mif', label: 'MapInfo MIF', kinds: ['vector', 'table'], shortCode: 'MIF', extension: 'mif' },
  { mimetype: 'text/csv', label: 'CSV', kinds: ['vector', 'table'], shortCode: 'CSV', extension: 'csv' },
  { mimetype: 'application/x-ogc-gpkg', label: 'GeoPackage / SQLite', kinds: ['vector', 'table'], shortCode: 'GPKG', extension: 'gpkg' },
  { mimetype: 'applicaton/x-ogc-filegdb', label: 'File Geodatabase', kinds: ['vector', 'table'], shortCode: 'FGDB', extension: 'gdb' },
  { mimetype: 'application/vnd.google-earth.kml+xml', label: 'KML', kinds: ['vector', 'raster'], shortCode: 'KML', extension: 'kmz', fixedCrs: 'EPSG:4326', maxBytes: 40 * megabyte },
  { mimetype: 'image/vnd.dwg', label: 'DWG', labels: { raster: 'DWG with GeoJPEG' }, kinds: ['vector', 'raster'], shortCode: 'DWG', extension: 'dwg', maxBytes: 50 * megabyte },
  { mimetype: 'application/pdf', label: 'PDF', kinds: ['vector', 'raster', 'grid'], shortCode: 'PDF', extension: 'pdf', maxBytes: 50 * megabyte },
  { mimetype: 'image/tiff;subtype=geotiff', label: 'GeoTIFF', kinds: ['raster', 'grid', 'rat'], shortCode: 'GTiff', extension: 'tif' },
  { mimetype: 'image/jpeg', label: 'GeoJPEG', kinds: ['raster'], shortCode: 'JPEG', extension: 'jpg' },
  { mimetype: 'image/jp2', label: 'JPEG2000 (lossy)', kinds: ['raster'], shortCode: 'JP2', extension: 'jp2' },
  { mimetype: 'image/jp2;compression=lossless', label: 'JPEG2000 Lossless', kinds: ['raster'], shortCode: 'JP2', extension: 'jp2' },
  { mimetype: 'application/x-erdas-hfa', label: 'ERDAS Imagine', kinds: ['raster', 'rat'], shortCode: 'HFA', extension: 'img' },
  { mimetype: 'application/x-hdf;subtype=kea', label: 'KEA', kinds: ['raster', 'grid', 'rat'], shortCode: 'KEA', extension: 'kea' },
  { mimetype: 'application/x-ogc-aaigrid', label: 'ASCII Grid', kinds: ['grid'], shortCode: 'AAIGrid', extension: 'asc' },
  { mimetype: 'application/geo+json', label: 'GeoJSON', kinds: ['vector'], shortCode: 'GEOJSON', extension: 'geojson' },
  { mimetype: 'application/geo+json-seq', label: 'Newline-delimited GeoJSON', kinds: ['vector'], shortCode: 'GEOJSONL', extension: 'geojsonl' },
  { mimetype: 'application/flatgeobuf', label: 'FlatGeobuf', kinds: ['vector'], shortCode: 'FGB', extension: 'fgb' },
  { mimetype: 'application/vnd.apache.parquet', label: 'GeoParquet', kinds: ['vector', 'table'], shortCode: 'PARQUET', extension: 'parquet' },
  { mimetype: 'application/gml+xml', label: 'GML', kinds: ['vector'], shortCode: 'GML', extension: 'gml' },
  { mimetype: 'image/vnd.dxf', label: 'DXF', kinds: ['vector'], shortCode: 'DXF', extension: 'dxf' },
  { mimetype: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', label: 'Excel (XLSX)', kinds: ['vector', 'table'], shortCode: 'XLSX', extension: 'xlsx' },
  { mimetype: 'application/sql', label: 'PostgreSQL dump', kinds: ['vector', 'table'], shortCode: 'SQL', extension: 'sql' },
  { mimetype: 'image/tiff;application=geotiff;profile=cloud-optimized', label: 'Cloud Optimized GeoTIFF', kinds: ['raster', 'grid'], shortCode: 'COG', extension: 'tif' },
  { mimetype: 'image/png', label: 'PNG', kinds: ['raster'], shortCode: 'PNG', extension: 'png' },
] as const satisfies readonly Format[];

/** A mimetype of the table. */
export type Mimetype = (typeof formats)[number]['mimetype'];

/**
 * The format of a mimetype as someone wrote it: case and spaces around `;` do not matter, parameters do
 * (wire contract, section 7). Undefined where no format has it.
 */
export function findFormat(mimetype: string): (Format & { readonly mimetype: Mimetype }) | undefined {
  const wanted = wireMimetype(mimetype);
  return formats.find((format) => format.mimetype === wanted);
}

/** The label of a format for a kind. */
export function formatLabel(format: Format, kind: Kind): string {
  return format.labels?.[kind] ?? format.label;
}
