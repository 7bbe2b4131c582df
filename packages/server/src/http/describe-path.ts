import type { WireFormatOptions } from '@outcrop/contract';

import type { ApiVersion } from '../exports/api-root.ts';
import { defineOperation, type Operation } from './operation.ts';
import { idSchemas } from './read-id.ts';
import { describedPathSchema } from './schemas/options-schemas.ts';

/** `OPTIONS` of any path but `/exports/`: what it is, and which expansions it takes. */
export function describePath(
  version: ApiVersion,
  operations: readonly Operation[],
  allow: string,
): Operation {
  const [first] = operations;
  if (first === undefined) {
    throw new Error('A path without operations cannot be described');
  }
  const { path, operationId = '', summary = '', description, tags = [] } = first.route;
  const expansions = operations.flatMap((operation) => operation.expansions);
  return defineOperation(
    version,
    {
      method: 'options',
      path,
      id: `${operationId}Options`,
      tag: tags[0] ?? '',
      summary: `What ${path} is`,
      scope: first.scope,
      params: idSchemas(path),
      answers: { 200: { description: 'Name, description and expansions.', body: describedPathSchema } },
    },
    ({ context }) =>
      context.json(
        {
          name: summary,
          description: description ?? summary,
          renders: ['application/json'],
          parses: ['application/json'],
          expansions,
        } satisfies WireFormatOptions,
        200,
        { Allow: allow },
      ),
  );
}
