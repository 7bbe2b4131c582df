// Writes docs/reference/failures.md from the table of the contract. With --check, writes nothing and fails where the file
// is not what it would write.
import { execFileSync } from 'node:child_process';

import { writeOrCheck } from './write-or-check.js';

const program = "console.log(JSON.stringify((await import('@outcrop/contract')).failures))";
const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
  encoding: 'utf8',
});
const failures = /** @type {Record<string, { meaning: string, remedy: string, who: string }>} */ (
  JSON.parse(printed)
);
const rows = Object.entries(failures).map(
  ([code, { meaning, remedy, who }]) => `| \`${code}\` | ${meaning} | ${remedy} | ${who} |`,
);
const text = [
  '# Why an export failed',
  '',
  'Written by `npm run docs` from the contract. An export whose state is `error` has `error: { code, detail }`. The code is',
  'one of these; the detail says in words what happened, to which item, and what to do. The last column says who can put an',
  'end to it. A detail that names an incident has its number in the log of the site, with the error in full.',
  '',
  '| code | what happened | what to do | who |',
  '|---|---|---|---|',
  ...rows,
  '',
].join('\n');

writeOrCheck('docs/reference/failures.md', text);
