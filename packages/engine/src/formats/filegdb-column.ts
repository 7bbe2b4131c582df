import type { FieldType } from '../source/layer.ts';

/** Types of fields in a table of a File Geodatabase, by their codes. */
export const fileGdbTypes = {
  int: 1,
  double: 3,
  text: 4,
  date: 5,
  objectId: 6,
  geometry: 7,
  binary: 8,
} as const;

/** A code of `fileGdbTypes`. */
export type FileGdbType = (typeof fileGdbTypes)[keyof typeof fileGdbTypes];

/** A column as rows have it. */
export interface FileGdbColumn {
  /** The name in the product. */
  readonly name: string;
  /** The name in the source, for the record of losses. */
  readonly field: string;
  readonly type: FileGdbType;
  /** What its numbers are, whatever the type. */
  readonly holds: 'flags' | 'integers' | 'anything';
  /** Which column of a batch has its values. */
  readonly column: number;
}

const typeOf: Readonly<Record<FieldType, FileGdbType>> = {
  boolean: fileGdbTypes.int,
  integer: fileGdbTypes.int,
  // Every release of ArcGIS reads reals, and only the latest integers of 64 bits.
  integer64: fileGdbTypes.double,
  real: fileGdbTypes.double,
  text: fileGdbTypes.text,
  date: fileGdbTypes.date,
  datetime: fileGdbTypes.date,
  blob: fileGdbTypes.binary,
};

/** What GDAL makes of a type. */
export function fileGdbTypeOf(type: FieldType, isLong: boolean): FileGdbType {
  return isLong ? fileGdbTypes.double : typeOf[type];
}
