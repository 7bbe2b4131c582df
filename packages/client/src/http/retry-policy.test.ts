import { expect, test } from 'vitest';

import { defaultRetryPolicy, retryDelay } from './retry-policy.ts';

test('pauses grow up to a limit', () => {
  const policy = { ...defaultRetryPolicy, minMs: 100, maxMs: 1000, factor: 2, jitter: false };
  expect([0, 1, 2, 3, 4, 50].map((repetition) => retryDelay(policy, repetition))).toEqual([
    100, 200, 400, 800, 1000, 1000,
  ]);
});

test('jitter spreads pauses over their second half, so that many clients do not come back at once', () => {
  const delays = Array.from({ length: 500 }, () => retryDelay({ ...defaultRetryPolicy, minMs: 100 }, 0));
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(50);
  expect(Math.max(...delays)).toBeLessThanOrEqual(100);
  expect(new Set(delays).size).toBeGreaterThan(400);
});
