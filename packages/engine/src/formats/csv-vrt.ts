import type { Field, FieldType } from '../source/layer.ts';
import type { OutputGeometry, OutputSchema } from './output-schema.ts';
import { xmlText } from './xml-text.ts';

/** How a VRT names the types of fields that a CSV holds as text. */
export const vrtFieldTypes: Readonly<Record<FieldType, string>> = {
  boolean: 'type="Integer" subtype="Boolean"',
  integer: 'type="Integer"',
  integer64: 'type="Integer64"',
  real: 'type="Real"',
  text: 'type="String"',
  date: 'type="Date"',
  datetime: 'type="DateTime"',
  blob: 'type="String"',
};

const geometryTypes: Readonly<Record<string, string>> = {
  GEOMETRY: 'wkbUnknown',
  POINT: 'wkbPoint',
  LINESTRING: 'wkbLineString',
  POLYGON: 'wkbPolygon',
  MULTIPOINT: 'wkbMultiPoint',
  MULTILINESTRING: 'wkbMultiLineString',
  MULTIPOLYGON: 'wkbMultiPolygon',
  GEOMETRYCOLLECTION: 'wkbGeometryCollection',
};

/** The `.vrt` beside a CSV: types, geometry and CRS for GDAL and what builds on it. */
export function csvVrt(schema: OutputSchema, wktColumn: string | null): string {
  const { geometry } = schema;
  const lines = [
    '<OGRVRTDataSource>',
    `  <OGRVRTLayer name=${attribute(schema.name)}>`,
    `    <SrcDataSource relativeToVRT="1">${xmlText(schema.name)}.csv</SrcDataSource>`,
    `    <SrcLayer>${xmlText(schema.name)}</SrcLayer>`,
    // Else GDAL reads an empty number as 0.
    '    <OpenOptions><OOI key="EMPTY_STRING_AS_NULL">YES</OOI></OpenOptions>',
  ];
  if (geometry === null || wktColumn === null) {
    lines.push('    <GeometryType>wkbNone</GeometryType>');
  } else {
    lines.push(`    <GeometryType>${vrtGeometryType(geometry)}</GeometryType>`);
    if (geometry.crs !== null) lines.push(`    <LayerSRS>${geometry.crs.code}</LayerSRS>`);
    lines.push(`    <GeometryField encoding="WKT" field=${attribute(wktColumn)}/>`);
  }
  lines.push(...schema.fields.map(fieldLine), '  </OGRVRTLayer>', '</OGRVRTDataSource>', '');
  return lines.join('\n');
}

/** A geometry type as GDAL names it: wkbPolygon25D for Z alone, wkbPolygonM and wkbPolygonZM. */
export function vrtGeometryType({
  type,
  hasZ,
  hasM,
}: Pick<OutputGeometry, 'type' | 'hasZ' | 'hasM'>): string {
  const dimensions = `${hasZ ? 'Z' : ''}${hasM ? 'M' : ''}`;
  return `${geometryTypes[type]}${dimensions === 'Z' ? '25D' : dimensions}`;
}

function fieldLine(field: Field): string {
  // GDAL drops quotation marks from the names in the head of a CSV.
  const source = field.name.replaceAll('"', '');
  return `    <Field name=${attribute(field.name)} src=${attribute(source)} ${vrtFieldTypes[field.type]}/>`;
}

function attribute(text: string): string {
  return `"${xmlText(text)}"`;
}
