import type { NumberColumn } from '../features/feature-batch.ts';

/** A number with all its digits (the shortest text that reads back as the same number), or null for null and NaN. */
export function numberText(column: NumberColumn, row: number): string | null {
  if (column.nulls[row] === 1) return null;
  const exact = column.exact?.get(row);
  if (exact !== undefined) return exact.toString();
  const value = column.values[row]!;
  return Number.isFinite(value) ? String(value) : null;
}
