import { describe, expect, it } from 'vitest';

import { compare, formatResults, median, type Round } from './result.ts';
import { benchRows } from './row.ts';

const row = benchRows[0]!;

function round(ours: number, rival: number, isStopped = false): Round {
  return {
    ours: { seconds: ours, processorSeconds: ours, peakMegabytes: 300, isStopped: false, bytes: 60_000_000 },
    rival: {
      seconds: rival,
      processorSeconds: rival,
      peakMegabytes: 90,
      isStopped,
      bytes: isStopped ? null : 70_000_000,
    },
  };
}

describe('compare', () => {
  it('says when a ratio is only a lower bound', () => {
    const result = compare(row, 'gdal', [round(4, 120, true)]);
    expect(result).toMatchObject({ id: row.id, ratio: 30, at_least: true, ours_mb: 60, rival_mb: null });
    expect(formatResults([result])).toContain(
      '| gdal | 4.0 | over 120.0 | over 30.0 | 5 | 300 | 90 | 60 / - |',
    );
  });

  it('takes the median of the ratios of the rounds, not the ratio of the medians', () => {
    const result = compare(row, 'newest-gdal', [round(1, 4), round(2, 10), round(4, 12)]);
    expect(result).toMatchObject({ id: `${row.id}/newest-gdal`, ours_s: 2, rival_s: 10, ratio: 4 });
  });
});

it('takes the mean of the two in the middle as the median of an even number', () => {
  expect(median([5, 1, 2, 4])).toBe(3);
});
