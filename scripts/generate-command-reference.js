// Writes docs/guide/commands.md from what the built command says of itself. With --check, writes nothing and fails
// where the file is not what it would write.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const target = 'docs/guide/commands.md';
const commands = [
  'init',
  'import',
  'serve',
  'token create',
  'migrate',
  'backup',
  'restore',
  'token list',
  'token change',
  'token revoke',
  'token email',
  'login-link',
  'audit',
  'webhook secret',
  'webhook list',
  'formats',
  'layers',
  'export',
  'extend',
  'run',
  'verify',
];

const sections = commands.map((name) => `## outcrop ${name}\n\n\`\`\`\n${helpOf(name)}\n\`\`\`\n`);
const text = [
  '# Commands\n',
  'Written by `npm run docs` from what the command says of itself.\n',
  'Exit codes: 0 only on success, 1 on failure, 2 on wrong usage. With `--json`, stdout holds JSON and nothing else;',
  'messages and progress go to stderr.\n',
  ...sections,
].join('\n');

if (process.argv.includes('--check')) {
  const isCurrent = readFileSync(target, 'utf8') === text;
  if (!isCurrent) console.error(`${target} is not what the command says of itself; run npm run docs`);
  process.exit(isCurrent ? 0 : 1);
}
writeFileSync(target, text);

/** @param {string} name */
function helpOf(name) {
  const command = ['packages/cli/bin/outcrop.js', ...name.split(' '), '--help'];
  return execFileSync(process.execPath, command, { encoding: 'utf8' }).trimEnd();
}
