import { InvalidArgumentError } from 'commander';

/** What a site takes. */
const [least, most] = [0.01, 10_000];

/** Reads how many pixels of the source one is to be as large as. */
export function parseMultiplier(text: string): number {
  const multiplier = text.trim() === '' ? NaN : Number(text);
  if (multiplier >= least && multiplier <= most) return multiplier;
  throw new InvalidArgumentError(`It is a number from ${least} to ${most}: 2 makes pixels twice as large.`);
}
