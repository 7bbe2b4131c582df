import { expect, test } from 'vitest';

import { parseExpiry } from './parse-expiry.ts';

const now = Date.parse('2026-11-25T12:00:00Z');

test.each([
  ['90d', '2027-02-23T12:00:00.000000Z'],
  ['12h', '2026-11-26T00:00:00.000000Z'],
  ['52w', '2027-11-24T12:00:00.000000Z'],
  ['2027-06-30', '2027-06-30T00:00:00.000000Z'],
  ['2027-06-30T12:00:00+12:00', '2027-06-30T00:00:00.000000Z'],
])('%s is %s', (written, time) => {
  expect(parseExpiry(written, now)).toBe(time);
});

test.each(['', '90', 'd', '-1d', '1.5d', '3m', 'tomorrow', '2027-13-01', '99999999d'])(
  '%j is no time',
  (written) => {
    expect(parseExpiry(written, now)).toBeNull();
  },
);
