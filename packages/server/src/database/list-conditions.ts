import type { Filter, FilterOperator, Selection } from '../exports/selection.ts';

/** A column that a list can be filtered and sorted by. Nothing else gets into the text of a statement. */
export interface ListColumn {
  readonly sql: string;
  /** Its type; a `list` is one of texts, of which one must contain what is looked for. */
  readonly type: 'text' | 'timestamptz' | 'integer' | 'bigint' | 'list';
}

/** Columns by the names that filters and sorts use. One is `id`, which breaks ties. */
export type ListColumns = Readonly<Record<string, ListColumn>> & { readonly id: ListColumn };

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
 * Writes a selection as SQL. Without an order, the newest come first.
 *
 * @param firstPlaceholder number of the first placeholder that is free.
 */
export function listConditions(
  columns: ListColumns,
  selection: Selection,
  firstPlaceholder: number,
): Conditions {
  const conditions = selection.filters.map((filter, index) =>
    condition(columnOf(columns, filter.attribute), filter, `$${firstPlaceholder + index}::text[]`),
  );
  const { sort } = selection;
  const direction = sort?.isDescending === false ? 'ASC' : 'DESC';
  const column = sort === null ? columns.id : columnOf(columns, sort.attribute);
  return {
    where: conditions.map((one) => ` AND ${one}`).join(''),
    orderBy:
      column === columns.id
        ? `${column.sql} ${direction}`
        : `${column.sql} ${direction} NULLS LAST, ${columns.id.sql} ${direction}`,
    values: selection.filters.map(({ values }) => values.map(String)),
  };
}

function condition({ sql, type }: ListColumn, { operator }: Filter, placeholder: string): string {
  const holds = (text: string): string =>
    `EXISTS (SELECT 1 FROM unnest(${placeholder}) AS word WHERE position(lower(word) in lower(${text})) > 0)`;
  if (type === 'list') {
    return `EXISTS (SELECT 1 FROM unnest(${sql}) AS member WHERE ${holds('member')})`;
  }
  if (operator === 'contains') {
    return holds(sql);
  }
  const values = type === 'text' ? placeholder : `(${placeholder})::${type}[]`;
  return `${sql} ${comparisons[operator]} ANY (${values})`;
}

function columnOf(columns: ListColumns, attribute: string): ListColumn {
  const column = Object.entries(columns).find(([name]) => name === attribute)?.[1];
  if (column === undefined) {
    throw new Error(`The list has no column ${attribute}`);
  }
  return column;
}
