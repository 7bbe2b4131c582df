import { z } from 'zod';

/** The largest id that the database can hold. */
const maxId = 2_147_483_647;

/** An id in a path: digits only, so that words such as `validate` are never taken for one. */
export const idSchema = digits(maxId);

/** An id that comes from the data: the number of a feature, the version of a file. */
export const dataIdSchema = digits(Number.MAX_SAFE_INTEGER);

/** The code of a coordinate reference system in a path. */
export const crsParameter = z
  .string()
  .regex(/^(?:EPSG|epsg):\d{1,7}$/)
  .meta({ example: 'EPSG:2193' });

/** What the parameters of a path may be, by their names. */
export function idSchemas(path: string): z.ZodObject {
  const names = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = '']) => name);
  return z.object(Object.fromEntries(names.map((name) => [name, parameters[name] ?? idSchema])));
}

const parameters: Readonly<Record<string, z.ZodType>> = {
  featureId: dataIdSchema,
  version: dataIdSchema,
  code: crsParameter,
};

function digits(largest: number): z.ZodType<number> {
  return z
    .string()
    .regex(/^\d{1,16}$/)
    .transform(Number)
    .refine((id) => id <= largest)
    .meta({ type: 'integer', minimum: 0, maximum: largest });
}
