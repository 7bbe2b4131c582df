import type { Field, FieldType } from '../source/layer.ts';

/** Where the values of a column come from: a column of the batch, or what is made for it. */
export type StreamValues =
  | { readonly column: number }
  | { readonly constant: string }
  | { readonly made: 'wkt' | 'fid' };

/** A column on its way to `ogr2ogr`. There it is called `c0`, `c1`, ...: names cannot do harm on the way. */
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

/** The column as a field of the stream: a date is text there, as FlatGeobuf has none. */
export function streamedField({ type }: StreamColumn, index: number): Field {
  return { name: `c${index}`, type: type === 'date' ? 'text' : type };
}
