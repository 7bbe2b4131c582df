// Writes docs/reference/http-api.md from the OpenAPI documents of the built server. With --check, writes nothing and
// fails where the file is not what it would write.
import { readOpenApi, versions } from './read-openapi.js';
import { writeOrCheck } from './write-or-check.js';

/** @typedef {{ name: string, in: string, description?: string, schema?: { description?: string } }} Parameter */
/** @typedef {{ description: string, headers?: Record<string, unknown> }} Answer */
/**
 * @typedef {{ tags: string[], operationId: string, summary: string, description?: string,
 *   security: Record<string, string[]>[], parameters?: Parameter[], responses: Record<string, Answer> }} Operation
 */
/**
 * @typedef {{ tags: { name: string, description: string }[], paths: Record<string, Record<string, Operation>>,
 *   components: { schemas: Record<string, unknown> } }} Document
 */

const [v1, newer] = versions.map((version) => /** @type {Document} */ (JSON.parse(readOpenApi(version))));
if (v1 === undefined || newer === undefined) throw new Error('two versions are expected');

const operations = Object.entries(v1.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);
const own = operations.filter(({ method, path }) => method !== 'OPTIONS' || path === '/exports/');
const differing = Object.keys(newer.components.schemas).filter(
  (name) => JSON.stringify(newer.components.schemas[name]) !== JSON.stringify(v1.components.schemas[name]),
);

const text = [
  '# HTTP API',
  '',
  'Written by `npm run docs` from the OpenAPI documents of the server. Each site serves them, for programs at',
  '`/services/api/v1/openapi.json` and to read at `/services/api/v1/docs/`; `v1.x` in place of `v1` has its own. Paths here',
  'are below `/services/api/v1`. Every path also answers `OPTIONS` with what it is and which expansions it takes.',
  '',
  `Bodies that differ in \`v1.x\`: ${differing.map((name) => `\`${name}\``).join(', ')}. See [the reference](README.md).`,
  ...v1.tags.flatMap((tag) => [
    '',
    `## ${tag.name}`,
    '',
    tag.description,
    ...own.filter(({ operation }) => operation.tags.includes(tag.name)).flatMap(section),
  ]),
  '',
].join('\n');

writeOrCheck('docs/reference/http-api.md', text);

/** @param {{ path: string, method: string, operation: Operation }} entry */
function section({ path, method, operation }) {
  const scopes = operation.security.flatMap((requirement) => Object.values(requirement).flat());
  const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in !== 'path');
  return [
    '',
    `### ${method} ${path}`,
    '',
    [sentence(operation.summary), operation.description ?? ''].join(' ').trim(),
    scopes.length === 0 ? 'No token is needed.' : `Scope: \`${scopes.join(' ')}\`.`,
    ...(parameters.length === 0
      ? []
      : [
          '',
          '| parameter | in | |',
          '|---|---|---|',
          ...parameters.map(
            ({ name, in: place, description, schema }) =>
              `| \`${name}\` | ${place} | ${cell(description ?? schema?.description ?? '')} |`,
          ),
        ]),
    '',
    '| answer | | headers |',
    '|---|---|---|',
    ...Object.entries(operation.responses).map(
      ([status, answer]) => `| ${status} | ${cell(answer.description)} | ${cell(headersOf(answer))} |`,
    ),
  ];
}

/** @param {Answer} answer */
function headersOf({ headers = {} }) {
  const everywhere = ['X-Request-Id', 'Accepted-OAuth-Scopes', 'OAuth-Scopes'];
  return Object.keys(headers)
    .filter((name) => !everywhere.includes(name))
    .join(', ');
}

/** @param {string} words */
function sentence(words) {
  return /[.?!]$/.test(words) ? words : `${words}.`;
}

/** @param {string} words */
function cell(words) {
  return words.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}
