import type {
  WireCropFeature,
  WireCropFeatureSummary,
  WireCropLayer,
  WireCrs,
  WireLayer,
  WireLayerSummary,
  WireLicence,
  WireUser,
} from '@outcrop/contract';
import { z } from 'zod';

import type { ApiVersion } from '../../exports/api-root.ts';
import {
  addressSchema,
  crsCodeSchema,
  kindSchema,
  multiPolygonSchema,
  polygonSchema,
  timeSchema,
} from './basic-schemas.ts';
import type { WireSchema } from './wire-schema.ts';

const crsFields = {
  id: crsCodeSchema,
  url: addressSchema,
  name: z.string(),
  kind: z.string().meta({ example: 'geographic 2D' }),
  unit_horizontal: z.string(),
  unit_vertical: z.string().meta({ description: 'Empty where the system has no heights.' }),
  url_external: z.url(),
  component_horizontal: z.null(),
  component_vertical: z.null(),
  srid: z.int(),
};

/** A coordinate reference system. */
export const crsSchema = z
  .object(crsFields)
  .meta({ id: 'Crs', description: 'A coordinate reference system.' }) satisfies WireSchema<WireCrs>;

/** A licence. */
export const licenceSchema = z
  .object({
    id: z.int(),
    title: z.string(),
    type: z.string().meta({ example: 'cc-by' }),
    url: addressSchema,
    url_html: z.url().nullable().meta({ description: 'The page of whoever wrote the licence.' }),
    url_fulltext: addressSchema.nullable(),
  })
  .meta({ id: 'Licence', description: 'A licence.' }) satisfies WireSchema<WireLicence>;

/** The holder of a token. */
export const userSchema = z
  .object({
    id: z.int().min(0),
    url: addressSchema,
    first_name: z.string().meta({ description: 'The name of the token.' }),
    last_name: z.string(),
    country: z.string(),
    geotag: z.string(),
    email: z.string(),
    is_locked: z.boolean(),
    is_site_admin: z.boolean(),
    seat_type: z.string(),
    date_joined: timeSchema.nullable(),
  })
  .meta({ id: 'User', description: 'The holder of a token.' }) satisfies WireSchema<WireUser>;

const layerFields = {
  id: z.int().min(1),
  url: addressSchema,
  type: z.enum(['layer', 'table']),
  kind: kindSchema,
  name: z.string(),
  title: z.string(),
};

/** A layer or table in a list. */
export const layerSummarySchema = z.object(layerFields).meta({
  id: 'LayerSummary',
  description: 'A layer or table in a list.',
}) satisfies WireSchema<WireLayerSummary>;

function layerSchema(version: ApiVersion): WireSchema<WireLayer> {
  return z
    .object({
      ...layerFields,
      description: z.string(),
      version: z.object({ id: z.int().min(0), url: addressSchema }),
      published_at: timeSchema.nullable().meta({ description: 'When the data last changed.' }),
      license: licenceSchema.nullable(),
      user_permissions: z.array(z.string()).meta({ example: ['view', 'download'] }),
      user_capabilities: z
        .array(z.string())
        .meta({ description: 'Contains `can-export` where it can be exported.' }),
      data: z.object({
        crs: (version === 'v1' ? crsCodeSchema : crsSchema).nullable(),
        extent: z.union([polygonSchema, multiPolygonSchema]).nullable(),
        export_formats: z.array(z.object({ name: z.string(), mimetype: z.string() })),
        feature_count: z.int().min(0).nullable(),
        geometry_field: z.string().nullable(),
        geometry_type: z.string().nullable(),
        raster_resolution: z
          .number()
          .nullable()
          .meta({ description: 'Size of a pixel in units of the coordinate reference system.' }),
        tiles: z.array(z.string()).meta({ description: 'Names of the tiles of a raster or grid.' }),
        bands: z.array(
          z.object({ type: z.string(), interpretation: z.string(), nodata: z.string().nullable() }),
        ),
        fields: z.array(z.object({ name: z.string(), type: z.string() })),
      }),
      metadata: z.object({
        iso: z.string().nullable(),
        dc: z.string().nullable(),
        native: z.string().nullable(),
      }),
      services: z.array(
        z.object({ key: z.string(), enabled: z.boolean(), auth_scopes: z.array(z.string()) }),
      ),
      unavailable: z.string().nullable().meta({ description: 'Why it cannot be exported now.' }),
    })
    .meta({ id: 'Layer', description: 'A layer or table.' });
}

/** A layer or table in full. */
export const layerSchemas: Readonly<Record<ApiVersion, WireSchema<WireLayer>>> = {
  v1: layerSchema('v1'),
  'v1.x': layerSchema('v1.x'),
};

/** A layer whose features can be an extent. */
export const cropLayerSchema = z
  .object({
    id: z.int().min(1),
    name: z.string(),
    url: addressSchema,
    features: addressSchema.meta({ description: 'The address of its features.' }),
    extent: multiPolygonSchema.nullable(),
    source_layer: addressSchema.meta({ description: 'The version of the layer that it is made from.' }),
  })
  .meta({
    id: 'CropLayer',
    description: 'A polygon layer whose features can be picked as an extent.',
  }) satisfies WireSchema<WireCropLayer>;

const cropFeatureFields = {
  id: z.int(),
  name: z.string().meta({ description: 'Not unique.' }),
  url: addressSchema.meta({ description: 'Can be the extent of an export.' }),
};

/** A crop feature in a list. */
export const cropFeatureSummarySchema = z
  .object(cropFeatureFields)
  .meta({ id: 'CropFeatureSummary' }) satisfies WireSchema<WireCropFeatureSummary>;

/** A crop feature with its geometry. */
export const cropFeatureSchema = z
  .object({ ...cropFeatureFields, geometry: multiPolygonSchema })
  .meta({ id: 'CropFeature' }) satisfies WireSchema<WireCropFeature>;
