// Proves that lint refuses an import that the architecture forbids. A lint rule that stopped matching would stay
// silent for ever, so each forbidden edge is written to a file and must be refused, each allowed one must pass. The
// files go to a copy of the folder layout, so that the real one never holds a broken file.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @type {Record<string, string[]>} */
const mayImport = {
  contract: [],
  client: ['contract'],
  engine: ['contract'],
  server: ['contract', 'engine'],
  web: ['contract', 'client'],
  cli: ['contract', 'client', 'engine', 'server'],
  testkit: ['contract'],
};
const packages = Object.keys(mayImport);
const root = mkdtempSync(join(tmpdir(), 'outcrop-import-matrix-'));

/** @type {Set<string>} */
const expected = new Set();
try {
  const config = JSON.parse(readFileSync('.oxlintrc.json', 'utf8'));
  delete config.options.typeAware;
  writeFileSync(join(root, '.oxlintrc.json'), JSON.stringify(config));
  for (const name of packages) writeProbes(name);
  const { stdout } = spawnSync(join(process.cwd(), 'node_modules/.bin/oxlint'), ['--format=unix'], {
    cwd: root,
    encoding: 'utf8',
  });
  const refused = new Set(
    stdout
      .split('\n')
      .filter((line) => line.includes('no-restricted-imports'))
      .map((line) => line.replace(/^.*?(packages\/[^:]+):.*$/, '$1')),
  );
  const missed = [...expected].filter((file) => !refused.has(file));
  const surplus = [...refused].filter((file) => !expected.has(file));
  for (const file of missed) console.error(`lint does not refuse ${file}`);
  for (const file of surplus) console.error(`lint refuses ${file}, which the architecture allows`);
  process.exitCode = missed.length + surplus.length === 0 && expected.size > 0 ? 0 : 1;
} finally {
  rmSync(root, { recursive: true, force: true });
}

/** @param {string} name */
function writeProbes(name) {
  const folder = `packages/${name}/src/probe`;
  mkdirSync(join(root, folder), { recursive: true });
  const allowed = mayImport[name] ?? [];
  for (const target of packages) {
    if (target === name) continue;
    const byName = `${folder}/imports-${target}.ts`;
    const byPath = `${folder}/reaches-into-${target}.ts`;
    writeFileSync(join(root, byName), `export * from '@outcrop/${target}';\n`);
    writeFileSync(join(root, byPath), `export * from '../../../${target}/src/index.ts';\n`);
    if (!allowed.includes(target)) expected.add(byName);
    expected.add(byPath);
  }
}
