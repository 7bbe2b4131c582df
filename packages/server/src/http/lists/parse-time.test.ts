import fc from 'fast-check';
import { expect, test } from 'vitest';

import { parseTime } from './parse-time.ts';

test.each([
  ['2026-04-20T22:31:19.242850Z', '2026-04-20T22:31:19.242850Z'],
  ['2026-04-20 22:31:19', '2026-04-20T22:31:19.000000Z'],
  ['2026-04-20t22:31:19z', '2026-04-20T22:31:19.000000Z'],
  ['2026-04-20T22:31', '2026-04-20T22:31:00.000000Z'],
  ['2026-04-20', '2026-04-20T00:00:00.000000Z'],
  ['2026-04-20T22:31:19+12:00', '2026-04-20T10:31:19.000000Z'],
  ['2026-04-20T22:31:19 1200', '2026-04-20T10:31:19.000000Z'],
  ['2026-04-20T22:31:19.5-0330', '2026-04-21T02:01:19.500000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000000Z'],
  ['2026-04-20T22:31:19.123456789Z', '2026-04-20T22:31:19.123456Z'],
])('%s is %s', (written, time) => {
  expect(parseTime(written)).toBe(time);
});

test.each([
  '',
  'now',
  '2026',
  '2026-13-01',
  '2026-02-29',
  '2026-01-32',
  '2026-01-01T24:30',
  '2026-01-01T00:60',
  '2026-01-01T00:00:61Z',
  '2026-01-01T00:00:00+99:99',
  '0000-12-31',
  '+012026-01-01',
  '1767225600',
  "2026-01-01'; DROP TABLE",
])('%j is no time', (written) => {
  expect(parseTime(written)).toBeNull();
});

test('every time that JavaScript writes is understood', () => {
  const times = fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true });
  fc.assert(
    fc.property(times, (time) => {
      expect(parseTime(time.toISOString())).toBe(time.toISOString().replace('Z', '000Z'));
    }),
  );
});
