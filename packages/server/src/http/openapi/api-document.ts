import { OpenAPIHono } from '@hono/zod-openapi';

import type { ApiVersion } from '../../exports/api-root.ts';
import type { Operation } from '../operation.ts';
import { changeComponent, changeJsonSchema } from '../schemas/change-schema.ts';
import { requestComponent, requestJsonSchema } from '../schemas/request-schema.ts';

/** An OpenAPI 3.1 document. */
export type ApiDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

const descriptions: Readonly<Record<ApiVersion, string>> = {
  v1: 'Exports of the layers and tables of an Outcrop site, by the Koordinates Exports API. This is `v1`, whose bodies stay as they are; `v1.x` says more.',
  'v1.x':
    'Exports of the layers and tables of an Outcrop site, by the Koordinates Exports API. This is `v1.x`: as `v1`, with coordinate reference systems as objects, items, user and source described, and errors in an envelope.',
};

const tags = [
  { name: 'Exports', description: 'Create, watch, download and cancel exports.' },
  { name: 'Crop layers', description: 'Regions that can be picked as the extent of an export.' },
  { name: 'Layers', description: 'What can be exported.' },
  { name: 'About', description: 'What the API says of itself; no token is needed.' },
];

/**
 * The document of a version of the API, made from the operations that answer its requests.
 *
 * @param root the address that the paths are below, without a slash at its end.
 */
export function apiDocument(
  version: ApiVersion,
  operations: readonly Operation[],
  root: string,
): ApiDocument {
  const registrar = new OpenAPIHono();
  registrar.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description:
      '`Authorization: key <token>`, a token of this site: 32 hexadecimal digits. Each operation names its scope.',
  });
  registrar.openAPIRegistry.registerComponent('schemas', requestComponent, requestJsonSchema());
  registrar.openAPIRegistry.registerComponent('schemas', changeComponent, changeJsonSchema());
  for (const { route } of operations) {
    registrar.openAPIRegistry.registerPath(route);
  }
  const {
    webhooks: _,
    components,
    ...document
  } = registrar.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Outcrop exports',
      version,
      description: descriptions[version],
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: root }],
    tags,
  });
  const { parameters: __, ...named } = components ?? {};
  return { ...document, components: named };
}
