import { cropModes, findFormat, kinds, type Kind } from '@outcrop/contract';
import { z } from 'zod';

import type { SiteLimits } from '../catalogue/site-config.ts';

const address = z.string().max(2048);
/** A body that `Expand` had put in place of its address, sent back. */
const expanded = z.looseObject({ url: address.min(1) }).transform(({ url }) => url);

/** Item options that the wire knows; others are kept where they are plain values, and echoed. */
const itemSchema = z
  .looseObject({
    item: z
      .union(
        [address.min(1), expanded],
        'must be the URL of a layer or table, or a reference such as layers/3',
      )
      .meta({
        description: 'The address of a layer or table, or a reference such as `layers/3`.',
      }),
    color: z
      .string()
      .regex(/^#[0-9A-Fa-f]{6}$/, 'must be a colour such as #003399')
      .optional()
      .meta({ description: 'In formats that have colours.' }),
    tiles: z
      .array(z.string().min(1).max(200))
      .max(10_000)
      .optional()
      .meta({ description: 'Names of the source tiles that are wanted, of a tiled raster or grid.' }),
    raster_resolution_multiplier: z
      .number()
      .positive()
      .optional()
      .meta({ description: '1 is the original resolution; larger is coarser.' }),
    include_raster_tab: z.boolean().optional().meta({ description: 'Adds MapInfo `.tab` files to rasters.' }),
    include_geometry_field: z
      .boolean()
      .optional()
      .meta({ description: 'Whether a CSV has a column with the geometry.' }),
    include_hatching: z.boolean().optional().meta({ description: 'Fills polygons in DWG.' }),
    include_xdata: z.boolean().optional().meta({ description: 'Attaches attributes in DWG.' }),
    fields: z
      .array(z.string().min(1).max(300))
      .min(1, 'must name at least one field')
      .max(2000)
      .optional()
      .meta({ description: 'The fields to keep, in this order; all where absent.' }),
  })
  .transform(dropForeign);

const formatsSchema = z
  .record(
    z.string(),
    z.string().max(300).nullable(),
    'must be an object of kinds and mimetypes, such as {"vector": "application/x-ogc-gpkg"}',
  )
  .transform(normaliseFormats)
  .meta({
    description: 'A mimetype for each kind of data among the items; other kinds are ignored.',
    example: { vector: 'application/x-ogc-gpkg', table: 'text/csv' },
  });

const crsSchema = z
  .union(
    [z.string().max(100), z.looseObject({ id: z.string().max(100) }).transform(({ id }) => id)],
    'must be a code such as "EPSG:2193"',
  )
  .transform((code) => code.trim().toUpperCase())
  .meta({
    description: 'Needed where an item has a position and its format can be in any system.',
    example: 'EPSG:2193',
  });

const geometrySchema = z
  .looseObject(
    { type: z.string('must be "Polygon" or "MultiPolygon"').max(50) },
    'must be a GeoJSON geometry or the URL of a crop feature',
  )
  // The engine reads the coordinates and says what is wrong with them.
  .meta({
    required: ['type', 'coordinates'],
    properties: {
      type: { type: 'string', enum: ['Polygon', 'MultiPolygon'] },
      coordinates: { type: 'array', items: { type: 'array' } },
    },
  });

const optionsSchema = z.object({
  crop_mode: z
    .enum(cropModes)
    .optional()
    .meta({ description: 'What happens to features on the edge of the extent; `clip` where absent.' }),
  coordinate_precision: z
    .int('must be a whole number from 0 to 15')
    .min(0)
    .max(15)
    .optional()
    .meta({ description: 'Decimals of coordinates in text formats.' }),
  mosaic: z.boolean().optional().meta({ description: 'One raster instead of one per source tile.' }),
});

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
    extent: z
      .union([address, geometrySchema, expanded], 'must be a GeoJSON geometry or the URL of a crop feature')
      .nullish()
      .meta({
        description:
          'A GeoJSON Polygon or MultiPolygon in EPSG:4326, or the address of a crop feature. None for everything.',
      }),
    delivery: z.looseObject({ method: z.literal('download', 'must be "download"') }).nullish(),
    options: optionsSchema.nullish(),
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

/** What only a site says of an item: in a detail body of `v1.x` and in a validation, either of which may be sent back. */
const siteOnly: readonly string[] = [
  'title',
  'format',
  'short_format',
  'data_type',
  'data_type_label',
  'license',
  'price',
  'currency',
  'is_valid',
  'invalid_reasons',
  'invalid_details',
  'feature_count',
  'size_estimate_zipped',
  'size_estimate_unzipped',
  'seconds_estimate',
];

function dropForeign<T extends Record<string, unknown>>(item: T): T {
  const kept = Object.entries(item).filter(
    ([key, value]) => (typeof value !== 'object' || structured.includes(key)) && !siteOnly.includes(key),
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
