import type { WireExportDetail, WireExportSummary, WireExtent, WireItem } from '@outcrop/contract';

import type { ExportRecord } from '../exports/export-record.ts';

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

/** An export in full. */
export function renderExport(record: ExportRecord, apiRoot: URL): WireExportDetail {
  const { request } = record;
  return {
    ...renderExportSummary(record, apiRoot),
    extent: renderExtent(request.extent, apiRoot),
    delivery: { method: 'download' },
    formats: request.formats,
    items: request.items.map((item): WireItem => ({ ...item, item: new URL(item.item, apiRoot).href })),
    crs: request.crs,
    options: request.options,
    size_estimate_zipped: record.sizeEstimateZipped,
    size_complete_zipped: record.archive?.bytes ?? null,
    progress: record.progress,
    stage: record.stage,
    is_cropped: request.extent !== null,
    sha256: record.archive?.sha256 ?? null,
    error: record.error,
    warnings: record.warnings,
    started_at: record.startedAt,
    finished_at: record.finishedAt,
    downloaded_at: record.downloadedAt,
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
