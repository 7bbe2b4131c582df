/** A format that can be imported. */
export interface SourceFormat {
  readonly label: string;
  /** Endings of its main file, in lower case with their dot. */
  readonly extensions: readonly string[];
  /** GDAL's drivers that read it: no other opens the file, whatever is in it. */
  readonly drivers: readonly string[];
  /** How a text encoding is told: to GDAL, by converting the file to UTF-8 beforehand, or not at all. */
  readonly encoding: 'option' | 'convert' | 'none';
  /** How GDAL is told to read it. */
  readonly args?: readonly string[];
  /**
   * Layers that GDAL makes up, where the format has none with names of its own: one for the whole file, which is named
   * after the file, or several by what is in them, of which those without a feature are none.
   */
  readonly madeUp?: 'one' | 'several';
}

/** Lists stay JSON, which everything reads; else they would become texts of GDAL's own, such as `(2:a,b)`. */
const listsAsJson = ['--config', 'OGR_GEOJSON_ARRAY_AS_STRING', 'YES'] as const;

/**
 * What `ogr2ogr` reads from files. Left out are drivers that reach a network or a database, and those whose files name
 * other files or run SQL: VRT above all.
 */
const sourceFormats: readonly SourceFormat[] = [
  {
    label: 'Shapefile',
    extensions: ['.shp', '.shz', '.dbf'],
    drivers: ['ESRI Shapefile'],
    encoding: 'option',
  },
  { label: 'File Geodatabase', extensions: ['.gdb'], drivers: ['OpenFileGDB'], encoding: 'none' },
  { label: 'GeoPackage', extensions: ['.gpkg'], drivers: ['GPKG'], encoding: 'none' },
  {
    label: 'GeoJSON',
    extensions: ['.geojson', '.json', '.topojson'],
    drivers: ['GeoJSON', 'TopoJSON', 'ESRIJSON'],
    encoding: 'convert',
    args: listsAsJson,
  },
  {
    label: 'newline-delimited GeoJSON',
    extensions: ['.geojsonl', '.geojsons', '.ndjson'],
    // A single feature is a GeoJSON to GDAL.
    drivers: ['GeoJSONSeq', 'GeoJSON'],
    encoding: 'convert',
    args: listsAsJson,
  },
  { label: 'CSV', extensions: ['.csv', '.tsv', '.txt'], drivers: ['CSV'], encoding: 'convert' },
  { label: 'FlatGeobuf', extensions: ['.fgb'], drivers: ['FlatGeobuf'], encoding: 'none' },
  { label: 'KML', extensions: ['.kml', '.kmz'], drivers: ['LIBKML', 'KML'], encoding: 'none' },
  { label: 'MapInfo', extensions: ['.tab', '.mif', '.mid'], drivers: ['MapInfo File'], encoding: 'none' },
  { label: 'GML', extensions: ['.gml'], drivers: ['GML'], encoding: 'none' },
  { label: 'GPX', extensions: ['.gpx'], drivers: ['GPX'], encoding: 'none', madeUp: 'several' },
  { label: 'DXF', extensions: ['.dxf'], drivers: ['DXF'], encoding: 'none', madeUp: 'one' },
  { label: 'Excel', extensions: ['.xlsx'], drivers: ['XLSX'], encoding: 'none' },
  { label: 'OpenDocument spreadsheet', extensions: ['.ods'], drivers: ['ODS'], encoding: 'none' },
  { label: 'GeoParquet', extensions: ['.parquet'], drivers: ['Parquet'], encoding: 'none' },
];

/** The format of a name by its ending; undefined where no format has it. */
export function formatOfName(name: string): SourceFormat | undefined {
  const lower = name.toLowerCase();
  return sourceFormats.find(({ extensions }) => extensions.some((extension) => lower.endsWith(extension)));
}

/** Endings of files that can be imported, for whoever looks through a folder; a `.zip` may hold some. */
export const importableExtensions: readonly string[] = [
  ...sourceFormats.flatMap(({ extensions }) => extensions),
  '.zip',
];
