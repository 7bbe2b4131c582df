import type { WriterOptions } from './feature-writer.ts';

/** Decimals of coordinates in text: a centimetre in degrees (as RFC 7946 writers do), a millimetre in metres or feet. */
const defaults = { geographic: 7, projected: 3 } as const;

/** How many decimals coordinates get; what is rounded away is put on record. */
export function decimalsOf({ schema, coordinatePrecision, losses }: WriterOptions): number {
  if (schema.geometry === null) return 0;
  const decimals = coordinatePrecision ?? defaults[schema.geometry.crs?.kind ?? 'geographic'];
  losses.add('coordinates-rounded', `Coordinates are rounded to ${decimals} decimals.`);
  return decimals;
}
