import {
  findFormat,
  formatLabel,
  type Kind,
  type WireDescribedExport,
  type WireDescribedItem,
  type WireExportDetail,
  type WireExportSummary,
  type WireExtent,
  type WireItem,
  type WireSource,
} from '@outcrop/contract';

import type { Site } from '../catalogue/site.ts';
import type { SiteLayer } from '../catalogue/site-layer.ts';
import type { ExportRecord } from '../exports/export-record.ts';
import type { AppParts, RequestContext } from './app-parts.ts';
import { renderCrs } from './render-crs.ts';
import { renderUser } from './render-user.ts';

/** An export in a list. */
export function renderExportSummary(record: ExportRecord, apiRoot: URL): WireExportSummary {
  const url = new URL(`exports/${record.id}/`, apiRoot).href;
  return {
    id: record.id,
    name: record.name,
    created_at: record.createdAt,
    created_via: record.createdVia,
    state: record.state,
    url,
    download_url: record.state === 'complete' ? `${url}download/` : null,
  };
}

/** An export of the caller's in full, as the version that was asked shows it (wire contract, section 5.3). */
export function renderExport(
  parts: AppParts,
  context: RequestContext,
  record: ExportRecord,
): WireExportDetail | WireDescribedExport {
  const apiRoot = context.get('apiRoot');
  const detail = renderDetail(record, apiRoot);
  if (context.get('version') === 'v1') {
    return detail;
  }
  const { crs } = record.request;
  return {
    ...detail,
    items: record.request.items.map((item, index) =>
      describeItem(detail.items[index] ?? item, findItemLayer(parts.site, item), record),
    ),
    crs: crs === null ? null : renderCrs(parts.site.engine, crs, apiRoot),
    user: renderUser(context.get('caller'), apiRoot),
    from: describeSource(parts, record),
    invoice: null,
  };
}

/** The layer of an item as a site keeps it (`layers/3/`); null where the site has it no longer. */
export function findItemLayer(site: Site, { item }: WireItem): SiteLayer | null {
  const layerId = /^(?:layers|tables)\/(\d+)\//.exec(item)?.[1];
  return layerId === undefined ? null : site.findLayer(Number(layerId));
}

/** An export in full, as `v1` shows it to its owner. */
export function renderDetail(record: ExportRecord, apiRoot: URL): WireExportDetail {
  const { request, archive } = record;
  return {
    ...renderExportSummary(record, apiRoot),
    extent: renderExtent(request.extent, apiRoot),
    delivery: { method: 'download' },
    formats: request.formats,
    items: request.items.map((item): WireItem => ({ ...item, item: new URL(item.item, apiRoot).href })),
    crs: request.crs,
    options: request.options,
    size_estimate_zipped: record.sizeEstimateZipped,
    size_estimate_unzipped: record.sizeEstimateUnzipped,
    size_complete_zipped: archive?.bytes ?? null,
    size_complete_unzipped: archive?.unzippedBytes ?? null,
    progress: record.progress,
    stage: record.stage,
    queue:
      record.queue === null
        ? null
        : { position: record.queue.position, eta_seconds: record.queue.etaSeconds },
    is_cropped: request.extent !== null,
    reused: record.isReused,
    sha256: archive?.sha256 ?? null,
    error: record.error,
    warnings: record.warnings,
    started_at: record.startedAt,
    finished_at: record.finishedAt,
    downloaded_at: record.downloadedAt,
  };
}

function describeItem(item: WireItem, layer: SiteLayer | null, record: ExportRecord): WireDescribedItem {
  const kind: Kind = layer?.kind ?? (item.item.includes('/tables/') ? 'table' : 'vector');
  const mimetype = record.request.formats[kind];
  const format = mimetype === undefined ? undefined : findFormat(mimetype);
  return {
    ...item,
    title: layer?.title ?? '',
    format: format === undefined ? '' : formatLabel(format, kind),
    short_format: format?.shortCode ?? '',
    data_type: kind,
    data_type_label: kind.charAt(0).toUpperCase() + kind.slice(1),
  };
}

function describeSource({ site, siteRoot }: AppParts, { request }: ExportRecord): WireSource {
  const attributions = request.items.flatMap((item) => findItemLayer(site, item)?.licence?.attribution ?? []);
  return {
    name: site.config.title,
    domain: siteRoot.host,
    owner: site.config.publisher,
    owner_short: site.sitePrefix,
    copyright: [...new Set(attributions)].join('; '),
  };
}

function renderExtent(extent: unknown, apiRoot: URL): WireExtent {
  if (typeof extent === 'string') {
    return new URL(extent, apiRoot).href;
  }
  return isGeometry(extent) ? extent : null;
}

/** What is kept as an extent was a geometry that the engine had parsed. */
function isGeometry(extent: unknown): extent is Exclude<WireExtent, string | null> {
  return typeof extent === 'object' && extent !== null;
}
