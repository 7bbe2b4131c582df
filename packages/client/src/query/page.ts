/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Records in the whole list; null where the site does not say. */
  readonly total: number | null;
  /** Address of the next page; null for the last. */
  readonly next: URL | null;
}
