import { existsSync, readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

const text = readFileSync(new URL('../docs/operate/security.md', import.meta.url), 'utf8');
const [, table = ''] = /## Threats\n([^]*?)\n## /.exec(text) ?? [];
const rows = table
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(1);

test('the threat model names threats', () => {
  expect(rows.length).toBeGreaterThan(30);
});

test.each(rows)('a test is there for: %s', (row) => {
  const files = [...row.matchAll(/`([\w/.-]+\.test\.ts)`/g)].map(([, file = '']) => file);
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) expect(existsSync(new URL(`../${file}`, import.meta.url)), file).toBe(true);
});
