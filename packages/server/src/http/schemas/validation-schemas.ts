import { reasonCodes, type WireDescribedValidation, type WireValidation } from '@outcrop/contract';
import { z } from 'zod';

import type { ApiVersion } from '../../exports/api-root.ts';
import { bytesSchema } from './basic-schemas.ts';
import { crsSchema, licenceSchema } from './catalogue-schemas.ts';
import { deliverySchema, itemFields } from './export-schemas.ts';
import type { WireSchema } from './wire-schema.ts';

const reasonFields = {
  invalid_reasons: z.array(z.enum(reasonCodes)),
  invalid_details: z
    .array(
      z
        .object({
          code: z.enum(reasonCodes),
          detail: z.string(),
          limit: z.number().optional(),
          value: z.number().optional(),
        })
        .meta({ id: 'Reason', description: 'A reason with the value and what to do.' }),
    )
    .meta({ description: 'The same reasons in words.' }),
};

const itemValidationFields = {
  ...itemFields,
  item: z.string().meta({ description: 'As it was sent.' }),
  license: licenceSchema.nullable(),
  price: z.string().meta({ description: 'A decimal number.', example: '0.00' }),
  is_valid: z.boolean(),
  ...reasonFields,
  feature_count: z.int().min(0).nullable(),
  size_estimate_zipped: bytesSchema,
  size_estimate_unzipped: bytesSchema,
  seconds_estimate: z.number().min(0).nullable(),
};

const validationFields = {
  size_estimate_zipped: bytesSchema,
  is_valid: z.boolean().meta({ description: 'False too when only an item is invalid.' }),
  ...reasonFields,
  warnings: z.array(z.string()),
  name: z.string().meta({ description: 'The name that the archive will have, without `.zip`.' }),
};

const validationMeta = {
  id: 'Validation',
  description: 'Whether an export can be made, and what it will cost.',
};

/** The verdict on a request, by version (wire contract, section 5.5). */
export const validationSchemas: Readonly<
  Record<ApiVersion, WireSchema<WireValidation | WireDescribedValidation>>
> = {
  v1: z
    .object({ ...validationFields, items: z.array(z.looseObject(itemValidationFields)) })
    .meta(validationMeta),
  'v1.x': z
    .object({
      ...validationFields,
      items: z.array(z.looseObject({ ...itemValidationFields, currency: z.string().nullable() })),
      suggested_crs: z.array(crsSchema),
      suggested_crs_vertical: z.array(crsSchema),
      zip_filename: z.string(),
      delivery: deliverySchema,
      courier_cost: z.object({}),
    })
    .meta(validationMeta),
};
