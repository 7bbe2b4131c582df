import {
  cropModes,
  exportStates,
  failureCodes,
  reasonCodes,
  type WireDescribedExport,
  type WireDescribedValidation,
  type WireExpandedExport,
  type WireExportDetail,
  type WireExportSummary,
  type WireValidation,
} from '@outcrop/contract';
import { z } from 'zod';

import type { ApiVersion } from '../../exports/api-root.ts';
import {
  addressSchema,
  bytesSchema,
  crsCodeSchema,
  formatsSchema,
  kindSchema,
  multiPolygonSchema,
  polygonSchema,
  timeSchema,
} from './basic-schemas.ts';
import {
  cropFeatureSchema,
  crsSchema,
  layerSchemas,
  licenceSchema,
  userSchema,
} from './catalogue-schemas.ts';
import type { WireSchema } from './wire-schema.ts';

/** The bodies about exports in one version of the API. */
export interface ExportSchemas {
  readonly detail: WireSchema<WireExportDetail | WireDescribedExport>;
  readonly expanded: WireSchema<WireExpandedExport>;
  readonly validation: WireSchema<WireValidation | WireDescribedValidation>;
}

const summaryFields = {
  id: z.int().min(1),
  name: z.string().meta({ description: 'The name of the archive, without `.zip`.' }),
  created_at: timeSchema,
  created_via: z.string().meta({ description: '`api` or `web`.' }),
  state: z.enum(exportStates).meta({ id: 'ExportState' }),
  url: addressSchema,
  download_url: addressSchema.nullable().meta({ description: 'Null until the state is `complete`.' }),
};

/** An export in a list. */
export const exportSummarySchema = z
  .object(summaryFields)
  .meta({ id: 'ExportSummary', description: 'An export in a list.' }) satisfies WireSchema<WireExportSummary>;

/** Options of an item; others are echoed as they were sent, where they are plain values. */
const itemFields = {
  item: addressSchema,
  color: z.string().optional(),
  tiles: z.array(z.string()).optional(),
  raster_resolution_multiplier: z.number().optional(),
  include_raster_tab: z.boolean().optional(),
  include_geometry_field: z.boolean().optional(),
  include_hatching: z.boolean().optional(),
  include_xdata: z.boolean().optional(),
  fields: z.array(z.string()).optional(),
};

const describedItemFields = {
  ...itemFields,
  title: z.string(),
  format: z.string(),
  short_format: z.string(),
  data_type: kindSchema,
  data_type_label: z.string(),
};

const deliverySchema = z.object({ method: z.literal('download') }).meta({ id: 'Delivery' });

const optionsSchema = z
  .object({
    crop_mode: z.enum(cropModes).optional(),
    coordinate_precision: z.int().min(0).max(15).optional(),
    mosaic: z.boolean().optional(),
  })
  .meta({ id: 'ExportOptions' });

const detailFields = {
  ...summaryFields,
  extent: z
    .union([polygonSchema, multiPolygonSchema, addressSchema])
    .nullable()
    .meta({ description: 'A geometry, or the address of a crop feature.' }),
  delivery: deliverySchema,
  formats: formatsSchema,
  options: optionsSchema,
  size_estimate_zipped: bytesSchema,
  size_estimate_unzipped: bytesSchema,
  size_complete_zipped: bytesSchema.nullable(),
  size_complete_unzipped: bytesSchema.nullable(),
  progress: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .meta({ description: 'Never goes back; null after a cancel.' }),
  stage: z.string().nullable().meta({ description: 'What is being done, in words.' }),
  is_cropped: z.boolean(),
  sha256: z.string().nullable().meta({ description: 'Of the archive, in hexadecimal.' }),
  error: z
    .object({ code: z.enum(failureCodes), detail: z.string() })
    .nullable()
    .meta({ description: 'Why the state is `error`.' }),
  warnings: z.array(z.string()),
  started_at: timeSchema.nullable(),
  finished_at: timeSchema.nullable(),
  downloaded_at: timeSchema.nullable(),
};

const describedFields = {
  ...detailFields,
  crs: crsSchema.nullable(),
  user: userSchema,
  from: z
    .object({
      name: z.string(),
      domain: z.string(),
      owner: z.string(),
      owner_short: z.string(),
      copyright: z.string(),
    })
    .meta({ id: 'ExportSource', description: 'The site, and whom to name when its data are used.' }),
  invoice: z.null(),
};

const extentExpanded = z
  .union([polygonSchema, multiPolygonSchema, addressSchema, cropFeatureSchema])
  .nullable();
const detailMeta = { id: 'Export', description: 'An export in full.' };
const expandedMeta = {
  id: 'ExpandedExport',
  description: 'An export in full, with what `Expand` asked for.',
};

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

/** The bodies about exports, by version (wire contract, sections 5.3 and 5.5). */
export const exportSchemas: Readonly<Record<ApiVersion, ExportSchemas>> = {
  v1: {
    detail: z
      .object({
        ...detailFields,
        items: z.array(z.looseObject(itemFields)),
        crs: crsCodeSchema.nullable(),
      })
      .meta(detailMeta),
    expanded: z
      .object({
        ...detailFields,
        items: z.array(z.looseObject({ ...itemFields, item: z.union([addressSchema, layerSchemas.v1]) })),
        crs: z.union([crsCodeSchema, crsSchema]).nullable(),
        extent: extentExpanded,
      })
      .meta(expandedMeta),
    validation: z
      .object({ ...validationFields, items: z.array(z.looseObject(itemValidationFields)) })
      .meta(validationMeta),
  },
  'v1.x': {
    detail: z
      .object({ ...describedFields, items: z.array(z.looseObject(describedItemFields)) })
      .meta(detailMeta),
    expanded: z
      .object({
        ...describedFields,
        items: z.array(
          z.looseObject({ ...describedItemFields, item: z.union([addressSchema, layerSchemas['v1.x']]) }),
        ),
        extent: extentExpanded,
      })
      .meta(expandedMeta),
    validation: z
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
  },
};
