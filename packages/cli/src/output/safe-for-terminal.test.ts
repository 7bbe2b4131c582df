import fc from 'fast-check';
import { expect, test } from 'vitest';

import { safeForTerminal } from './safe-for-terminal.ts';
import { safeTerminal } from './terminal.ts';

test.each([
  ['colours', '\u001b[31mred\u001b[0m', String.raw`\u001b[31mred\u001b[0m`],
  ['the title of the window', '\u001b]0;pwned\u0007', String.raw`\u001b]0;pwned\u0007`],
  ['the one-byte form of an escape', '\u009b2J', String.raw`\u009b2J`],
  ['a line that is written over', 'error\rdone', String.raw`error\u000ddone`],
  ['a name that reads backwards', 'gpj.\u202etxt', String.raw`gpj.\u202etxt`],
  ['lines, tabs and letters, which stay', 'a\tb\nŌwenga 東京 \u{1f30b}', 'a\tb\nŌwenga 東京 \u{1f30b}'],
])('a terminal is not told %s', (_, text, safe) => expect(safeForTerminal(text)).toBe(safe));

test('JSON is the same to whoever parses it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(safeForTerminal(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { seed: 6 },
  );
});

test('a terminal of the command gets results, notes and progress that do nothing', () => {
  const lines: string[] = [];
  const terminal = safeTerminal({
    print: (line) => void lines.push(line),
    note: (line) => void lines.push(line),
    barStream: null,
  });
  terminal.print('a\u001b[2J');
  terminal.note('b\u001b[2J');
  expect(lines).toEqual([String.raw`a\u001b[2J`, String.raw`b\u001b[2J`]);
});
