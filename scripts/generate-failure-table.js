// Writes docs/reference/failures.md from the table of the contract. With --check, writes nothing and fails where the file
// is not what it would write.
import { failures } from '../packages/contract/dist/index.js';
import { writeOrCheck } from './write-or-check.js';

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
