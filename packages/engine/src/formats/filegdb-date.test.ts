import { expect, test } from 'vitest';

import { fileGdbDate } from './filegdb-date.ts';

const epoch = Date.UTC(1899, 11, 30);
const dayMs = 86_400_000;

test.each(['1899-12-30', '1900-02-28', '1900-03-01', '1970-01-01', '2000-02-29', '2026-11-26', '9999-12-31'])(
  '%s is so many days from the beginning as JavaScript counts',
  (text) => {
    expect(fileGdbDate(text)).toEqual({ days: (Date.parse(text) - epoch) / dayMs, isRounded: false });
  },
);

test.each([
  '2026-11-26T04:05:06Z',
  '2026-11-26 23:59:59',
  '2026-11-26T04:05+13:45',
  '1890-01-01T12:00:00-0330',
])('%s is in UTC', (text) => {
  const instant = Date.parse(/[+-]\d\d:?\d\d$|Z$/.test(text) ? text : `${text.replace(' ', 'T')}Z`);
  expect(fileGdbDate(text)!.days).toBeCloseTo((instant - epoch) / dayMs, 9);
});

test('fractions of a second are rounded, and that is told', () => {
  expect(fileGdbDate('1899-12-31T00:00:00.4Z')).toEqual({ days: 1, isRounded: true });
  expect(fileGdbDate('1899-12-30T23:59:59.5Z')).toEqual({ days: 1, isRounded: true });
});

test.each([
  '',
  'yesterday',
  '2026-02-29',
  '2100-02-29',
  '2026-13-01',
  '2026-00-10',
  '2026/11/26',
  'abcd-01-01',
  '2026-01-0x',
  '2026-11-26T24:00',
])('“%s” is no date', (text) => {
  expect(fileGdbDate(text)).toBeNull();
});
