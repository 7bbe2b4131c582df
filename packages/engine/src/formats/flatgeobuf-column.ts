import type { Field, FieldType } from '../source/layer.ts';
import { type IntegerRange, needsLong } from './integer-value.ts';
import type { LossLog } from './loss-log.ts';

/** The types of FlatGeobuf that fields have, by their codes (header.fbs, `ColumnType`). */
const columnTypes: Readonly<Record<FieldType, number>> = {
  boolean: 2,
  integer: 5,
  integer64: 7,
  real: 10,
  text: 11,
  date: 13,
  datetime: 13,
  blob: 14,
};

/** A column as the header declares it and the features write it. */
export interface FlatGeobufColumn {
  readonly name: string;
  readonly type: FieldType;
  /** `ColumnType` of the schema. */
  readonly code: number;
  /** Integers of 64 bits, though the field may declare fewer. */
  readonly isLong: boolean;
  /** Declared largest number of characters; null where there is none. */
  readonly width: number | null;
}

/** The columns of a schema's fields; what changes its type goes on record. */
export function flatGeobufColumns(
  { fields, fieldSurveys }: { fields: readonly Field[]; fieldSurveys: readonly IntegerRange[] },
  losses: LossLog,
): FlatGeobufColumn[] {
  return fields.map((field, index) => {
    const { name, type, maxLength } = field;
    if (type === 'date') {
      losses.add('value-retyped', 'FlatGeobuf has no date without a time: it is written as midnight.', {
        field: name,
        count: 0,
      });
    }
    const isLong = needsLong(field, fieldSurveys[index]);
    return {
      name,
      type,
      code: isLong ? columnTypes.integer64 : columnTypes[type],
      isLong,
      width: maxLength ?? null,
    };
  });
}
