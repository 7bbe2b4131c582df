import type { Shape } from './wkb-shape.ts';

/** A feature or a row, as SQLite holds its values; whole numbers beyond 53 bits are texts. */
export interface ReadRow {
  readonly values: readonly unknown[];
  readonly shape: Shape | null;
}

/** What a file holds, in its own order. */
export interface RowSet {
  readonly fields: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly ReadRow[];
}
