import type { Kind, Mimetype } from '@outcrop/contract';

import { CsvWriter } from './csv-writer.ts';
import type { FeatureWriter, WriterOptions } from './feature-writer.ts';
import { GeoJsonWriter } from './geojson-writer.ts';
import { GeoPackageWriter } from './geopackage-writer.ts';
import { ShapefileWriter } from './shapefile-writer.ts';

type CreateWriter = (options: WriterOptions) => FeatureWriter;

/** The formats that the engine writes itself, for vector layers and tables. */
const writers: Readonly<Partial<Record<Mimetype, CreateWriter>>> = {
  'application/x-ogc-gpkg': (options) => new GeoPackageWriter(options),
  'application/x-zipped-shp': (options) => new ShapefileWriter(options),
  'text/csv': (options) => new CsvWriter(options),
  'application/geo+json': (options) => new GeoJsonWriter(options),
};

const writableKinds: readonly Kind[] = ['vector', 'table'];

/** The mimetypes that can be written on this machine. */
export function producibleFormats(): readonly string[] {
  return Object.keys(writers);
}

/** Whether a kind of data can be exported at all. */
export function isWritableKind(kind: Kind): boolean {
  return writableKinds.includes(kind);
}

/** Opens a writer for a mimetype that `producibleFormats` lists. */
export function createWriter(mimetype: string, options: WriterOptions): FeatureWriter {
  const create = writers[mimetype as Mimetype];
  if (create === undefined) throw new Error(`no writer for ${mimetype}`);
  return create(options);
}
