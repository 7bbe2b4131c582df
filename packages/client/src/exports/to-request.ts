import {
  type WireExportRequest,
  type WireExtent,
  type WireItem,
  wireMimetype,
  type WireNotify,
  type WireOptions,
} from '@outcrop/contract';

import { snakeCase } from '../camel-case.ts';
import { CropFeature } from '../crop/crop-feature.ts';
import { InvalidArgumentError } from '../errors/invalid-argument-error.ts';
import type { Export } from './export.ts';
import type { ExportItem, Extent, Formats, Notify } from './export-fields.ts';

/** What may be written of an item. Sites add keys of their own to what they send back. */
const itemKeys = [
  'item',
  'color',
  'tiles',
  'rasterResolutionMultiplier',
  'includeRasterTab',
  'scaleToBytes',
  'includeGeometryField',
  'includeHatching',
  'includeXdata',
  'fields',
] as const satisfies readonly (keyof ExportItem)[];

/** The body of a create. Sends only what a client may write, so that an export can be created again from an old one. */
export function toRequest(wanted: Export): WireExportRequest {
  return {
    ...(wanted.name === null ? {} : { name: wanted.name }),
    ...(wanted.crs === null ? {} : { crs: wanted.crs }),
    formats: wireFormats(wanted.formats),
    items: wanted.items.map(wireItem),
    ...(wanted.extent === null ? {} : { extent: wireExtent(wanted.extent) }),
    ...(wanted.delivery === null ? {} : { delivery: { method: wanted.delivery.method as 'download' } }),
    ...(Object.keys(wanted.options).length === 0
      ? {}
      : { options: snakeCase(wanted.options) as WireOptions }),
    ...wireNotify(wanted.notify),
  };
}

function wireNotify({ webhook, email }: Notify): { notify?: WireNotify } {
  const notify: WireNotify = {
    ...(webhook === undefined ? {} : { webhook: String(webhook) }),
    ...(email === undefined ? {} : { email }),
  };
  return Object.keys(notify).length === 0 ? {} : { notify };
}

/** Mimetypes as the wire spells them: the File Geodatabase's lacks an "i" there. */
function wireFormats(formats: Formats): Formats {
  const entries = Object.entries(formats).map(([kind, mimetype]) => [kind, wireMimetype(mimetype)]);
  return Object.fromEntries(entries) as Formats;
}

function wireItem(item: ExportItem): WireItem {
  const writable = itemKeys.filter((key) => item[key] !== undefined).map((key) => [key, item[key]]);
  return snakeCase(Object.fromEntries(writable)) as WireItem;
}

function wireExtent(extent: Exclude<Extent, null>): WireExtent {
  if (extent instanceof CropFeature) return extent.url;
  if (extent instanceof URL) return extent.href;
  if (typeof extent === 'string' || ['Polygon', 'MultiPolygon'].includes(extent.type)) return extent;
  throw new InvalidArgumentError(
    `The extent is a ${String(extent.type)}; give a Polygon or a MultiPolygon in EPSG:4326 (of a feature, its geometry), a crop feature, or null for everything`,
  );
}
