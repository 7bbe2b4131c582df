// Type-checks the TypeScript in the documents of the SDK, so that no one copies what does not compile. A block without
// an import is read as if it stood in a program that has the names below.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const guide = 'docs/guide/sdk';
const documents = [
  'packages/client/README.md',
  ...readdirSync(guide)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${guide}/${name}`),
];
const surroundings = `
import * as sdk from '@outcrop/client';
const { ConflictError, ExportFailedError, RateLimitError, TimeoutError, ValidationError } = sdk;
const { AuthenticationError, Client, Export, NotFoundError, isExportsError } = sdk;
declare const client: sdk.Client;
declare const layer: sdk.Layer;
declare const wanted: sdk.Export;
declare const done: sdk.Export;
declare const apiKey: string;
`;

const folder = mkdtempSync(join(tmpdir(), 'outcrop-snippets-'));
try {
  const count = documents.reduce((total, document) => total + writeSnippets(document), 0);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(compilerConfig()));
  const { status, stdout } = spawnSync('node_modules/.bin/tsc', ['-p', folder], { encoding: 'utf8' });
  process.stderr.write(stdout);
  console.log(`${count} snippets`);
  process.exitCode = status === 0 && count > 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}

/**
 * Writes each block to a file that is named after its document and line.
 *
 * @param {string} document
 */
function writeSnippets(document) {
  const text = readFileSync(document, 'utf8');
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)];
  for (const { 1: code = '', index } of blocks) {
    const line = text.slice(0, index).split('\n').length + 1;
    const name = `${document.replaceAll(/[^\w]+/g, '-')}-line-${line}.mts`;
    const isProgram = /^import /m.test(code);
    writeFileSync(
      join(folder, name),
      isProgram ? code : `${surroundings}\nexport async function snippet() {\n${code}}\n`,
    );
  }
  return blocks.length;
}

function compilerConfig() {
  return {
    extends: resolve('tsconfig.base.json'),
    compilerOptions: {
      composite: false,
      noEmit: true,
      declarationMap: false,
      noUnusedLocals: false,
      allowImportingTsExtensions: true,
      lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable', 'esnext.disposable'],
      typeRoots: [resolve('node_modules/@types')],
      paths: { '@outcrop/client': [resolve('packages/client/src/index.ts')] },
    },
    include: ['*.mts'],
  };
}
