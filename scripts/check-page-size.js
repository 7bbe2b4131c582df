// Fails where the first load of the page is larger than it may be, or holds what should come later. Prints what each file
// weighs, gzipped: what the browser fetches before the page can be used first.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const folder = 'packages/web/dist';
const kilobyte = 1000;
const budgets = { scripts: 250 * kilobyte, styles: 14 * kilobyte };

/** @type {Record<string, { file: string, css?: string[], imports?: string[], isEntry?: boolean, src?: string }>} */
const manifest = JSON.parse(readFileSync(`${folder}/manifest.json`, 'utf8'));
const first = new Set([...closure('index.html'), ...closure('src/map/map-panel.tsx')]);
const totals = { scripts: 0, styles: 0 };
for (const file of [...first].sort()) {
  const bytes = sizeOf(file);
  totals[file.endsWith('.css') ? 'styles' : 'scripts'] += bytes;
  print('first', file, bytes);
}
for (const { file } of Object.values(manifest)) {
  if (!first.has(file)) print('later', file, sizeOf(file));
}
console.log(
  `first load: scripts ${kb(totals.scripts)} of ${kb(budgets.scripts)}, styles ${kb(totals.styles)} of ${kb(budgets.styles)}`,
);
const lazy = [...first].filter((file) => /proj4|countries-|file-sink/.test(file));
for (const file of lazy) console.error(`${file} is part of the first load; it should come when it is needed`);
process.exitCode =
  totals.scripts > budgets.scripts || totals.styles > budgets.styles || lazy.length > 0 ? 1 : 0;

/**
 * @param {string} key
 * @returns {string[]}
 */
function closure(key) {
  const chunk = manifest[key];
  if (chunk === undefined) throw new Error(`the page has no ${key}; run scripts/build`);
  return [chunk.file, ...(chunk.css ?? []), ...(chunk.imports ?? []).flatMap(closure)];
}

/** @param {string} file */
function sizeOf(file) {
  return gzipSync(readFileSync(`${folder}/${file}`), { level: 9 }).length;
}

/**
 * @param {string} when
 * @param {string} file
 * @param {number} bytes
 */
function print(when, file, bytes) {
  console.log(`${when}  ${kb(bytes).padStart(9)}  ${file}`);
}

/** @param {number} bytes */
function kb(bytes) {
  return `${(bytes / kilobyte).toFixed(1)} kB`;
}
