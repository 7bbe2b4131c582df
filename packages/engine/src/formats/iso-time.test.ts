import { expect, test } from 'vitest';

import { isDay, isoDateTime } from './iso-time.ts';

test.each([
  ['2024-02-29', true],
  ['2023-02-29', false],
  ['1900-02-29', false],
  ['2000-02-29', true],
  ['2026-04-31', false],
  ['2026-12-31', true],
  ['2026-13-01', false],
  ['2026-00-10', false],
  ['0000-01-01', false],
  ['0001-01-01', true],
  ['2026/11/22', false],
  ['2026-1-22', false],
  ['2026-11-22T00:00:00Z', false],
  ['', false],
])('%j is a day: %s', (text, expected) => {
  expect(isDay(text)).toBe(expected);
});

test.each([
  ['2026-11-22', '2026-11-22T00:00:00Z'],
  ['2026-11-22T10:15:30.123Z', '2026-11-22T10:15:30.123Z'],
  ['2026-11-22 10:15:30', '2026-11-22 10:15:30Z'],
  ['2026-11-22T10:15', '2026-11-22T10:15Z'],
  ['2026-11-22T10:15:30+13:00', '2026-11-22T10:15:30+13:00'],
  ['2026-11-22T24:00:00Z', null],
  ['2026-11-22T10:60:00Z', null],
  ['2026-02-30T10:00:00Z', null],
  ['2026-11-22T10:15:30+99:00', null],
  ['noon', null],
])('the date and time %j is %j', (text, expected) => {
  expect(isoDateTime(text)).toBe(expected);
});
