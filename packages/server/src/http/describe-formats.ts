import { formatLabel, kinds, type WireFormatField, type WireFormatOptions } from '@outcrop/contract';

import { formatsOfKind } from '../catalogue/layer-formats.ts';
import { hasScope } from '../tokens/caller.ts';
import type { AppParts, Operation } from './app-parts.ts';

/** `OPTIONS /exports/`: the formats that this machine can really write, by kind. Kinds that have none are left out. */
export function describeFormats(parts: AppParts): Operation {
  return {
    scope: 'exports:read',
    async handle(context) {
      const description: WireFormatOptions = {
        name: 'Export List',
        description: 'Exports of the layers and tables of this site.',
        renders: ['application/json'],
        parses: ['application/json'],
        expansions: ['list'],
        ...(hasScope(context.get('caller'), 'exports:write')
          ? { actions: await describeActions(parts) }
          : {}),
      };
      context.header('Allow', 'GET, HEAD, POST, OPTIONS');
      return context.json(description);
    },
  };
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
