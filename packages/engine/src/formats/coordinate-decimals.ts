import type { EncodeOptions } from './block-format.ts';
import type { LossLog } from './loss-log.ts';

/** Decimals of coordinates in text: a centimetre in degrees (as RFC 7946 writers do), a millimetre in metres or feet. */
const defaults = { geographic: 7, projected: 3 } as const;

/** How many decimals coordinates get. */
export function decimalsOf({ schema, coordinatePrecision }: EncodeOptions): number {
  return coordinatePrecision ?? defaults[schema.geometry?.crs?.kind ?? 'geographic'];
}

/** Puts on record that coordinates are rounded. */
export function noteRounding(options: EncodeOptions, losses: LossLog): void {
  if (options.schema.geometry === null) return;
  losses.add('coordinates-rounded', `Coordinates are rounded to ${decimalsOf(options)} decimals.`, {
    count: 0,
  });
}
