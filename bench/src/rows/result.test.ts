import { expect, it } from 'vitest';

import { compare, formatResults } from './result.ts';
import { benchRows } from './row.ts';

it('says when a ratio is only a lower bound', () => {
  const [row] = benchRows;
  if (row === undefined) throw new Error('there are no rows');
  const ours = { seconds: 4, peakMegabytes: 300, isStopped: false, bytes: 60_000_000 };
  const rival = { seconds: 120, peakMegabytes: 90, isStopped: true, bytes: null };
  const result = compare(row, ours, rival);
  expect(result).toMatchObject({ ratio: 30, at_least: true, ours_mb: 60, rival_mb: null });
  expect(formatResults([result])).toContain('| 4.0 | over 120.0 | over 30.0 | 5 | 300 | 90 | 60 / - |');
});
