import { InvalidArgumentError } from 'commander';

const most = 256;

/** Reads a number of worker threads. */
export function parseWorkers(text: string): number {
  const workers = Number(text);
  if (/^\d+$/.test(text) && workers >= 1 && workers <= most) return workers;
  throw new InvalidArgumentError(`Workers are a whole number from 1 to ${most}.`);
}
