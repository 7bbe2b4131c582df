import type { Filter, Selection } from '../../exports/selection.ts';

/** The attributes of a member of a list, by the names that filters and sorts use. */
export type Attributes<T> = Readonly<Record<string, (member: T) => string | number>>;

/** Filters and sorts a list that is in memory. Members that sort alike stay in the list's own order. */
export function selectMembers<T>(
  members: readonly T[],
  selection: Selection,
  attributes: Attributes<T>,
): readonly T[] {
  const { filters, sort } = selection;
  const found =
    filters.length === 0
      ? members
      : members.filter((member) =>
          filters.every((filter) => fits(filter, attributes[filter.attribute]?.(member))),
        );
  if (sort === null) {
    return found;
  }
  const valueOf = attributes[sort.attribute];
  const direction = sort.isDescending ? -1 : 1;
  return valueOf === undefined
    ? found
    : found.toSorted((a, b) => direction * compare(valueOf(a), valueOf(b)));
}

function fits({ operator, values }: Filter, value: string | number | undefined): boolean {
  return operator === 'contains'
    ? values.some((word) => String(value).toLowerCase().includes(String(word).toLowerCase()))
    : values.includes(value ?? '');
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
}

/** Sheet 2 comes before sheet 10, and an accent does not send a name to the end. */
const collator = new Intl.Collator('en', { numeric: true });
