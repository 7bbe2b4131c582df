/** How a filter compares. `contains` looks for the text anywhere, in any case. */
export type FilterOperator = 'is' | 'contains' | 'gt' | 'gte' | 'lt' | 'lte';

/** One filter. With several values, one that fits is enough. */
export interface Filter {
  readonly attribute: string;
  readonly operator: FilterOperator;
  readonly values: readonly (string | number)[];
}

/** The order of a list. */
export interface Sort {
  readonly attribute: string;
  readonly isDescending: boolean;
}

/** Which members of a list, and in which order. All filters must fit. */
export interface Selection {
  readonly filters: readonly Filter[];
  /** Null for the list's own order. */
  readonly sort: Sort | null;
}
