import { expect, test } from 'vitest';

import { parseResourceRange } from './parse-resource-range.ts';

test('a range is start, exclusive end and total', () => {
  expect(parseResourceRange('10-20/112')).toEqual({ start: 10, end: 20, total: 112 });
});

test.each([null, '', '10-20', 'a-b/c', '0-1/*'])('%s is no range', (header) => {
  expect(parseResourceRange(header)).toBeNull();
});
