import type { SchemaElement } from 'hyparquet';

import type { FieldType } from '../source/layer.ts';
import { needsLong } from './integer-value.ts';
import type { OutputSchema } from './output-schema.ts';
import { uniqueName } from './unique-name.ts';

/** A column of the format, as its footer describes it. */
type ColumnType = Pick<SchemaElement, 'type' | 'converted_type' | 'logical_type'>;

const columnTypes: Readonly<Record<FieldType, ColumnType>> = {
  boolean: { type: 'BOOLEAN' },
  integer: { type: 'INT32' },
  integer64: { type: 'INT64' },
  real: { type: 'DOUBLE' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  date: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
  datetime: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
  blob: { type: 'BYTE_ARRAY' },
};

/** The sides of a box, in the order of `Envelope`. */
export const boxSides = ['xmin', 'ymin', 'xmax', 'ymax'] as const;

/** What the columns of a file are. */
export interface ParquetSchema {
  /** One for each field, in their order. */
  readonly fields: readonly ParquetField[];
  /** The columns of a vector layer's geometry and of its box; null for a table. */
  readonly geometry: { readonly column: string; readonly box: string } | null;
  /** The tree of the footer: fields, then the geometry and its box. */
  readonly elements: SchemaElement[];
}

/** A field as it is written. */
export interface ParquetField {
  readonly name: string;
  readonly type: FieldType;
  /** Integers of 64 bits, though the field may declare fewer. */
  readonly isLong: boolean;
}

/** The columns of a layer: every one may be null, as every value of a source may. */
export function parquetSchema({ fields, fieldSurveys, geometry }: OutputSchema): ParquetSchema {
  const names = fields.map(({ name }) => name);
  const written = fields.map((field, index): ParquetField => {
    const { name, type } = field;
    return { name, type, isLong: needsLong(field, fieldSurveys[index]) };
  });
  const columns = written.map(columnOf);
  if (geometry === null)
    return { fields: written, geometry: null, elements: [root(columns.length), ...columns] };
  const column = uniqueName(geometry.column, names);
  const box = uniqueName('bbox', [...names, column]);
  const elements: SchemaElement[] = [
    root(columns.length + 2),
    ...columns,
    { name: column, repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY' },
    { name: box, repetition_type: 'OPTIONAL', num_children: boxSides.length },
    ...boxSides.map((name): SchemaElement => ({ name, repetition_type: 'REQUIRED', type: 'DOUBLE' })),
  ];
  return { fields: written, geometry: { column, box }, elements };
}

function columnOf({ name, type, isLong }: ParquetField): SchemaElement {
  return { name, repetition_type: 'OPTIONAL', ...columnTypes[isLong ? 'integer64' : type] };
}

function root(children: number): SchemaElement {
  return { name: 'schema', num_children: children };
}
