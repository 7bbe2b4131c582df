import { siteConfigSchema } from '../../catalogue/site-config.ts';
import { requestBodyJsonSchema } from '../../exports/request-body.ts';

/** The component that describes the body of a create and of a validate. */
export const requestComponent = 'ExportRequest';

/** JSON Schema of that body: of the schema that parses it, with the limits of a site that sets none. */
export function requestJsonSchema(): object {
  const { limits } = siteConfigSchema.parse({});
  const { $schema: _, ...schema } = requestBodyJsonSchema(limits) as { $schema?: string };
  return { description: 'What to export. Keys that it does not name are ignored.', ...schema };
}
