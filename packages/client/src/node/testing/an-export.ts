import type { WireExportDetail } from '@outcrop/contract';

/** The body of an export that is being built, with what a test wants changed. */
export function anExport(changes: Partial<WireExportDetail> = {}): WireExportDetail {
  return {
    id: 9,
    name: 'kx-roads-SHP',
    created_at: '2026-04-20T20:41:07.136040Z',
    created_via: 'API',
    state: 'processing',
    url: 'http://site.invalid/services/api/v1/exports/9/',
    download_url: null,
    extent: null,
    delivery: { method: 'download' },
    formats: { vector: 'application/x-zipped-shp' },
    items: [{ item: 'http://site.invalid/services/api/v1/layers/3/' }],
    crs: 'EPSG:2193',
    options: {},
    size_estimate_zipped: 1_893_966,
    size_complete_zipped: null,
    progress: 0.5,
    stage: null,
    is_cropped: false,
    sha256: null,
    error: null,
    warnings: [],
    started_at: null,
    finished_at: null,
    downloaded_at: null,
    ...changes,
  };
}
