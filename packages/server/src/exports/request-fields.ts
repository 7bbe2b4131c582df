import { cropModes, findFormat, type Kind, kinds } from '@outcrop/contract';
import { z } from 'zod';

const address = z.string().max(2048);
/** A body that `Expand` had put in place of its address, sent back. */
const expanded = z.looseObject({ url: address.min(1) }).transform(({ url }) => url);

/** Item options that the wire knows; others are kept where they are plain values, and echoed. */
export const itemSchema = z
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
      .min(1, 'must name at least one tile')
      .max(10_000)
      .optional()
      .meta({ description: 'Names of the source tiles that are wanted, of a tiled raster or grid.' }),
    raster_resolution_multiplier: z
      .number("must be a number: 1 for pixels of the source's size, 2 for twice as large")
      .min(0.01)
      .max(10_000)
      .optional()
      .meta({ description: '1 is the original resolution; larger is coarser.' }),
    scale_to_bytes: z
      .boolean()
      .optional()
      .meta({ description: 'Scales values to 0 to 255 for formats that hold nothing else.' }),
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

/** A mimetype for each kind; kinds that the site does not know are left out. */
export const formatsSchema = z
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

/** A code, or the object that `v1.x` shows. */
export const crsSchema = z
  .union(
    [z.string().max(100), z.looseObject({ id: z.string().max(100) }).transform(({ id }) => id)],
    'must be a code such as "EPSG:2193"',
  )
  .transform((code) => code.trim().toUpperCase())
  .meta({
    description: 'Needed where an item has a position and its format can be in any system.',
    example: 'EPSG:2193',
  });

/** Only what a geometry is made of is kept: the extent is stored, and given back. */
const geometrySchema = z
  .object(
    { type: z.string('must be "Polygon" or "MultiPolygon"').max(50), coordinates: z.unknown().optional() },
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

/** Options of the export as a whole. */
export const optionsSchema = z.object({
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

/** A geometry, or the address of a crop feature. */
export const extentSchema = z
  .union([address, geometrySchema, expanded], 'must be a GeoJSON geometry or the URL of a crop feature')
  .meta({
    description:
      'A GeoJSON Polygon or MultiPolygon in EPSG:4326, or the address of a crop feature. None for everything.',
  });

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
