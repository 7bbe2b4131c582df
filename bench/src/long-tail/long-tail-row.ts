/** A format as a user of `ogr2ogr` would ask for it. */
export interface LongTailFormat {
  readonly mimetype: string;
  readonly driver: string;
  readonly extension: string;
  readonly args: readonly string[];
}

const formats: readonly LongTailFormat[] = [
  {
    mimetype: 'applicaton/x-ogc-filegdb',
    driver: 'OpenFileGDB',
    extension: 'gdb',
    // It has no layers of any geometry.
    args: ['-nlt', 'MULTIPOLYGON'],
  },
  { mimetype: 'application/x-ogc-mapinfo_file', driver: 'MapInfo File', extension: 'tab', args: [] },
  {
    mimetype: 'application/x-ogc-mapinfo_file+mif',
    driver: 'MapInfo File',
    extension: 'mif',
    args: ['-dsco', 'FORMAT=MIF'],
  },
  { mimetype: 'application/gml+xml', driver: 'GML', extension: 'gml', args: ['-dsco', 'FORMAT=GML3.2'] },
  {
    mimetype: 'application/sql',
    driver: 'PGDUMP',
    extension: 'sql',
    // Without the type a crop stops at the first polygon that it does not split.
    args: ['--config', 'PG_USE_COPY', 'YES', '-nlt', 'PROMOTE_TO_MULTI'],
  },
  { mimetype: 'image/vnd.dxf', driver: 'DXF', extension: 'dxf', args: ['-select', ''] },
];

/** One comparison. */
export interface LongTailRow {
  readonly id: string;
  readonly format: LongTailFormat;
  readonly epsg: number;
  readonly regionVertices: number | null;
}

/** Whole layers in their own CRS and in another, and a crop. */
export const longTailRows: readonly LongTailRow[] = formats.flatMap((format) => [
  { id: `${format.extension}-2193`, format, epsg: 2193, regionVertices: null },
  { id: `${format.extension}-4326`, format, epsg: 4326, regionVertices: null },
  { id: `${format.extension}-crop`, format, epsg: 2193, regionVertices: 400 },
]);
