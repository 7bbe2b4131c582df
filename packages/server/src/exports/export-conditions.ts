import type { Filter, FilterOperator, Selection } from './selection.ts';

/** Columns that exports can be filtered and sorted by. Nothing else gets into the text of a statement. */
const columns = {
  id: 'exports.id',
  name: 'exports.name',
  state: 'exports.state',
  created_at: 'exports.created_at',
  finished_at: 'exports.finished_at',
} as const;

const comparisons: Readonly<Record<Exclude<FilterOperator, 'contains'>, string>> = {
  is: '=',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
};

/** A part of a statement, with the values of its placeholders. */
export interface Conditions {
  /** Begins with ` AND`, or is empty. */
  readonly where: string;
  readonly orderBy: string;
  readonly values: readonly unknown[];
}

/**
 * Writes a selection of exports as SQL.
 *
 * @param firstPlaceholder number of the first placeholder that is free.
 */
export function exportConditions(selection: Selection, firstPlaceholder: number): Conditions {
  const conditions = selection.filters.map((filter, index) =>
    condition(filter, `$${firstPlaceholder + index}::text[]`),
  );
  const { sort } = selection;
  const direction = sort?.isDescending === false ? 'ASC' : 'DESC';
  const column = sort === null ? columns.id : columnOf(sort.attribute);
  return {
    where: conditions.map((one) => ` AND ${one}`).join(''),
    orderBy:
      column === columns.id
        ? `${column} ${direction}`
        : `${column} ${direction} NULLS LAST, ${columns.id} ${direction}`,
    values: selection.filters.map(({ values }) => values.map(String)),
  };
}

function condition(filter: Filter, placeholder: string): string {
  const column = columnOf(filter.attribute);
  if (filter.operator === 'contains') {
    return `EXISTS (SELECT 1 FROM unnest(${placeholder}) AS word WHERE position(lower(word) in lower(${column})) > 0)`;
  }
  const values = column.endsWith('_at') ? `(${placeholder})::timestamptz[]` : placeholder;
  return `${column} ${comparisons[filter.operator]} ANY (${values})`;
}

function columnOf(attribute: string): (typeof columns)[keyof typeof columns] {
  const column = Object.entries(columns).find(([name]) => name === attribute)?.[1];
  if (column === undefined) {
    throw new Error(`Exports have no column ${attribute}`);
  }
  return column;
}
