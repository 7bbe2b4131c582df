import type { Column } from '../features/feature-batch.ts';
import { integerValue } from './integer-value.ts';
import type { LossLog } from './loss-log.ts';
import type { ParquetField } from './parquet-schema.ts';

/** A value as the writer of Parquet takes it. */
export type ParquetValue = string | number | bigint | boolean | Uint8Array | null;

const dayMs = 86_400_000;
const date = /^(\d{4})-(\d{2})-(\d{2})$/;
const dateTime = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:\.(\d+))?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** The values of a column; what the format cannot hold goes on record. */
export function parquetValues(
  column: Column,
  rows: number,
  { field, losses }: { field: ParquetField; losses: LossLog },
): ParquetValue[] {
  const convert = field.type === 'date' ? dayOf : millisecondOf;
  const values: ParquetValue[] = [];
  for (let row = 0; row < rows; row++) {
    switch (column.kind) {
      case 'number':
        values.push(numberAt(column, row, { field, losses }));
        break;
      case 'blob':
        values.push(column.values[row] ?? null);
        break;
      case 'text': {
        const text = column.values[row] ?? null;
        values.push(text === null || field.type === 'text' ? text : convert(text, field.name, losses));
      }
    }
  }
  return values;
}

function numberAt(
  column: Extract<Column, { kind: 'number' }>,
  row: number,
  { field, losses }: { field: ParquetField; losses: LossLog },
): ParquetValue {
  if (column.nulls[row] === 1) return null;
  const value = column.exact?.get(row) ?? column.values[row]!;
  if (field.type === 'boolean') return Number(value) !== 0;
  if (field.type === 'real') return Number(value);
  const whole = integerValue(value, field.name, losses);
  if (whole === null) return null;
  return field.isLong ? BigInt(whole) : Number(whole);
}

/** Days since 1970. */
function dayOf(text: string, field: string, losses: LossLog): number | null {
  const [, year, month, day] = date.exec(text)?.map(Number) ?? [];
  const time = new Date(0);
  // Unlike the parser's, its fields say whether a 30 February was taken for 1 March.
  if (year !== undefined) time.setUTCFullYear(year, month! - 1, day!);
  if (time.getUTCFullYear() === year && time.getUTCMonth() === month! - 1 && time.getUTCDate() === day) {
    return time.getTime() / dayMs;
  }
  losses.add('value-dropped', 'What is not a date (YYYY-MM-DD) is left out.', { field });
  return null;
}

/** Milliseconds since 1970; a time without a zone is in UTC, as in a GeoPackage. */
function millisecondOf(text: string, field: string, losses: LossLog): bigint | null {
  const [, day, minute = '00:00', second = ':00', fraction = '', zone = 'Z'] = dateTime.exec(text) ?? [];
  const time = day === undefined ? NaN : Date.parse(`${day}T${minute}${second}${zone}`);
  if (Number.isNaN(time)) {
    losses.add('value-dropped', 'What is not a date and time of ISO 8601 is left out.', { field });
    return null;
  }
  if (/[^0]/.test(fraction.slice(3))) {
    losses.add('value-rounded', 'Times are cut to milliseconds.', { field });
  }
  return BigInt(time);
}
