import type { Field } from '../source/layer.ts';
import type { LossLog } from './loss-log.ts';

const leastInt = -(2 ** 31);
const greatestInt = 2 ** 31 - 1;
const longLimit = 2n ** 63n;

/** What matters of a field's survey. */
export interface IntegerRange {
  readonly least: number | null;
  readonly greatest: number | null;
}

/** Whether a field needs integers of 64 bits: SQLite stores any integer in a column that declares fewer. */
export function needsLong({ type }: Field, survey: IntegerRange | undefined): boolean {
  if (type !== 'integer') return type === 'integer64';
  return (survey?.least ?? 0) < leastInt || (survey?.greatest ?? 0) > greatestInt;
}

/** A number as an integer of 64 bits; what has decimals or no room goes on record, the latter as null. */
export function integerValue(value: number | bigint, field: string, losses: LossLog): number | bigint | null {
  const whole = typeof value === 'bigint' || Number.isInteger(value) ? value : Math.round(value);
  if (whole !== value) {
    losses.add('value-rounded', 'Numbers with decimals in a field of integers are rounded.', { field });
  }
  if (whole >= -longLimit && whole < longLimit) return whole;
  losses.add('value-dropped', 'Integers beyond 64 bits are left out.', { field });
  return null;
}
