// Writes the JavaScript of the packages that programs are started from: a few files each, as a thread or process would otherwise
// find, read and compile hundreds before it begins (docs/adr/0042). Types are compiled by tsc into the same folders.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import * as esbuild from 'esbuild';

/** @typedef {{ entries?: string[], inlined: string[] }} Bundle */

/**
 * Of each package: what is started besides its exports, and what of others goes into its files. Zod must be there once, so what
 * extends it comes along.
 *
 * @type {Record<string, Bundle>}
 */
const bundles = {
  engine: { inlined: ['@outcrop/contract'] },
  server: {
    entries: ['http/openapi/print-document', 'print-configuration'],
    inlined: [
      '@asteasolutions/zod-to-openapi',
      '@hono/zod-openapi',
      '@hono/zod-validator',
      '@outcrop/contract',
      'openapi3-ts',
      'yaml',
      'zod',
    ],
  },
  cli: { entries: ['main'], inlined: ['@commander-js/extra-typings', 'commander'] },
};

/**
 * Of zod's messages in fifty languages, which nobody asks for, none.
 *
 * @type {import('esbuild').Plugin}
 */
const withoutLanguages = {
  name: 'without-languages',
  setup(build) {
    build.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({ contents: 'export {};' }));
  },
};

for (const [name, bundle] of Object.entries(bundles)) await bundlePackage(`packages/${name}`, bundle);

/**
 * @param {string} folder
 * @param {Bundle} bundle
 */
async function bundlePackage(folder, { entries = [], inlined }) {
  const { exports } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const exported = Object.values(exports).flatMap(({ default: file }) =>
    file === undefined ? [] : [file.slice('./dist/'.length, -'.js'.length)],
  );
  const { metafile } = await esbuild.build({
    entryPoints: Object.fromEntries(
      [...exported, ...entries].map((name) => [name, `${folder}/src/${name}.ts`]),
    ),
    outdir: `${folder}/dist`,
    bundle: true,
    splitting: true,
    chunkNames: 'chunk-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    sourcemap: true,
    sourcesContent: false,
    // What was CommonJS asks for Node's own modules by require.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    metafile: true,
    logLevel: 'warning',
    plugins: [onlyInlined(inlined), withoutLanguages],
  });
  removeOld(`${folder}/dist`, metafile.outputs);
  writeNotices(folder, metafile.inputs);
}

/**
 * Everything that is named is found when the program runs, but for what is listed.
 *
 * @param {string[]} inlined
 * @returns {import('esbuild').Plugin}
 */
function onlyInlined(inlined) {
  return {
    name: 'only-inlined',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
        const name = /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path;
        return kind === 'entry-point' || inlined.includes(name) ? undefined : { path, external: true };
      });
    },
  };
}

/**
 * Removes the JavaScript that an earlier build has left.
 *
 * @param {string} dist
 * @param {Record<string, unknown>} outputs
 */
function removeOld(dist, outputs) {
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const path = join(dist, name);
    if (/\.js(?:\.map)?$/.test(name) && !(path in outputs)) rmSync(path);
  }
}

/**
 * The licences of what was taken in, which have to go where it goes.
 *
 * @param {string} folder
 * @param {Record<string, unknown>} inputs
 */
function writeNotices(folder, inputs) {
  const packages = new Set(
    Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  const notices = [...packages].toSorted().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(`${path}/package.json`, 'utf8'));
    const file = readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? license : readFileSync(`${path}/${file}`, 'utf8').trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  const target = `${folder}/dist/third-party-notices.txt`;
  if (notices.length > 0) writeFileSync(target, notices.join(`\n${'-'.repeat(80)}\n\n`));
  else rmSync(target, { force: true });
}
