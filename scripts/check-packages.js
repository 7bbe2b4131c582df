// Checks that the packages for other people's programs can be published: publint and are-the-types-wrong find nothing,
// there is no third-party code, a bundle for browsers is small and holds nothing of Node, and what is not used is left
// out of it. Prints the sizes.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const folders = ['packages/contract', 'packages/client'];
/** Bytes, compressed, of all that a page loads before it downloads an archive. */
const maxBrowserBytes = 15_000;
/** Bytes, not compressed, of a program that uses one function of the client. */
const maxOneFunctionBytes = 1000;
/** @type {string[]} */
const problems = [];

for (const folder of folders) {
  checkDependencies(folder);
  await lintPackage(folder);
  checkTypes(folder);
}
await checkBrowserBundle();
await checkTreeShaking();
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);

/** @param {string} folder */
function checkDependencies(folder) {
  const { dependencies = {} } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const foreign = Object.keys(dependencies).filter((name) => !name.startsWith('@outcrop/'));
  if (foreign.length > 0) problems.push(`${folder}: third-party dependencies ${foreign.join(', ')}`);
}

/** @param {string} folder */
async function lintPackage(folder) {
  const { messages, pkg } = await publint({ pkgDir: folder, strict: true });
  for (const message of messages)
    problems.push(`${folder}: ${formatMessage(message, pkg, { color: false })}`);
}

/** @param {string} folder */
function checkTypes(folder) {
  const options = ['--pack', folder, '--profile', 'esm-only', '--no-color', '--quiet'];
  try {
    execFileSync('node_modules/.bin/attw', options, { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
    problems.push(`${folder}: the types do not resolve: ${output || String(error)}`);
  }
}

async function checkBrowserBundle() {
  const files = await bundle("export * from '@outcrop/client'");
  const atStart = sum(files.filter(({ isAtStart }) => isAtStart));
  console.log(`browser bundle: ${atStart} bytes compressed, ${sum(files)} with what downloading adds`);
  if (atStart > maxBrowserBytes) problems.push(`the browser bundle has more than ${maxBrowserBytes} bytes`);
  const ofNode = files.find(({ text }) => /["'](?:node:|fs["'])/.test(text));
  if (ofNode !== undefined) problems.push('the browser bundle holds code of Node');
}

async function checkTreeShaking() {
  const files = await bundle("export { isExportsError } from '@outcrop/client'");
  const bytes = files.reduce((total, { text, isAtStart }) => total + (isAtStart ? text.length : 0), 0);
  console.log(`one function of the client alone: ${bytes} bytes`);
  if (bytes > maxOneFunctionBytes) problems.push('what is not used stays in the bundle');
}

/**
 * Bundles a program for browsers as a user would.
 *
 * @param {string} contents
 */
async function bundle(contents) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: 'examples' },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    outdir: 'bundle',
    write: false,
    metafile: true,
  });
  const outputs = Object.entries(metafile.outputs);
  const atStart = new Set(
    outputs.flatMap(([path, { entryPoint, imports }]) =>
      entryPoint === '<stdin>'
        ? [path, ...imports.filter(({ kind }) => kind === 'import-statement').map((one) => one.path)]
        : [],
    ),
  );
  return outputFiles.map(({ path, text, contents: bytes }) => ({
    text,
    isAtStart: [...atStart].some((name) => path.endsWith(name)),
    compressedBytes: gzipSync(bytes, { level: 9 }).length,
  }));
}

/** @param {{ compressedBytes: number }[]} files */
function sum(files) {
  return files.reduce((total, { compressedBytes }) => total + compressedBytes, 0);
}
