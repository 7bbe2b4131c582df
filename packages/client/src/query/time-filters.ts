const operators = ['gte', 'gt', 'lte', 'lt'] as const;

/** The attributes that bound a time. */
type TimeFilterName<Name extends string> = `${Name}.${(typeof operators)[number]}`;

/** Bounds of a time: from, after, until, before. */
export type TimeFilters<Name extends string> = Readonly<Record<TimeFilterName<Name>, Date | string>>;

/** The names of the bounds of a time. */
export function timeFilters<Name extends string>(name: Name): TimeFilterName<Name>[] {
  return operators.map((operator) => `${name}.${operator}` as const);
}
