import { kinds, type WireFormatField, type WireFormatOptions } from '@outcrop/contract';
import { z } from 'zod';

import type { WireSchema } from './wire-schema.ts';

const pathFields = {
  name: z.string(),
  description: z.string(),
  renders: z.array(z.string()),
  parses: z.array(z.string()),
  expansions: z.array(z.string()).meta({ description: 'Words that the header `Expand` may hold.' }),
};

/** What a path is. */
export const describedPathSchema = z
  .object(pathFields)
  .meta({ id: 'PathDescription', description: 'What a path is.' }) satisfies WireSchema<WireFormatOptions>;

const formatField = z
  .object({
    type: z.literal('choice'),
    required: z.boolean(),
    read_only: z.boolean(),
    label: z.string(),
    choices: z.array(z.object({ value: z.string(), display_name: z.string() })),
  })
  .meta({ id: 'FormatField', description: 'The formats of a kind.' }) satisfies WireSchema<WireFormatField>;

const formatsField = z.object({
  type: z.literal('nested object'),
  required: z.boolean(),
  read_only: z.boolean(),
  label: z.string(),
  children: z.object(
    Object.fromEntries(kinds.map((kind) => [kind, formatField.optional()])) as Record<
      (typeof kinds)[number],
      z.ZodOptional<typeof formatField>
    >,
  ),
});

/** What can be exported, by kind; `actions` is absent for a token that may not create. */
export const formatOptionsSchema = z
  .object({
    ...pathFields,
    actions: z.object({ POST: z.object({ formats: formatsField }) }).optional(),
  })
  .meta({
    id: 'ExportOptionsDescription',
    description: 'The formats that the site can write.',
  }) satisfies WireSchema<WireFormatOptions>;
