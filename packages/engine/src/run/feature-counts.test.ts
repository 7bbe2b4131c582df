import { expect, test } from 'vitest';

import { addCounts, featureCounts, noCounts } from './feature-counts.ts';

const tally = { ...noCounts, seen: 10, written: 7, whole: 5, clipped: 3, crumbs: 2, notProjectable: 1 };

test('every feature that was read is written or excluded, for one reason', () => {
  const counts = featureCounts(20, tally);
  expect(counts.read).toBe(counts.written + counts.excluded);
  expect(counts.written).toBe(counts.whole + counts.clipped);
  expect(counts.excluded_by).toEqual({ outside_region: 10, crumb: 2, not_projectable: 1 });
});

test.each([
  ['more are written than were kept', { ...tally, written: 8 }],
  ['fewer are written than were kept', { ...tally, written: 6 }],
  ['a kept one is nowhere', { ...tally, whole: 6 }],
])('a run in which %s fails, rather than give less than was asked for', (_, wrong) => {
  expect(() => featureCounts(20, wrong)).toThrow(
    expect.objectContaining({ name: 'EngineError', code: 'internal' }),
  );
});

test('more features than there are do not add up', () => {
  expect(() => featureCounts(9, tally)).toThrow('do not add up');
});

test('blocks add up', () => {
  expect(addCounts(tally, tally)).toMatchObject({ seen: 20, written: 14, whole: 10, clipped: 6, crumbs: 4 });
});
