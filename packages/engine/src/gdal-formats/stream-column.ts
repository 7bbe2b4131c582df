import type { Field, FieldType } from '../source/layer.ts';

/** Where the values of a column come from: a column of the batch, or what is made for it. */
export type StreamValues =
  | { readonly column: number }
  | { readonly constant: string }
  | { readonly made: 'wkt' };

/** A column on its way to `ogr2ogr`. */
export interface StreamColumn {
  /** The name in the product. */
  readonly name: string;
  /** The name of the source's field; null for a column that is none. */
  readonly field: string | null;
  readonly type: FieldType;
  /** Characters, where the type is text and the product declares a width. */
  readonly width: number | null;
  readonly values: StreamValues;
  /** What GDAL takes it for: an attribute, or the style of the feature. */
  readonly role: 'attribute' | 'style';
}

/**
 * Whether a stream names its columns itself, which GDAL reads in three quarters of the time that it takes through a `.vrt`.
 * A `.vrt` is needed for a style, and for dates beside dates with a time, as FlatGeobuf has one type for both. Binary
 * values never go through one: GDAL 3.6 loses them there.
 */
export function isNamedInStream(columns: readonly StreamColumn[]): boolean {
  if (has(columns, 'blob')) return true;
  return !columns.some(({ role }) => role === 'style') && !(has(columns, 'date') && has(columns, 'datetime'));
}

/** Whether all dates of a stream that names its columns are days: then GDAL is told so. */
export function hasDaysOnly(columns: readonly StreamColumn[]): boolean {
  return has(columns, 'date') && !has(columns, 'datetime');
}

function has(columns: readonly StreamColumn[], wanted: FieldType): boolean {
  return columns.some(({ type }) => type === wanted);
}

/**
 * The columns as fields of the stream. For a `.vrt`, which gives them their names and types, they are called `c0`, `c1`,
 * ..., and a date is text.
 */
export function streamedFields(columns: readonly StreamColumn[]): Field[] {
  const isNamed = isNamedInStream(columns);
  return columns.map(({ name, type, width }, index) => {
    if (!isNamed) return { name: `c${index}`, type: type === 'date' ? 'text' : type };
    return width === null ? { name, type } : { name, type, maxLength: width };
  });
}
