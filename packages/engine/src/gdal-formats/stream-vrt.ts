import { vrtFieldTypes, vrtGeometryType } from '../formats/csv-vrt.ts';
import type { OutputSchema } from '../formats/output-schema.ts';
import { needsLong } from '../formats/integer-value.ts';
import { xmlText } from '../formats/xml-text.ts';
import type { FieldType, GeometryType } from '../source/layer.ts';
import type { StreamColumn } from './stream-column.ts';
import { streamLayer } from './stream-schema.ts';

/** Unlike in a CSV, binary values come as they are. */
const types: Readonly<Record<FieldType, string>> = { ...vrtFieldTypes, blob: 'type="Binary"' };

/** What a stream of features is in GDAL's eyes. */
export interface StreamDescription {
  /** `/vsistdin/`, or a file of ours. */
  readonly source: string;
  readonly layer: string;
  readonly columns: readonly StreamColumn[];
  readonly type: GeometryType | null;
  readonly hasZ: boolean;
  readonly hasM: boolean;
}

/**
 * The `.vrt` through which `ogr2ogr` reads a stream: it gives the columns their names and types, some of which a stream
 * has no way to say. XML can hold any name, which SQL and command lines cannot.
 */
export function streamVrt(stream: StreamDescription, schema: OutputSchema): string {
  const { source, layer, columns, type, hasZ, hasM } = stream;
  const crs = schema.geometry?.crs ?? null;
  return [
    '<OGRVRTDataSource>',
    `<OGRVRTLayer name="${xmlText(layer)}">`,
    `<SrcDataSource relativeToVRT="0">${xmlText(source)}</SrcDataSource>`,
    `<SrcLayer>${streamLayer}</SrcLayer>`,
    type === null
      ? '<GeometryType>wkbNone</GeometryType>'
      : `<GeometryType>${vrtGeometryType({ type, hasZ, hasM })}</GeometryType>`,
    ...(type === null || crs === null ? [] : [`<LayerSRS>${crs.code}</LayerSRS>`]),
    ...columns.flatMap((column, index) => columnLine(column, index, schema)),
    '</OGRVRTLayer>',
    '</OGRVRTDataSource>',
    '',
  ].join('\n');
}

function columnLine(column: StreamColumn, index: number, schema: OutputSchema): string[] {
  const source = `c${index}`;
  if (column.role === 'style') return [`<Style>${source}</Style>`];
  const width = column.width === null ? '' : ` width="${column.width}"`;
  return [`<Field name="${xmlText(column.name)}" src="${source}" ${typeOf(column, schema)}${width}/>`];
}

/** As wide as the stream's column: a field may hold larger integers than it declares. */
function typeOf({ name, type, values }: StreamColumn, { fieldSurveys }: OutputSchema): string {
  const survey = 'column' in values ? fieldSurveys[values.column] : undefined;
  return types[needsLong({ name, type }, survey) ? 'integer64' : type];
}
