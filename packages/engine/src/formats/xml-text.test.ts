import { expect, test } from 'vitest';

import { isXmlText, xmlText } from './xml-text.ts';

test.each([
  ['a & b < c > "d"', 'a &amp; b &lt; c &gt; &quot;d&quot;', true],
  ['tab\tline\nreturn\r', 'tab\tline\nreturn&#13;', true],
  ['bell\u0007', 'bell\uFFFD', false],
  ['half \uD83D', 'half \uFFFD', false],
  ['whole 😀 Ō', 'whole 😀 Ō', true],
])('%j is %j', (text, written, isWhole) => {
  expect(xmlText(text)).toBe(written);
  expect(isXmlText(text)).toBe(isWhole);
});
