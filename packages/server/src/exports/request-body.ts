import { z } from 'zod';

import type { SiteLimits } from '../catalogue/site-config.ts';
import { notifySchema } from '../notifications/notify-request.ts';
import { crsSchema, extentSchema, formatsSchema, itemSchema, optionsSchema } from './request-fields.ts';

/** Body of a create and of a validate. Keys that only a site writes (`id`, `state`, ...) and unknown ones are left out. */
function requestBodySchema(limits: SiteLimits) {
  return z.object({
    name: z
      .string()
      .trim()
      .max(200)
      .nullish()
      .meta({ description: 'Free text; the archive is named after it, or after the layers.' }),
    crs: crsSchema.nullish(),
    formats: formatsSchema,
    items: z
      .array(itemSchema, 'must be a list of items, such as [{"item": "layers/3"}]')
      .min(1, 'must have at least one item')
      .max(limits.max_items, `must have at most ${limits.max_items} items; make several exports`),
    extent: extentSchema.nullish(),
    delivery: z.looseObject({ method: z.literal('download', 'must be "download"') }).nullish(),
    options: optionsSchema.nullish(),
    notify: notifySchema.nullish(),
  });
}

/** JSON Schema of what a site with these limits takes. */
export function requestBodyJsonSchema(limits: SiteLimits): object {
  return z.toJSONSchema(requestBodySchema(limits), { io: 'input', unrepresentable: 'any' });
}

/** A MultiPolygon in `extent` has six levels. What is far deeper would exhaust the stack of whatever walks through it. */
export const maxDepth = 20;

/** A body that has the right shape; what it refers to is not looked up yet. */
export type RequestBody = z.infer<ReturnType<typeof requestBodySchema>>;

/** Problems by field, as the wire writes them. */
export type FieldErrors = Record<string, string[]>;

/** Parses a body. */
export function parseRequestBody(
  body: unknown,
  limits: SiteLimits,
): { body: RequestBody; errors: null } | { body: null; errors: FieldErrors } {
  if (isDeeperThan(body, maxDepth)) {
    return {
      body: null,
      errors: {
        non_field_errors: [`The body is nested more than ${maxDepth} levels deep, which no request needs.`],
      },
    };
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return {
      body: null,
      errors: {
        non_field_errors: [
          'The body must be a JSON object, such as {"items": [{"item": "layers/3"}], "formats": {"vector": "application/x-ogc-gpkg"}, "crs": "EPSG:4326"}.',
        ],
      },
    };
  }
  const parsed = requestBodySchema(limits).safeParse(body);
  if (!parsed.success) {
    return { body: null, errors: fieldErrors(parsed.error, body) };
  }
  if (hasUnstorableText(parsed.data)) {
    return {
      body: null,
      errors: {
        non_field_errors: ['The body has a NUL or half of a surrogate pair in a text; take it out.'],
      },
    };
  }
  return { body: parsed.data, errors: null };
}

function fieldErrors(error: z.ZodError, body: object): FieldErrors {
  const errors: FieldErrors = {};
  for (const issue of error.issues) {
    const [field = 'non_field_errors', ...rest] = issue.path.map(String);
    const isMissing = rest.length === 0 && Reflect.get(body, field) === undefined;
    const where = rest.length === 0 ? '' : `${rest.join('.')}: `;
    (errors[field] ??= []).push(
      isMissing ? 'This field is required.' : `${where}${issue.message}${valueOf(body, issue.path)}`,
    );
  }
  return errors;
}

/** The value at fault, where it is short enough to help. */
function valueOf(body: object, path: readonly PropertyKey[]): string {
  let value: unknown = body;
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  }
  const isShort =
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    (typeof value === 'string' && value.length <= 100);
  return isShort ? ` (it is ${JSON.stringify(value)})` : '';
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  return levels === 0 || entriesOf(value).some((one) => isDeeperThan(one, levels - 1));
}

/** PostgreSQL's texts hold neither NUL nor lone surrogates. Keys are written too. */
function hasUnstorableText(value: unknown): boolean {
  if (typeof value === 'string') {
    return /[\0\p{Surrogate}]/u.test(value);
  }
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const keys = Array.isArray(value) ? [] : Object.keys(value);
  return keys.some(hasUnstorableText) || entriesOf(value).some(hasUnstorableText);
}

/** Without a copy of what is an array: an extent may have a million positions. */
function entriesOf(value: object): readonly unknown[] {
  return Array.isArray(value) ? value : Object.values(value);
}
