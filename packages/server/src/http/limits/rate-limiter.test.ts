import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { type RateBudget, RateLimiter } from './rate-limiter.ts';

describe('a rate limiter', () => {
  test('lets through a burst, and then as many as come in by the minute', () => {
    let now = 0;
    const limiter = new RateLimiter({ perMinute: 60, burst: 3 }, () => now);
    expect([1, 2, 3].map(() => limiter.take('a'))).toEqual([0, 0, 0]);
    expect(limiter.take('a')).toBe(1000);
    now += 999;
    expect(limiter.take('a')).toBe(1);
    now += 1;
    expect(limiter.take('a')).toBe(0);
    expect(limiter.take('a')).toBe(1000);
  });

  test('does not make those that ask too early wait longer', () => {
    let now = 0;
    const limiter = new RateLimiter({ perMinute: 60, burst: 1 }, () => now);
    limiter.take('a');
    for (let asked = 0; asked < 50; asked += 1) limiter.take('a');
    now += 1000;
    expect(limiter.take('a')).toBe(0);
  });

  test('counts each asker apart, and remembers a bounded number of them', () => {
    const limiter = new RateLimiter({ perMinute: 60, burst: 1 }, () => 0);
    for (let asker = 0; asker < 60_000; asker += 1) limiter.take(`asker ${asker}`);
    expect(limiter.take('asker 59999')).toBeGreaterThan(0);
    expect(limiter.size).toBe(50_000);
  });

  test('never lets more through in any span than burst and rate allow, and says truly when the next one is', () => {
    const pauses = fc.array(fc.nat({ max: 5000 }), { minLength: 1, maxLength: 200 });
    const budgets = fc.record({
      perMinute: fc.integer({ min: 1, max: 600 }),
      burst: fc.integer({ min: 1, max: 20 }),
    });
    fc.assert(
      fc.property(budgets, pauses, (budget, gaps) => {
        const taken = takeAll(budget, gaps);
        for (const [first, from] of taken.entries()) {
          for (const [later, to] of taken.slice(first).entries()) {
            const most = budget.burst + ((to - from) * budget.perMinute) / 60_000 + 1e-6;
            expect(later + 1).toBeLessThanOrEqual(most);
          }
        }
      }),
      { seed: 6, numRuns: 100 },
    );
  });
});

/** When each of those that were let through was; one that was not comes back exactly when it is told to. */
function takeAll(budget: RateBudget, gaps: readonly number[]): number[] {
  let now = 0;
  const limiter = new RateLimiter(budget, () => now);
  return gaps.map((gap) => {
    now += gap;
    now += limiter.waitMs('a');
    // Of rounding, a part of a millisecond may be left.
    now += limiter.waitMs('a');
    expect(limiter.take('a')).toBe(0);
    return now;
  });
}
