import type { Field, FieldType } from '../source/layer.ts';
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

const leastInt = -(2 ** 31);
const greatestInt = 2 ** 31 - 1;

/** The columns of a schema's fields; what changes its type goes on record. */
export function flatGeobufColumns(
  { fields, fieldSurveys }: { fields: readonly Field[]; fieldSurveys: readonly IntegerRange[] },
  losses: LossLog,
): FlatGeobufColumn[] {
  return fields.map(({ name, type, maxLength }, index) => {
    if (type === 'date') {
      losses.add('value-retyped', 'FlatGeobuf has no date without a time: it is written as midnight.', {
        field: name,
        count: 0,
      });
    }
    const isLong = type === 'integer64' || (type === 'integer' && !fitsInt(fieldSurveys[index]));
    return {
      name,
      type,
      code: isLong ? columnTypes.integer64 : columnTypes[type],
      isLong,
      width: maxLength ?? null,
    };
  });
}

/** What matters of a field's survey. */
interface IntegerRange {
  readonly least: number | null;
  readonly greatest: number | null;
}

/** SQLite stores any integer in a column of 32 bits. */
function fitsInt(survey: IntegerRange | undefined): boolean {
  return (survey?.least ?? 0) >= leastInt && (survey?.greatest ?? 0) <= greatestInt;
}
