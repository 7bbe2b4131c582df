// Writes docs/operate/configuration.md from the schemas by which the program reads its environment and outcrop.yaml. With
// --check, writes nothing and fails where the file is not what it would write.
import { execFileSync } from 'node:child_process';

import { writeOrCheck } from './write-or-check.js';

/**
 * @typedef {{
 *   description?: string, default?: unknown, type?: string | string[], enum?: unknown[], anyOf?: Schema[], items?: Schema, pattern?: string,
 *   minimum?: number, maximum?: number, exclusiveMinimum?: number, minLength?: number, maxLength?: number, maxItems?: number,
 *   properties?: Record<string, Schema>, additionalProperties?: Schema | false, format?: string
 * }} Schema
 */

const program = 'packages/server/dist/print-configuration.js';
const printed = execFileSync(process.execPath, [program], { encoding: 'utf8' });
const { environment, file } = /** @type {Record<'environment' | 'file', Schema>} */ (JSON.parse(printed));
/** JSON Schema's own bounds of whole numbers say nothing. */
const extremes = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

/** @param {Schema} schema @returns {Schema[]} */
function alternatives(schema) {
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap(alternatives);
  return Array.isArray(schema.type) ? schema.type.map((type) => ({ ...schema, type })) : [schema];
}

/** @param {Schema} schema @returns {string} */
function describeType(schema) {
  const words = alternatives(schema).map((one) => {
    if (one.enum !== undefined) return one.enum.map((value) => `\`${String(value)}\``).join(', ');
    if (one.type === 'array') return `list of ${describeType(one.items ?? {})}`;
    if (one.type === 'object') return 'keys below';
    if (one.type === 'null') return '`null`';
    if (one.type === 'integer') return 'whole number';
    if (one.type === 'boolean') return '`true`, `false`';
    return one.format === 'uri' ? 'address' : String(one.type ?? 'text').replace('string', 'text');
  });
  return words.join(' or ');
}

/** @param {Schema} schema @returns {string} */
function describeRange(schema) {
  const one = alternatives(schema).find(({ type }) => type !== 'null') ?? {};
  const bounds = [
    one.exclusiveMinimum === undefined ? null : `above ${one.exclusiveMinimum}`,
    one.minimum === undefined || extremes.includes(one.minimum) ? null : `from ${one.minimum}`,
    one.maximum === undefined || extremes.includes(one.maximum) ? null : `to ${one.maximum}`,
    one.minLength === undefined || one.minLength < 2 ? null : `at least ${one.minLength} characters`,
    one.maxLength === undefined ? null : `at most ${one.maxLength} characters`,
    one.maxItems === undefined ? null : `at most ${one.maxItems}`,
  ];
  return bounds.filter((bound) => bound !== null).join(' ');
}

/** @param {Schema} schema @returns {string} */
function describeDefault(schema) {
  if (schema.default === undefined) return '';
  return `\`${JSON.stringify(schema.default)}\``;
}

/** @param {string} name @param {Schema} schema */
function row(name, schema) {
  const cells = [
    describeType(schema),
    describeRange(schema),
    describeDefault(schema),
    schema.description ?? '',
  ];
  return `| \`${name}\` | ${cells.join(' | ').replaceAll('\n', ' ')} |`;
}

/** The keys of an object and of those in it. @param {Schema} schema @param {string} prefix @returns {string[]} */
function rows(schema, prefix = '') {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const inner = alternatives(value)
      .map((one) => [one, one.items ?? {}])
      .flat();
    const object = inner.find(({ properties }) => properties !== undefined);
    const isList = alternatives(value).some(({ type }) => type === 'array');
    const name = `${prefix}${key}`;
    return [row(name, value), ...(object === undefined ? [] : rows(object, `${name}${isList ? '[]' : ''}.`))];
  });
}

const head = ['| name | what | range | default | meaning |', '|---|---|---|---|---|'];
const missing = [...rows(environment), ...rows(file)].filter((line) => line.endsWith('|  |'));
if (missing.length > 0) throw new Error(`These have no description:\n${missing.join('\n')}`);

const text = [
  '# Configuration',
  '',
  'Written by `npm run docs` from the schemas that the program reads them by. What a publisher decides is in `outcrop.yaml`; how a',
  'process runs is in its environment. What is wrong in either ends the start, with the name and the remedy; a change holds from',
  'the next start on.',
  '',
  '## The environment',
  '',
  'A variable that is set to nothing counts as not set.',
  '',
  ...head,
  ...rows(environment),
  '',
  'Read by others:',
  '',
  '| name | by whom |',
  '|---|---|',
  '| `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_PROFILE` and the rest of its own | the AWS SDK, for the credentials of the [bucket](storage.md) |',
  '| `NODE_EXTRA_CA_CERTS` | Node.js: certificates of your own authority, for webhooks, the mail server and the bucket |',
  '| `PATH`, `GDAL_DATA`, `PROJ_LIB`, `PROJ_DATA`, `LD_LIBRARY_PATH`, `HOME`, `LANG` | the programs of GDAL, which get nothing else |',
  '| variables that `notifications.webhooks[].secret_env` names | the site |',
  '| `KOORDINATES_TOKEN` | the SDK and the command, as the key to a site |',
  '',
  '## outcrop.yaml',
  '',
  'A key that is not here is refused: a misspelt one would otherwise be ignored in silence. `[]` is each of a list.',
  '',
  ...head,
  ...rows(file),
  '',
].join('\n');

writeOrCheck('docs/operate/configuration.md', text);
