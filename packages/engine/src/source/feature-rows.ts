import type { StoredValue } from './sqlite-record.ts';

/**
 * The rows of a table, one at a time, in the order of their ids. What a row holds is asked of it while it is the one that
 * the last call went to.
 */
export interface FeatureRows extends Disposable {
  /** Rows from an id to before another, or to the end; `next` goes to the first of them. */
  seek(from: number, before: number | null): void;
  /** Goes to the next row; false after the last. */
  next(): boolean;
  /** Goes to the row of an id, if there is one. What was sought before is over. */
  find(fid: number): boolean;
  readonly fid: number;
  /** Where the geometry is; called before `geometryBytes` and its neighbours are looked at. */
  locateGeometry(): 'none' | 'blob' | 'other';
  readonly geometryBytes: Uint8Array;
  readonly geometryStart: number;
  readonly geometryEnd: number;
  /** The value of a field, by its place among those that are read. */
  value(field: number): StoredValue;
}
