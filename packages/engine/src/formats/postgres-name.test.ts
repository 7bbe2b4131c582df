import { expect, test } from 'vitest';

import { postgresColumnName, postgresName, quotedName, quotedText } from './postgres-name.ts';

const long = 'é'.repeat(40);

test.each([
  ['plain', [], 'plain'],
  ['a "name"', [], 'a "name"'],
  ['xmin', [], 'xmin_1'],
  ['XMIN', [], 'XMIN'],
  ['', [], 'field'],
  ['Name', ['name', 'NAME_1'], 'Name_2'],
  [long, [], 'é'.repeat(31)],
  [long, ['é'.repeat(31)], `${'é'.repeat(30)}_1`],
])('the column %j beside %j is %j', (name, taken, expected) => {
  expect(postgresColumnName(name, taken)).toBe(expected);
});

test('what ends a name is kept where the name is cut', () => {
  expect(postgresName(long, '_geom_idx')).toBe(`${'é'.repeat(27)}_geom_idx`);
});

test('quotation marks in names and texts are doubled', () => {
  expect([quotedName('a"; --'), quotedText("it's")]).toEqual(['"a""; --"', "'it''s'"]);
});
