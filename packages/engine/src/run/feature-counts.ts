import type { FeatureCounts } from '@outcrop/contract';

import { EngineError } from '../engine-error.ts';
import type { BlockCounts } from './block-task.ts';

/** Before the first block. */
export const noCounts: BlockCounts = {
  seen: 0,
  written: 0,
  whole: 0,
  clipped: 0,
  crumbs: 0,
  repaired: 0,
  notProjectable: 0,
  cutAtSeam: 0,
};

/** The counts of two blocks together. */
export function addCounts(a: BlockCounts, b: BlockCounts): BlockCounts {
  return {
    seen: a.seen + b.seen,
    written: a.written + b.written,
    whole: a.whole + b.whole,
    clipped: a.clipped + b.clipped,
    crumbs: a.crumbs + b.crumbs,
    repaired: a.repaired + b.repaired,
    notProjectable: a.notProjectable + b.notProjectable,
    cutAtSeam: a.cutAtSeam + b.cutAtSeam,
  };
}

/**
 * The counts of a report. In = out + excluded is checked here, on every run.
 *
 * @throws EngineError `internal` where features do not add up
 */
export function featureCounts(read: number, tally: BlockCounts): FeatureCounts {
  // What has no place in the CRS had been kept by the crop: whole features first, as those on the edge are near the region.
  const clipped = Math.max(0, tally.clipped - Math.max(0, tally.notProjectable - tally.whole));
  const excluded = read - tally.written;
  const outside = excluded - tally.crumbs - tally.notProjectable;
  const isBalanced = outside >= 0 && tally.whole + tally.clipped === tally.written + tally.notProjectable;
  if (!isBalanced)
    throw new EngineError('internal', `Features do not add up: ${JSON.stringify({ read, ...tally })}.`);
  return {
    read,
    written: tally.written,
    whole: tally.written - clipped,
    clipped,
    excluded,
    excluded_by: { outside_region: outside, crumb: tally.crumbs, not_projectable: tally.notProjectable },
    repaired: tally.repaired,
    cut_at_antimeridian: tally.cutAtSeam,
  };
}
