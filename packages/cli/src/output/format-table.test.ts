import { expect, test } from 'vitest';

import { formatTable } from './format-table.ts';

test('columns are as wide as their widest cell, and no line ends in spaces', () => {
  expect(
    formatTable([
      ['id', 'kind', 'title'],
      ['10', 'v', 'A long title'],
      ['1', 'table', ''],
    ]),
  ).toEqual(['id  kind   title', '10  v      A long title', '1   table']);
});
