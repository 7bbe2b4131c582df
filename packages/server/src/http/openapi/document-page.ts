import { createHash } from 'node:crypto';

import { html, raw } from 'hono/html';

import type { ApiDocument } from './api-document.ts';
import { type DocumentSchema, schemaText } from './schema-text.ts';

type Html = ReturnType<typeof html>;
type PathItem = NonNullable<ApiDocument['paths']>[string];
type DocumentOperation = NonNullable<PathItem['get']>;

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
code, .path { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
h2 { margin-top: 3rem; border-bottom: 1px solid; }
details { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .3rem; margin: .5rem 0; padding: .5rem .75rem; }
summary { cursor: pointer; }
.method { display: inline-block; min-width: 5rem; font-weight: bold; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: bold; padding-top: .75rem; }
th { white-space: nowrap; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-top: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
`;

/** The page has one style and nothing else that a browser could load or run. */
export const documentPageHeaders = {
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** The document as a page to read: no scripts, nothing from elsewhere. */
export function renderDocumentPage(document: ApiDocument): Html {
  const { info, servers = [], tags = [], paths = {}, components } = document;
  const operations = Object.entries(paths).flatMap(([path, item]) => operationsOf(path, item));
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title} ${info.version}</title>
        ${raw(`<style>${style}</style>`)}
      </head>
      <body>
        <h1>${info.title} ${info.version}</h1>
        <p>${prose(info.description)}</p>
        <p>
          Paths are below <code>${servers[0]?.url ?? ''}</code>; <a href="../openapi.json">openapi.json</a> is
          the same for programs. Every path also answers OPTIONS with what it is and which expansions it
          takes.
        </p>
        ${tags.map(
          (tag) =>
            html`<section>
              <h2>${tag.name}</h2>
              <p>${prose(tag.description)}</p>
              ${operations.filter(({ operation }) => operation.tags?.includes(tag.name)).map(renderOperation)}
            </section>`,
        )}
        <section>
          <h2>Bodies</h2>
          ${Object.entries(components?.schemas ?? {}).map(([name, schema]) => renderComponent(name, schema))}
        </section>
      </body>
    </html>`;
}

interface PathOperation {
  readonly path: string;
  readonly method: string;
  readonly operation: DocumentOperation;
}

function operationsOf(path: string, item: PathItem): PathOperation[] {
  return (['get', 'post', 'delete', 'options'] as const).flatMap((method) => {
    const operation = item[method];
    // Every path says what it is; to read, that is said once.
    const isLeftOut = operation === undefined || operation.operationId?.endsWith('Options') === true;
    return isLeftOut ? [] : [{ path, method, operation }];
  });
}

function renderOperation({ path, method, operation }: PathOperation): Html {
  const scopes = (operation.security ?? []).flatMap((requirement) => Object.values(requirement).flat());
  const { parameters = [], requestBody } = operation;
  return html`<details id="${operation.operationId ?? ''}">
    <summary>
      <span class="method">${method.toUpperCase()}</span>
      <span class="path">${path}</span> ${operation.summary ?? ''}
    </summary>
    <p>${prose(operation.description)}</p>
    <p>${scopes.length === 0 ? 'No token is needed.' : html`Scope: <code>${scopes.join(' ')}</code>`}</p>
    ${
      parameters.length === 0
        ? ''
        : table(
            'Parameters',
            parameters.map((parameter) =>
              'in' in parameter
                ? [
                    html`<code>${parameter.name}</code>`,
                    parameter.in,
                    describe(parameter.schema),
                    prose(parameter.description),
                  ]
                : [],
            ),
          )
    }
    ${
      requestBody === undefined || !('content' in requestBody)
        ? ''
        : html`<p>Body: ${describe(requestBody.content['application/json']?.schema)}</p>`
    }
    ${table(
      'Answers',
      Object.entries(operation.responses ?? {}).map(([status, answer]) => renderAnswer(status, answer)),
    )}
  </details>`;
}

function renderAnswer(
  status: string,
  answer: NonNullable<DocumentOperation['responses']>[string],
): readonly Cell[] {
  const body = Object.entries(answer.content ?? {}).map(([mediaType, content]) =>
    mediaType === 'application/json' ? describe((content as { schema?: DocumentSchema }).schema) : mediaType,
  );
  const headers = Object.keys(answer.headers ?? {}).join(', ');
  return [status, prose(answer.description), html`${body}`, headers];
}

function renderComponent(name: string, schema: DocumentSchema): Html {
  const {
    properties = {},
    required = [],
    description,
  } = '$ref' in schema ? {} : (schema as Extract<DocumentSchema, { properties?: object }>);
  const rows = Object.entries(properties).map(([key, property]) => [
    html`<code>${key}</code>`,
    required.includes(key) ? 'always' : 'may be absent',
    describe(property),
    prose('$ref' in property ? undefined : property.description),
  ]);
  return html`<details id="schema-${name}">
    <summary>${name}</summary>
    <p>${prose(description)}</p>
    ${rows.length === 0 ? html`<p>${describe(schema)}</p>` : table('Keys', rows)}
  </details>`;
}

type Cell = string | Html;

function table(caption: string, rows: readonly (readonly Cell[])[]): Html {
  return html`<table>
    <caption>
      ${caption}
    </caption>
    <tbody>
      ${rows.map(
        (cells) =>
          html`<tr>
            ${cells.map((cell, index) => (index === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** A schema in words, the components in it as links. */
function describe(schema: DocumentSchema | undefined): Html {
  const words = schema === undefined ? 'anything' : schemaText(schema);
  return html`${words.split(/\b([A-Z]\w+)\b/).map((word, index) => (index % 2 === 1 ? html`<a href="#schema-${word}">${word}</a>` : word))}`;
}

/** Text with `code` in it. */
function prose(text: string | undefined): Html {
  return html`${(text ?? '').split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
