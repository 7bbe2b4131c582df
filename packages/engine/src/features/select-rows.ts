import type { Column, FeatureBatch } from './feature-batch.ts';
import { GeometryBuilder } from './geometry-builder.ts';

/** A batch of some rows of another, copied. Rows are in ascending order. */
export function selectRows(batch: FeatureBatch, rows: readonly number[]): FeatureBatch {
  return {
    length: rows.length,
    fids: Float64Array.from(rows, (row) => batch.fids[row]!),
    geometry: batch.geometry === null ? null : selectGeometry(batch.geometry, rows),
    columns: batch.columns.map((column) => selectColumn(column, rows)),
  };
}

function selectGeometry(
  geometry: NonNullable<FeatureBatch['geometry']>,
  rows: readonly number[],
): GeometryBuilder {
  const builder = new GeometryBuilder(geometry.hasZ, geometry.hasM);
  for (const row of rows) builder.appendFeature(geometry, row);
  return builder;
}

/** A column of some rows of another, copied. */
export function selectColumn(column: Column, rows: readonly number[]): Column {
  switch (column.kind) {
    case 'text':
      return { kind: 'text', values: rows.map((row) => column.values[row] ?? null) };
    case 'blob':
      return { kind: 'blob', values: rows.map((row) => column.values[row] ?? null) };
    case 'number': {
      const exact = new Map<number, bigint>();
      for (const [index, row] of rows.entries()) {
        const value = column.exact?.get(row);
        if (value !== undefined) exact.set(index, value);
      }
      return {
        kind: 'number',
        values: Float64Array.from(rows, (row) => column.values[row]!),
        nulls: Uint8Array.from(rows, (row) => column.nulls[row]!),
        exact: exact.size > 0 ? exact : null,
      };
    }
  }
}
