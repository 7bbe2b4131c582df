import {
  cropModes,
  exportStates,
  failureCodes,
  type WireDescribedExport,
  type WireExpandedExport,
  type WireExportDetail,
  type WireExportSummary,
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
import { cropFeatureSchema, crsSchema, layerSchemas, userSchema } from './catalogue-schemas.ts';
import type { WireSchema } from './wire-schema.ts';

/** The bodies about exports in one version of the API. */
export interface ExportSchemas {
  readonly detail: WireSchema<WireExportDetail | WireDescribedExport>;
  readonly expanded: WireSchema<WireExpandedExport>;
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

/** An item and its options; others are echoed as they were sent, where they are plain values. */
export const itemFields = {
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

/** How the archive is delivered. */
export const deliverySchema = z.object({ method: z.literal('download') }).meta({ id: 'Delivery' });

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
  queue: z
    .object({ position: z.int().min(1), eta_seconds: z.number().min(0) })
    .nullable()
    .meta({ description: 'Where it is in the queue, 1 for the next, and about how long until it begins.' }),
  is_cropped: z.boolean(),
  reused: z.boolean().meta({
    description: 'Whether an equal export had been asked for before, and its archive serves this one.',
  }),
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

/** The bodies about exports, by version (wire contract, section 5.3). */
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
  },
};
