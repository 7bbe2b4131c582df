// Writes docs/api from the docstrings of the client; a warning of TypeDoc fails it. With --check, writes nothing and
// fails where a file is not what it would write. TypeDoc needs the compiler's old interface, so it has a TypeScript of its
// own, in docs/api-reference.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const target = resolve('docs/api');

if (process.argv.includes('--check')) {
  const folder = mkdtempSync(join(tmpdir(), 'outcrop-api-reference-'));
  try {
    generate(folder);
    const stale = differences(folder);
    if (stale.length > 0) console.error(`${stale.join(', ')}: not what the docstrings say; run npm run docs`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
} else {
  generate(target);
}

/** @param {string} folder */
function generate(folder) {
  const options = ['--options', 'typedoc.json', '--out', folder, '--logLevel', 'Warn'];
  execFileSync(process.execPath, ['node_modules/typedoc/bin/typedoc', ...options], {
    cwd: 'docs/api-reference',
    stdio: 'inherit',
  });
}

/** @param {string} folder */
function differences(folder) {
  const fresh = readAll(folder);
  const committed = readAll(target);
  const names = new Set([...fresh.keys(), ...committed.keys()]);
  return [...names].filter((name) => fresh.get(name) !== committed.get(name));
}

/** @param {string} folder */
function readAll(folder) {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Map(
    names
      .filter((name) => name.endsWith('.md'))
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}
