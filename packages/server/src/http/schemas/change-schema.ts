import type { WireExportChange } from '@outcrop/contract';
import { z } from 'zod';

import { timeSchema } from './basic-schemas.ts';
import type { WireSchema } from './wire-schema.ts';

/** The component that describes what can be changed of an export. */
export const changeComponent = 'ExportChange';

const changeSchema = z.object({
  expires_at: timeSchema.meta({
    description: 'Until when it can be downloaded: later than now, and not further than the site allows.',
  }),
}) satisfies WireSchema<WireExportChange>;

/** JSON Schema of that body. */
export function changeJsonSchema(): object {
  const { $schema: _, ...schema } = z.toJSONSchema(changeSchema);
  return { description: 'What to change of an export.', ...schema };
}
