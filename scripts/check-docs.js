// Checks what prose can get wrong by itself: relative links that lead nowhere, decisions missing from their index,
// a README that grew too long, and npm scripts that documents name but package.json does not have.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const maxReadmeLines = 120;
/** @type {string[]} */
const problems = [];
const documents = listDocuments('.');
const scripts = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).scripts);

for (const document of documents) {
  const text = readFileSync(document, 'utf8');
  checkLinks(document, text);
  for (const [, script = ''] of text.matchAll(/npm run ([a-z][a-z:-]*)/g)) {
    if (!scripts.includes(script)) problems.push(`${document}: there is no npm script ${script}`);
  }
}
const readmeLines = readFileSync('README.md', 'utf8').trimEnd().split('\n').length;
if (readmeLines > maxReadmeLines) problems.push(`README.md: ${readmeLines} lines; at most ${maxReadmeLines}`);
const index = readFileSync('docs/adr/README.md', 'utf8');
for (const file of readdirSync('docs/adr')) {
  if (/^\d{4}-/.test(file) && !index.includes(`(${file})`))
    problems.push(`docs/adr/README.md: ${file} is missing`);
}
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);

/**
 * @param {string} folder
 * @returns {string[]}
 */
function listDocuments(folder) {
  const skipped = new Set(['node_modules', 'dist', '.git', 'site', 'data', 'coverage', '.outcrop']);
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : listDocuments(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/**
 * @param {string} document
 * @param {string} text
 */
function checkLinks(document, text) {
  for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^([a-z]+:|#)/.test(target)) continue;
    const path = join(dirname(document), target.replace(/#.*$/, ''));
    if (!existsSync(path)) problems.push(`${document}: link to ${target} leads nowhere`);
  }
}
