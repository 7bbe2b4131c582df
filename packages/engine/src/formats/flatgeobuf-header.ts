import { Builder } from 'flatbuffers';

import type { Crs } from '../crs/crs.ts';
import type { Envelope } from '../features/geometry-array.ts';
import { type GeometryType, geometryTypes } from '../source/layer.ts';
import type { FlatGeobufColumn } from './flatgeobuf-column.ts';
import type { OutputSchema } from './output-schema.ts';

/** Version 3, with the patch number that says nothing to readers. */
const magic = [0x66, 0x67, 0x62, 3, 0x66, 0x67, 0x62, 1];
/** Slots of the tables of header.fbs. */
const headerSlots = 14;
const columnSlots = 11;
const crsSlots = 6;
/** Nodes under one node of the index. */
export const indexNodeSize = 16;

/** What is known of a layer once all its features are. */
export interface FlatGeobufHeader {
  readonly schema: OutputSchema;
  readonly columns: readonly FlatGeobufColumn[];
  readonly featureCount: number;
  /** Null where no feature has a place. */
  readonly envelope: Envelope | null;
}

/** The beginning of a file: its magic bytes and its header. */
export function flatGeobufHeader({ schema, columns, featureCount, envelope }: FlatGeobufHeader): Uint8Array {
  const builder = new Builder(1024);
  const { geometry } = schema;
  const name = builder.createString(schema.name);
  const title = builder.createString(schema.title);
  const description = builder.createString(schema.description);
  const crs = geometry?.crs == null ? 0 : writeCrs(builder, geometry.crs);
  const tables = columns.map((column) => writeColumn(builder, column));
  builder.startVector(4, tables.length, 4);
  for (const table of tables.toReversed()) builder.addOffset(table);
  const columnVector = builder.endVector();
  const box = envelope === null ? 0 : writeDoubles(builder, envelope);
  builder.startObject(headerSlots);
  builder.addFieldInt64(8, BigInt(featureCount), 0n);
  builder.addFieldOffset(0, name, 0);
  builder.addFieldOffset(1, box, 0);
  builder.addFieldOffset(7, columnVector, 0);
  builder.addFieldOffset(10, crs, 0);
  builder.addFieldOffset(11, title, 0);
  builder.addFieldOffset(12, description, 0);
  builder.addFieldInt16(9, featureCount === 0 ? 0 : indexNodeSize, indexNodeSize);
  builder.addFieldInt8(2, typeCode(geometry?.type ?? 'GEOMETRY'), 0);
  builder.addFieldInt8(3, Number(geometry?.hasZ === true), 0);
  builder.addFieldInt8(4, Number(geometry?.hasM === true), 0);
  builder.finishSizePrefixed(builder.endObject());
  return Buffer.concat([Uint8Array.from(magic), builder.asUint8Array()]);
}

function writeCrs(builder: Builder, crs: Crs): number {
  const organisation = builder.createString('EPSG');
  const name = builder.createString(crs.name);
  const wkt = crs.wkt === null ? 0 : builder.createString(crs.wkt);
  builder.startObject(crsSlots);
  builder.addFieldOffset(0, organisation, 0);
  builder.addFieldInt32(1, crs.epsg, 0);
  builder.addFieldOffset(2, name, 0);
  builder.addFieldOffset(4, wkt, 0);
  return builder.endObject();
}

function writeColumn(builder: Builder, column: FlatGeobufColumn): number {
  const name = builder.createString(column.name);
  builder.startObject(columnSlots);
  builder.addFieldOffset(0, name, 0);
  if (column.width !== null) builder.addFieldInt32(4, column.width, -1);
  builder.addFieldInt8(1, column.code, 0);
  return builder.endObject();
}

function writeDoubles(builder: Builder, values: readonly number[]): number {
  builder.startVector(8, values.length, 8);
  for (const value of values.toReversed()) builder.addFloat64(value);
  return builder.endVector();
}

/** The schema's codes are in the order of our types, which is that of WKB. */
function typeCode(type: GeometryType): number {
  return geometryTypes.indexOf(type);
}
