import { formatLabel, kinds, type WireFormatField, type WireFormatOptions } from '@outcrop/contract';
import { z } from 'zod';

import { formatsOfKind } from '../catalogue/layer-formats.ts';
import type { ApiVersion } from '../exports/api-root.ts';
import { hasScope } from '../tokens/caller.ts';
import type { AppParts } from './app-parts.ts';
import { listExpansions } from './expand-export.ts';
import { defineOperation, type Operation } from './operation.ts';
import { formatOptionsSchema } from './schemas/options-schemas.ts';

/** `OPTIONS /exports/`: the formats that this machine can really write, by kind. Kinds that have none are left out. */
export function describeFormats(version: ApiVersion): Operation {
  return defineOperation(
    version,
    {
      method: 'options',
      path: '/exports/',
      id: 'getFormats',
      tag: 'Exports',
      summary: 'Formats by kind of data',
      description:
        'The formats that the site can write. `actions` is absent for a token that may not create.',
      scope: 'exports:read',
      answers: {
        200: { description: 'The formats.', body: formatOptionsSchema, headers: { Allow: z.string() } },
      },
    },
    async ({ parts, context }) => {
      const description: WireFormatOptions = {
        name: 'Export List',
        description: 'Exports of the layers and tables of this site.',
        renders: ['application/json'],
        parses: ['application/json'],
        expansions: listExpansions,
        ...(hasScope(context.get('caller'), 'exports:write')
          ? { actions: await describeActions(parts) }
          : {}),
      };
      return context.json(description, 200, { Allow: 'GET, HEAD, POST, OPTIONS' });
    },
  );
}

async function describeActions(parts: AppParts): Promise<NonNullable<WireFormatOptions['actions']>> {
  const { engine } = parts.site;
  const children: Record<string, WireFormatField> = {};
  for (const kind of kinds) {
    const choices = formatsOfKind(kind, await engine.producibleFormats(kind)).map((format) => ({
      display_name: formatLabel(format, kind),
      value: format.mimetype,
    }));
    if (choices.length > 0) {
      const label = kind.charAt(0).toUpperCase() + kind.slice(1);
      children[kind] = { type: 'choice', required: false, read_only: false, label, choices };
    }
  }
  return {
    POST: {
      formats: { type: 'nested object', required: true, read_only: false, label: 'Formats', children },
    },
  };
}
