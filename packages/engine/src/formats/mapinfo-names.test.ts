import { expect, test } from 'vitest';

import { chooseCharset } from './mapinfo-charset.ts';
import { mapInfoFieldName } from './mapinfo-names.ts';

test.each([
  ['naïve "name"', [], 'naive__name_'],
  ['a_very_long_field_name_that_is_longer', [], 'a_very_long_field_name_that_is_'],
  [
    'a_very_long_field_name_that_is_longest',
    ['A_very_long_field_name_that_is_'],
    'a_very_long_field_name_that_i_1',
  ],
  ['', [], 'FIELD'],
])('the name %j beside %j is %s', (name, taken, expected) => {
  expect(mapInfoFieldName(name, taken)).toBe(expected);
});

const counted = (text: string): Map<number, number> =>
  new Map([...text].map((character) => [character.codePointAt(0)!, 1]));

test.each([
  ['', 'CP1252', ''],
  ['éü', 'CP1252', ''],
  ['āēīōū', 'CP1257', ''],
  ['Привет', 'CP1251', ''],
  ['東京都', 'CP932', ''],
  ['東𝄞', 'CP932', '𝄞'],
])('texts with %j are in %s, which lacks %j', (text, name, missing) => {
  const chosen = chooseCharset(counted(text));
  expect([chosen.name, chosen.missing.join('')]).toEqual([name, missing]);
});
