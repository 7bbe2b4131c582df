// Writes docs/reference/contract.md: what the contract suite holds of the site, by section of the wire contract, from
// the names of its tests. With --check, writes nothing and fails where the file is not what it would write.
import { execFileSync } from 'node:child_process';

import { writeOrCheck } from './write-or-check.js';

/** @typedef {{ name: string }} ListedTest */

const listing = execFileSync(
  process.execPath,
  // What follows `--json` would be a file to write to.
  ['node_modules/vitest/vitest.mjs', 'list', 'e2e/contract.test.ts', '--project', 'e2e', '--json'],
  { encoding: 'utf8' },
);
const tests = /** @type {ListedTest[]} */ (JSON.parse(listing)).map(({ name }) => name.split(' > '));
const rows = tests.map(([section = '', subject = '', sentence = '']) => [section, subject, sentence]);
if (rows.length === 0 || rows.some((row) => row.includes(''))) {
  throw new Error('each test of the contract suite is in a section and under a subject');
}

const sections = [...new Set(rows.map(([section]) => section))].toSorted(bySection);
const text = [
  '# What the contract suite holds',
  '',
  'Written by `npm run docs` from the names of the tests in [e2e/contract](../../e2e/contract). They speak to the built site',
  'by HTTP alone, without the SDK. Numbers are those of the sections and endpoints of the wire contract; the site answers',
  'both `/services/api/v1/` and `/services/api/v1.x/`.',
  ...sections.flatMap((section) => [
    '',
    `## ${section}`,
    '',
    '| what | holds |',
    '|---|---|',
    ...rows
      .filter(([one]) => one === section)
      .map(([, subject, sentence]) => `| ${cell(subject)} | ${cell(sentence)} |`),
  ]),
  '',
  `${rows.length} tests.`,
  '',
].join('\n');

writeOrCheck('docs/reference/contract.md', text);

/**
 * @param {string | undefined} a
 * @param {string | undefined} b
 */
function bySection(a = '', b = '') {
  const [first = [], second = []] = [a, b].map((section) => section.split(' ', 1)[0]?.split('.').map(Number));
  return (first[0] ?? 0) - (second[0] ?? 0) || (first[1] ?? 0) - (second[1] ?? 0);
}

/** @param {string | undefined} words */
function cell(words = '') {
  return words.replaceAll('|', '\\|').replaceAll(/\{(\w+)\}/g, '`{$1}`');
}
