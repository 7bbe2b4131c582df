const operators = ['gte', 'gt', 'lte', 'lt'] as const;

/** Bounds of a time: from, after, until, before. */
export type TimeFilters<Name extends string> = {
  readonly [Bound in `${Name}.${'gte' | 'gt' | 'lte' | 'lt'}`]: Date | string;
};

/** The names of the bounds of a time. */
export function timeFilters<Name extends string>(name: Name): (keyof TimeFilters<Name>)[] {
  return operators.map((operator) => `${name}.${operator}` as const);
}
