import { findFormat, type Kind, type Mimetype } from '@outcrop/contract';

import type { BlockFormat } from './block-format.ts';

type FormatLoader = () => Promise<BlockFormat<unknown>>;

/**
 * The formats that the engine writes itself, for vector layers and tables. Each is loaded when it is first needed, as
 * every worker thread pays for what it loads. Pieces go only to their own assembler.
 */
const formats: Readonly<Partial<Record<Mimetype, FormatLoader>>> = {
  'application/x-ogc-gpkg': async () => erased((await import('./geopackage-format.ts')).geoPackageFormat),
  'application/x-zipped-shp': async () => erased((await import('./shapefile-format.ts')).shapefileFormat()),
  'text/csv': async () => erased((await import('./csv-format.ts')).csvFormat),
  'application/geo+json': async () => erased((await import('./geojson-format.ts')).geoJsonFormat),
  'application/geo+json-seq': async () => erased((await import('./geojson-format.ts')).geoJsonSequenceFormat),
  'application/flatgeobuf': async () => erased((await import('./flatgeobuf-format.ts')).flatGeobufFormat),
  'application/vnd.apache.parquet': async () =>
    erased((await import('./geoparquet-format.ts')).geoParquetFormat),
  'application/vnd.google-earth.kml+xml': async () => erased((await import('./kml-format.ts')).kmlFormat()),
  'application/sql': async () => erased((await import('./postgres-format.ts')).postgresFormat),
};

/** A format that the engine writes itself, but for something that a driver of GDAL knows. */
interface AssistedFormat {
  readonly mimetype: Mimetype;
  readonly label: string;
  /** GDAL's short name of the driver. */
  readonly driver: string;
  readonly load: FormatLoader;
}

/** Those, for vector layers and tables. */
export const assistedFormats: readonly AssistedFormat[] = [
  {
    mimetype: 'application/x-ogc-mapinfo_file+mif',
    label: 'MapInfo',
    driver: 'MapInfo File',
    load: async () => erased((await import('./mif-format.ts')).mifFormat),
  },
];

function erased<Piece>(format: BlockFormat<Piece>): BlockFormat<unknown> {
  return format as BlockFormat<unknown>;
}

/** Whether a kind is one of features; the others are pixels, which only GDAL writes. */
export function isFeatureKind(kind: Kind): boolean {
  return kind === 'vector' || kind === 'table';
}

/** The assisted format of a mimetype; undefined where it is none. */
export function findAssistedFormat(mimetype: string): AssistedFormat | undefined {
  return assistedFormats.find((format) => format.mimetype === findFormat(mimetype)?.mimetype);
}

/** The mimetypes that the engine writes by itself, and so on every machine. */
export function directFormats(): readonly string[] {
  return Object.keys(formats);
}

/** The format of a mimetype that `producibleFormats` lists. */
export async function loadBlockFormat(mimetype: string): Promise<BlockFormat<unknown>> {
  const load = formats[mimetype as Mimetype] ?? findAssistedFormat(mimetype)?.load;
  if (load !== undefined) return load();
  const { findRecipe } = await import('../gdal-formats/ogr-recipes.ts');
  const recipe = findRecipe(mimetype);
  if (recipe === undefined) throw new Error(`no format for ${mimetype}`);
  if (recipe.driver === 'OpenFileGDB') {
    return erased((await import('../gdal-formats/filegdb-format.ts')).fileGdbFormat(recipe));
  }
  const { ogrFormat } = await import('../gdal-formats/ogr-format.ts');
  return erased(ogrFormat(recipe));
}
