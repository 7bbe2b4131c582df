import {
  limitCodes,
  type WireConflict,
  type WireErrorEnvelope,
  type WireFieldErrors,
  type WireLimitProblem,
  type WireNoRoom,
  type WireProblem,
} from '@outcrop/contract';
import { z } from 'zod';

import type { ApiVersion } from '../../exports/api-root.ts';
import type { WireSchema } from './wire-schema.ts';

/** The bodies of refusals in one version of the API. */
export interface ErrorSchemas {
  readonly problem: z.ZodType;
  readonly limitProblem: z.ZodType;
  readonly fieldErrors: z.ZodType;
  readonly conflict: z.ZodType;
  readonly noRoom: z.ZodType;
}

const problem = z.object({
  detail: z.string().meta({ description: 'What is wrong, with the value and what to do.' }),
}) satisfies WireSchema<WireProblem>;

const limitProblem = problem.extend({
  code: z.enum(limitCodes).meta({
    description: '`rate-*`: too many requests; `quota-*`: more exports than one token may have.',
  }),
  limit: z.number().meta({ description: 'What the site allows: requests a minute, exports, or bytes.' }),
  value: z.number().nullable().meta({ description: 'What it would come to; null for rates.' }),
}) satisfies WireSchema<WireLimitProblem>;

const fieldErrors = z.record(z.string(), z.array(z.string())).meta({
  example: { crs: ['This field is required: give a code such as EPSG:2193 or EPSG:4326.'] },
}) satisfies WireSchema<WireFieldErrors>;

const conflict = z.object({
  errors: z.array(z.string()),
  detail: z.string(),
}) satisfies WireSchema<WireConflict>;

const noRoom = problem.extend({
  needed: z.int().meta({ description: 'Bytes that the export takes while it is made.' }),
  free: z.int().meta({ description: 'Bytes that are free on the disk.' }),
  promised: z.int().meta({ description: 'Bytes of those that other exports have yet to write.' }),
  reserve: z.int().meta({ description: 'Bytes of those that must stay free.' }),
}) satisfies WireSchema<WireNoRoom>;

const noRoomMeta = { id: 'NoRoom', description: 'Why an export does not fit on the disk of the site.' };

/** `v1.x` wraps what `v1` sends as it is (wire contract, section 11). */
export const errorSchemas: Readonly<Record<ApiVersion, ErrorSchemas>> = {
  v1: {
    problem: problem.meta({ id: 'Problem', description: 'What is wrong with a request.' }),
    limitProblem: limitProblem.meta({ id: 'LimitProblem', description: 'Why a request is refused for now.' }),
    fieldErrors: fieldErrors.meta({
      id: 'FieldErrors',
      description: 'Sentences by field; `non_field_errors` for the body as a whole.',
    }),
    conflict: conflict.meta({ id: 'Conflict', description: 'Why an export cannot be cancelled.' }),
    noRoom: noRoom.meta(noRoomMeta),
  },
  'v1.x': {
    problem: envelope(problem).meta({ id: 'Problem', description: 'What is wrong with a request.' }),
    limitProblem: envelope(limitProblem).meta({
      id: 'LimitProblem',
      description: 'Why a request is refused for now.',
    }),
    fieldErrors: envelope(fieldErrors).meta({
      id: 'FieldErrors',
      description: 'Sentences by field; `non_field_errors` for the body as a whole.',
    }),
    conflict: envelope(problem).meta({ id: 'Conflict', description: 'Why an export cannot be cancelled.' }),
    noRoom: envelope(noRoom).meta(noRoomMeta),
  },
};

function envelope<T extends z.ZodType<WireErrorEnvelope['errors']>>(
  errors: T,
): z.ZodObject<{ errors: T; status_code: z.ZodInt }> {
  return z.object({ errors, status_code: z.int().meta({ description: 'The status of the answer.' }) });
}
