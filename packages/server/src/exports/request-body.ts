import { cropModes, findFormat, kinds, type Kind } from '@outcrop/contract';
import { z } from 'zod';

import type { SiteLimits } from '../catalogue/site-config.ts';

/** Item options that the wire knows; others are kept where they are plain values, and echoed. */
const itemSchema = z
  .looseObject({
    item: z.string('must be the URL of a layer or table, or a reference such as layers/3').min(1).max(2048),
    color: z
      .string()
      .regex(/^#[0-9a-f]{6}$/i, 'must be a colour such as #003399')
      .optional(),
    tiles: z.array(z.string().min(1).max(200)).min(1, 'must name at least one tile').max(10_000).optional(),
    raster_resolution_multiplier: z
      .number("must be a number: 1 for pixels of the source's size, 2 for twice as large")
      .min(0.01)
      .max(10_000)
      .optional(),
    include_raster_tab: z.boolean().optional(),
    scale_to_bytes: z.boolean().optional(),
    include_geometry_field: z.boolean().optional(),
    include_hatching: z.boolean().optional(),
    include_xdata: z.boolean().optional(),
    fields: z.array(z.string().min(1).max(300)).min(1, 'must name at least one field').max(2000).optional(),
  })
  .transform(dropNested);

const formatsSchema = z
  .record(
    z.string(),
    z.string().max(300).nullable(),
    'must be an object of kinds and mimetypes, such as {"vector": "application/x-ogc-gpkg"}',
  )
  .transform(normaliseFormats);

const crsSchema = z
  .union(
    [z.string().max(100), z.looseObject({ id: z.string().max(100) }).transform(({ id }) => id)],
    'must be a code such as "EPSG:2193"',
  )
  .transform((code) => code.trim().toUpperCase());

const geometrySchema = z.looseObject(
  { type: z.string('must be "Polygon" or "MultiPolygon"').max(50) },
  'must be a GeoJSON geometry or the URL of a crop feature',
);

const optionsSchema = z.object({
  crop_mode: z.enum(cropModes).optional(),
  coordinate_precision: z.int('must be a whole number from 0 to 15').min(0).max(15).optional(),
  mosaic: z.boolean().optional(),
});

/** Body of a create and of a validate. Keys that only a site writes (`id`, `state`, ...) and unknown ones are left out. */
function requestBodySchema(limits: SiteLimits) {
  return z.object({
    name: z.string().trim().max(200).nullish(),
    crs: crsSchema.nullish(),
    formats: formatsSchema,
    items: z
      .array(itemSchema, 'must be a list of items, such as [{"item": "layers/3"}]')
      .min(1, 'must have at least one item')
      .max(limits.max_items, `must have at most ${limits.max_items} items; make several exports`),
    extent: z.union([z.string().max(2048), geometrySchema]).nullish(),
    delivery: z.looseObject({ method: z.literal('download', 'must be "download"') }).nullish(),
    options: optionsSchema.nullish(),
  });
}

/** A MultiPolygon in `extent` has six levels. What is far deeper would exhaust the stack of whatever walks through it. */
const maxDepth = 20;

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

function normaliseFormats(formats: Record<string, string | null>): Partial<Record<Kind, string>> {
  const known: Partial<Record<Kind, string>> = {};
  for (const kind of kinds) {
    const mimetype = Object.hasOwn(formats, kind) ? formats[kind] : undefined;
    if (mimetype !== undefined && mimetype !== null) {
      known[kind] = findFormat(mimetype)?.mimetype ?? mimetype;
    }
  }
  return known;
}

const structured: readonly string[] = ['tiles', 'fields'];

function dropNested<T extends Record<string, unknown>>(item: T): T {
  const kept = Object.entries(item).filter(
    ([key, value]) => typeof value !== 'object' || structured.includes(key),
  );
  return Object.fromEntries(kept) as T;
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  return levels === 0 || Object.values(value).some((one) => isDeeperThan(one, levels - 1));
}

/** PostgreSQL's texts hold neither NUL nor lone surrogates; JSON.stringify writes both as escapes. */
function hasUnstorableText(value: unknown): boolean {
  return /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i.test(JSON.stringify(value));
}
