import { z } from 'zod';

import { type AccessConfig, accessSchema, rightSchema, rightsProblem } from './access-config.ts';
import { notificationEvents, usualEvents } from '../notifications/notification-event.ts';
import { webhookProblem } from '../notifications/webhook-address.ts';
import { isPostgisAddress } from './postgis-sources.ts';

const licenceSchema = z.strictObject({
  title: z.string().min(1).describe('Its name, such as CC BY 4.0.'),
  type: z.string().default('unspecified').describe('A short name for programs, such as cc-by.'),
  url: z.url().nullable().default(null).describe('Where it can be read.'),
  attribution: z.string().nullable().default(null).describe('Who is to be named.'),
  text: z.string().nullable().default(null).describe('Its whole text, which archives then hold.'),
});

const layerSchema = z.strictObject({
  id: z.int().min(1).max(2_147_483_647).describe('Its number in addresses; it stays when the title changes.'),
  title: z.string().min(1).describe('What people see, and files are named by.'),
  file: z
    .string()
    .min(1)
    .describe('A file of the folder, a folder of tiles, or the address of a PostGIS database.'),
  table: z.string().min(1).optional().describe('The table of a GeoPackage or database.'),
  kind: z
    .enum(['vector', 'table', 'raster', 'grid', 'rat'])
    .optional()
    .describe('What it is; found from the data where absent.'),
  crs: z
    .string()
    .regex(/^EPSG:\d+$/, 'use a code such as EPSG:2193')
    .optional()
    .describe('Of images and grids whose files do not say it.'),
  description: z.string().default('').describe('A text about it.'),
  licence: licenceSchema.nullable().default(null).describe('Under what it may be used.'),
  crop_layer: z.boolean().default(false).describe('Whether its features can be picked as regions.'),
  name_field: z.string().min(1).optional().describe('The field that names the features of a crop layer.'),
  view: rightSchema.optional().describe('Groups that may see it; what `access` says where absent.'),
  download: rightSchema.optional().describe('Groups that may download it; what `access` says where absent.'),
});

/** How often something may be done by one token or address. */
const rateSchema = z.strictObject({
  per_minute: z.number().positive().max(1_000_000).describe('In the long run.'),
  burst: z.int().positive().max(1_000_000).describe('At once, after a time of rest.'),
});

const limitsSchema = z.strictObject({
  max_archive_bytes: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('Bytes of an archive, by the estimate and while it is made; null for no limit.'),
  max_run_seconds: z
    .int()
    .positive()
    .nullable()
    .default(6 * 3600)
    .describe('Seconds that an export may run; null for no limit.'),
  max_run_memory_bytes: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('Bytes of memory that the process of an export may take; null for no limit.'),
  max_extent_vertices: z.int().positive().default(10_000).describe('Vertices of a region.'),
  min_free_bytes: z
    .int()
    .min(0)
    .nullable()
    .default(512 * 1024 * 1024)
    .describe(
      'Bytes that stay free on the disk where exports are made; null takes exports whatever is free.',
    ),
  max_items: z.int().positive().default(100).describe('Layers and tables of an export.'),
  max_body_bytes: z
    .int()
    .positive()
    .default(5 * 1024 * 1024)
    .describe('Bytes of the body of a request.'),
  keep_days: z
    .number()
    .positive()
    .max(36_500)
    .nullable()
    .default(7)
    .describe('Days that a complete export can be downloaded; null for ever.'),
  max_keep_days: z
    .number()
    .positive()
    .max(36_500)
    .default(90)
    .describe('Days from now that its owner may put the end of that to.'),
  rates: z
    .strictObject({
      reading: rateSchema.nullable().optional().describe('Requests that change nothing, and cancels.'),
      submitting: rateSchema.nullable().optional().describe('Creates, changes, validations, regions.'),
      authentication: rateSchema
        .nullable()
        .optional()
        .describe('Requests with a key or code that is not known.'),
    })
    .prefault({})
    .describe(
      'How often one token or address may ask; null for no limit. See [limits](limits.md) for the defaults.',
    ),
  max_unfinished_exports: z
    .int()
    .positive()
    .nullable()
    .optional()
    .describe(
      'Exports of one token that are not finished: 1000 where absent, none on a site for its own machine.',
    ),
  max_exports_per_day: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('Exports of one token in 24 hours; null for no limit.'),
  max_bytes_per_day: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('Estimated bytes of the archives of one token in 24 hours; null for no limit.'),
});

const notificationsSchema = z
  .strictObject({
    allowed_hosts: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Hosts, with or without a port, that webhooks may be at although they are inside, or speak plain HTTP.',
      ),
    webhooks: z
      .array(
        z.strictObject({
          url: z.string().max(2048).describe('Gets a message about every export.'),
          events: z
            .array(z.enum(notificationEvents))
            .min(1)
            .default([...usualEvents])
            .describe('Which ends it hears of.'),
          secret_env: z
            .string()
            .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'name a variable of the environment')
            .optional()
            .describe('The variable of the environment with its secret; without it the site’s own.'),
        }),
      )
      .default([])
      .describe('Who hears of every export of the site.'),
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
    title: z.string().min(1).default('Outcrop').describe('The name of the site.'),
    prefix: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use lower-case letters, digits and dashes')
      .default('kx')
      .describe('First word of the names of archives.'),
    publisher: z.string().default('').describe('Who publishes the data.'),
    limits: limitsSchema.prefault({}).describe('What one asker may have: [limits](limits.md).'),
    access: accessSchema.prefault({}).describe('Who may do what: [access](access.md).'),
    notifications: notificationsSchema
      .prefault({})
      .describe('Who is told when exports end: [notifications](notifications.md).'),
    layers: z.array(layerSchema).default([]).describe('The catalogue.'),
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
