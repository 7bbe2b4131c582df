import { expect, test } from 'vitest';

import { laterExpiry } from './later-expiry.ts';

const now = Date.parse('2026-11-25T00:00:00Z');
const site = { keepDays: 7, maxKeepDays: 30 };

function later(expires: string, settings: Parameters<typeof laterExpiry>[2] = site): string | null {
  return laterExpiry(new Date(expires), now, settings)?.toISOString() ?? null;
}

test('an export is kept for as long again as the site keeps one', () => {
  expect(later('2026-11-27T00:00:00Z')).toBe('2026-12-04T00:00:00.000Z');
});

test('but no longer than the site allows, less what clocks may differ', () => {
  expect(later('2026-12-22T00:00:00Z')).toBe('2026-12-24T23:55:00.000Z');
});

test('where that is reached there is nothing to gain', () => {
  expect(later('2026-12-24T23:30:00Z')).toBeNull();
  expect(later('2027-06-01T00:00:00Z')).toBeNull();
});

test('an end on a site that keeps for ever is put off as far as it goes', () => {
  expect(later('2026-11-27T00:00:00Z', { keepDays: null, maxKeepDays: 30 })).toBe('2026-12-24T23:55:00.000Z');
});
