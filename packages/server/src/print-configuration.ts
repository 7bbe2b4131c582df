import { z } from 'zod';

import { siteConfigSchema } from './catalogue/site-config.ts';
import { configSchema } from './config.ts';

/** Prints what can be configured, as JSON Schema: run by `scripts/generate-configuration-reference.js`. */
const options = { io: 'output', unrepresentable: 'any' } as const;
process.stdout.write(
  JSON.stringify({
    environment: z.toJSONSchema(configSchema, options),
    file: z.toJSONSchema(siteConfigSchema, options),
  }),
);
