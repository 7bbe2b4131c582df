import type { Kind, Mimetype } from '@outcrop/contract';

import type { BlockFormat } from './block-format.ts';
import { csvFormat } from './csv-format.ts';
import { flatGeobufFormat } from './flatgeobuf-format.ts';
import { geoParquetFormat } from './geoparquet-format.ts';
import { geoJsonFormat, geoJsonSequenceFormat } from './geojson-format.ts';
import { geoPackageFormat } from './geopackage-format.ts';
import { shapefileFormat } from './shapefile-format.ts';

/** The formats that the engine writes itself, for vector layers and tables. Pieces go only to their own assembler. */
const formats: Readonly<Partial<Record<Mimetype, BlockFormat<unknown>>>> = {
  'application/x-ogc-gpkg': erased(geoPackageFormat),
  'application/x-zipped-shp': erased(shapefileFormat()),
  'text/csv': erased(csvFormat),
  'application/geo+json': erased(geoJsonFormat),
  'application/geo+json-seq': erased(geoJsonSequenceFormat),
  'application/flatgeobuf': erased(flatGeobufFormat),
  'application/vnd.apache.parquet': erased(geoParquetFormat),
};

function erased<Piece>(format: BlockFormat<Piece>): BlockFormat<unknown> {
  return format as BlockFormat<unknown>;
}

const writableKinds: readonly Kind[] = ['vector', 'table'];

/** The mimetypes that can be written on this machine. */
export function producibleFormats(): readonly string[] {
  return Object.keys(formats);
}

/** Whether a kind of data can be exported at all. */
export function isWritableKind(kind: Kind): boolean {
  return writableKinds.includes(kind);
}

/** The format of a mimetype that `producibleFormats` lists. */
export function blockFormat(mimetype: string): BlockFormat<unknown> {
  const format = formats[mimetype as Mimetype];
  if (format === undefined) throw new Error(`no format for ${mimetype}`);
  return format;
}
