import { expect, test } from 'vitest';

import { archiveFileName } from './archive-file-name.ts';

test.each([
  ['attachment; filename=kx-roads-SHP.zip', 'kx-roads-SHP.zip'],
  ['attachment; filename="kx roads.zip"', 'kx roads.zip'],
  ['attachment; filename="a\\"b.zip"', 'ab.zip'],
  ["attachment; filename*=UTF-8''k%C4%81koti.zip", 'kākoti.zip'],
  ['attachment; filename="plain.zip"; filename*=UTF-8\'\'better.zip', 'better.zip'],
  ["attachment; filename*=UTF-8''%E0%A4%A; filename=plain.zip", 'plain.zip'],
  ["attachment; filename*=iso-8859-1'en'%A3%20rates.zip", '£ rates.zip'],
  ['attachment; filename*="utf-8\'\'quoted.zip"', 'quoted.zip'],
  ["attachment; filename*=koi8-r''%C1.zip; filename=plain.zip", 'plain.zip'],
  ['attachment; filename="../../etc/passwd"', 'passwd'],
  ["attachment; filename*=UTF-8''..%2F..%2Fetc%2Fcron.d%2Fx.zip", 'x.zip'],
  ['attachment; filename="C:\\\\Windows\\\\evil.zip"', 'evil.zip'],
  ['attachment; filename=".bashrc"', 'bashrc'],
  ['attachment; filename="con.zip"', '_con.zip'],
  ["attachment; filename*=UTF-8''a%00b%0Ac%E2%80%AE.zip", 'abc.zip'],
  ['attachment; filename=".."', 'the-export.zip'],
  ['attachment', 'the-export.zip'],
  [null, 'the-export.zip'],
])('%s gives the file name %s', (disposition, name) => {
  expect(archiveFileName(disposition, 'the-export')).toBe(name);
});

test('the name of an export cannot be a path either', () => {
  expect(archiveFileName(null, '../../x/y')).toBe('y.zip');
  expect(archiveFileName(null, '///')).toBe('export.zip');
});

test('a name is cut to what file systems take, and keeps its extension', () => {
  const name = archiveFileName(`attachment; filename="${'a'.repeat(500)}.zip"`, 'x');
  expect(name).toHaveLength(240);
  expect(name.endsWith('.zip')).toBe(true);
  const long = archiveFileName(null, '🌏ā'.repeat(200));
  expect(Buffer.byteLength(long)).toBeLessThanOrEqual(240);
  expect(long).toMatch(/^(🌏ā)+🌏?\.zip$/u);
});
