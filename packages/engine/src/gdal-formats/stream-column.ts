import type { Field, FieldType } from '../source/layer.ts';

/** Where the values of a column come from: a column of the batch, or what is made for it. */
export type StreamValues =
  | { readonly column: number }
  | { readonly constant: string }
  | { readonly made: 'wkt' | 'fid' };

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
  /** What GDAL takes it for: an attribute, the id of the feature, or its style. */
  readonly role: 'attribute' | 'fid' | 'style';
}

/** Whether a stream names its columns itself, rather than a `.vrt`: GDAL 3.6 loses binary values on the way through one. */
export function isNamedInStream(columns: readonly StreamColumn[]): boolean {
  return columns.some(({ type }) => type === 'blob');
}

/**
 * The columns as fields of the stream. As a rule they are called `c0`, `c1`, ... there and a `.vrt` gives them their names
 * and types; a date is text then, as FlatGeobuf has none.
 */
export function streamedFields(columns: readonly StreamColumn[]): Field[] {
  const isNamed = isNamedInStream(columns);
  return columns.map(({ name, type }, index) =>
    isNamed ? { name, type } : { name: `c${index}`, type: type === 'date' ? 'text' : type },
  );
}
