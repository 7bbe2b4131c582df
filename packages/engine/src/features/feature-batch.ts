import type { Field } from '../source/layer.ts';
import type { GeometryArray } from './geometry-array.ts';

/** Values of a boolean, integer, integer64 or real field. */
export interface NumberColumn {
  readonly kind: 'number';
  readonly values: Float64Array;
  /** 1 where the value is null. */
  readonly nulls: Uint8Array;
  /** Integers beyond 2^53, by row: their entry in `values` is only the nearest double. Null where there is none. */
  exact: Map<number, bigint> | null;
}

/** Values of a text, date or datetime field; dates as ISO 8601 text. */
export interface TextColumn {
  readonly kind: 'text';
  readonly values: (string | null)[];
}

/** Values of a blob field. */
export interface BlobColumn {
  readonly kind: 'blob';
  readonly values: (Uint8Array | null)[];
}

/** One attribute of a block of features. */
export type Column = NumberColumn | TextColumn | BlobColumn;

/** A block of features in columns. Its arrays are reused by the next block. */
export interface FeatureBatch {
  readonly length: number;
  /** The features' ids in their source. */
  readonly fids: Float64Array;
  /** Null for a table. */
  readonly geometry: GeometryArray | null;
  /** One for each field of the schema, in its order. */
  readonly columns: readonly Column[];
}

/** An empty column of so many rows for a field. */
export function createColumn(field: Field, rows: number): Column {
  switch (field.type) {
    case 'text':
    case 'date':
    case 'datetime':
      return { kind: 'text', values: [] };
    case 'blob':
      return { kind: 'blob', values: [] };
    case 'boolean':
    case 'integer':
    case 'integer64':
    case 'real':
      return { kind: 'number', values: new Float64Array(rows), nulls: new Uint8Array(rows), exact: null };
  }
}
