import type { FilterOperator } from '../../exports/selection.ts';

/** What a filter takes: a text, a part of a text, a time, a whole number, or one of several words. */
export type FilterType = 'text' | 'search' | 'time' | 'integer' | readonly string[];

/** What a list can be sorted and filtered by (wire contract, section 3). */
export interface ListFields {
  readonly sorts: readonly string[];
  /** By name of the parameter. A time can also be compared: `created_at.gte`. */
  readonly filters: Readonly<Record<string, { readonly type: FilterType; readonly attribute?: string }>>;
  /** The order where none is asked for, in words. */
  readonly order: string;
}

/** One parameter that filters. */
export interface FilterParameter {
  readonly parameter: string;
  readonly attribute: string;
  readonly operator: FilterOperator;
  readonly type: FilterType;
}

const timeOperators = ['gt', 'gte', 'lt', 'lte'] as const;

/** The parameters of a list that filter. */
export function filterParameters(fields: ListFields): FilterParameter[] {
  return Object.entries(fields.filters).flatMap(([parameter, { type, attribute = parameter }]) => {
    const plain = { parameter, attribute, type, operator: type === 'search' ? 'contains' : 'is' } as const;
    const compared = timeOperators.map((operator) => ({
      ...plain,
      parameter: `${parameter}.${operator}`,
      operator,
    }));
    return type === 'time' ? [plain, ...compared] : [plain];
  });
}
