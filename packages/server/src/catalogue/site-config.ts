import { z } from 'zod';

import { type AccessConfig, accessSchema, rightSchema, rightsProblem } from './access-config.ts';
import { notificationEvents, usualEvents } from '../notifications/notification-event.ts';
import { webhookProblem } from '../notifications/webhook-address.ts';
import { isPostgisAddress } from './postgis-sources.ts';

const licenceSchema = z.strictObject({
  title: z.string().min(1),
  type: z.string().default('unspecified'),
  url: z.url().nullable().default(null),
  attribution: z.string().nullable().default(null),
  text: z.string().nullable().default(null),
});

const layerSchema = z.strictObject({
  id: z.int().min(1).max(2_147_483_647),
  title: z.string().min(1),
  file: z.string().min(1),
  table: z.string().min(1).optional(),
  kind: z.enum(['vector', 'table', 'raster', 'grid', 'rat']).optional(),
  crs: z
    .string()
    .regex(/^EPSG:\d+$/, 'use a code such as EPSG:2193')
    .optional(),
  description: z.string().default(''),
  licence: licenceSchema.nullable().default(null),
  crop_layer: z.boolean().default(false),
  name_field: z.string().min(1).optional(),
  /** Groups that may see it, and those that may download it; what `access` says where absent. */
  view: rightSchema.optional(),
  download: rightSchema.optional(),
});

/** How often something may be done by one token or address. */
const rateSchema = z.strictObject({
  per_minute: z.number().positive().max(1_000_000),
  /** How many at once, after a time of rest. */
  burst: z.int().positive().max(1_000_000),
});

const limitsSchema = z.strictObject({
  max_archive_bytes: z.int().positive().nullable().default(null),
  max_run_seconds: z
    .int()
    .positive()
    .nullable()
    .default(6 * 3600),
  max_run_memory_bytes: z.int().positive().nullable().default(null),
  max_extent_vertices: z.int().positive().default(10_000),
  /** Of the disk where exports are made; null takes exports whatever is free. */
  min_free_bytes: z
    .int()
    .min(0)
    .nullable()
    .default(512 * 1024 * 1024),
  max_items: z.int().positive().default(100),
  max_body_bytes: z
    .int()
    .positive()
    .default(5 * 1024 * 1024),
  /** How long a complete export can be downloaded; null for ever. */
  keep_days: z.number().positive().max(36_500).nullable().default(7),
  /** How far from now its owner may put the end of that. */
  max_keep_days: z.number().positive().max(36_500).default(90),
  /** Where one is absent, the default of the site's access holds; null is no limit. */
  rates: z
    .strictObject({
      reading: rateSchema.nullable().optional(),
      submitting: rateSchema.nullable().optional(),
      authentication: rateSchema.nullable().optional(),
    })
    .prefault({}),
  /** Each of these three for one token. */
  max_unfinished_exports: z.int().positive().nullable().optional(),
  max_exports_per_day: z.int().positive().nullable().default(null),
  /** Estimated bytes of the archives. */
  max_bytes_per_day: z.int().positive().nullable().default(null),
});

const notificationsSchema = z
  .strictObject({
    allowed_hosts: z.array(z.string().min(1)).default([]),
    webhooks: z
      .array(
        z.strictObject({
          url: z.string().max(2048),
          events: z
            .array(z.enum(notificationEvents))
            .min(1)
            .default([...usualEvents]),
          secret_env: z
            .string()
            .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'name a variable of the environment')
            .optional(),
        }),
      )
      .default([]),
  })
  .superRefine(({ webhooks, allowed_hosts: allowedHosts }, context) => {
    for (const [index, { url }] of webhooks.entries()) {
      const problem = webhookProblem(url, allowedHosts);
      if (problem !== null) {
        context.addIssue({ code: 'custom', path: ['webhooks', index, 'url'], message: problem });
      }
    }
  });

/** What `outcrop.yaml` may say. Unknown keys are refused: a misspelt one would otherwise be ignored in silence. */
export const siteConfigSchema = z
  .strictObject({
    title: z.string().min(1).default('Outcrop'),
    prefix: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use lower-case letters, digits and dashes')
      .default('kx'),
    publisher: z.string().default(''),
    limits: limitsSchema.prefault({}),
    access: accessSchema.prefault({}),
    notifications: notificationsSchema.prefault({}),
    layers: z.array(layerSchema).default([]),
  })
  .superRefine((config, context) => {
    const { keep_days: keepDays, max_keep_days: maxKeepDays } = config.limits;
    if (keepDays !== null && keepDays > maxKeepDays) {
      const message = `is above max_keep_days, which is ${maxKeepDays}; raise that, too`;
      context.addIssue({ code: 'custom', path: ['limits', 'keep_days'], message });
    }
    const problem = rightsProblem(config.access);
    if (problem !== null) context.addIssue({ code: 'custom', path: ['access'], message: problem });
    const seen = new Set<number>();
    for (const [index, layer] of config.layers.entries()) {
      const problem = seen.has(layer.id)
        ? `id ${layer.id} is used twice; give each layer its own`
        : (layerProblem(layer) ?? rightsOfLayerProblem(config.access, layer));
      if (problem !== null) {
        context.addIssue({ code: 'custom', path: ['layers', index], message: problem });
      }
      seen.add(layer.id);
    }
  });

/** The parsed `outcrop.yaml`. */
export type SiteConfig = z.infer<typeof siteConfigSchema>;

/** A layer of `outcrop.yaml`. */
export type LayerConfig = SiteConfig['layers'][number];

/** What a site allows. */
export type SiteLimits = SiteConfig['limits'];

function rightsOfLayerProblem(access: AccessConfig, layer: z.infer<typeof layerSchema>): string | null {
  const hasOwn = layer.view !== undefined || layer.download !== undefined;
  const problem = hasOwn ? rightsProblem(access, layer) : null;
  return problem === null ? null : `layer ${layer.id}: ${problem}`;
}

function layerProblem(layer: z.infer<typeof layerSchema>): string | null {
  const isGeoPackage = layer.file.toLowerCase().endsWith('.gpkg');
  if (isGeoPackage && layer.table === undefined) {
    return `layer ${layer.id} names the GeoPackage ${layer.file} but no table; add \`table:\``;
  }
  if (isGeoPackage && layer.crs !== undefined) {
    return `layer ${layer.id} is a GeoPackage, which says its CRS itself; take crs: away`;
  }
  if (isPostgisAddress(layer.file)) {
    if (layer.table === undefined) {
      return `layer ${layer.id} is in a database, but names no table; add \`table: schema.table\``;
    }
    if (layer.crop_layer) {
      return `layer ${layer.id} is in a database; only a layer of a GeoPackage can be a crop layer`;
    }
    return null;
  }
  if (layer.crop_layer && layer.name_field === undefined) {
    return `layer ${layer.id} is a crop layer but does not say which field names its features; add \`name_field:\``;
  }
  return null;
}
