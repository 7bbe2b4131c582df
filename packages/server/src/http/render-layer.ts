import { stat } from 'node:fs/promises';

import { formatLabel, type WireLayer, type WireLayerSummary } from '@outcrop/contract';

import { inspectLayer, type LayerInspection } from '../catalogue/inspect-layer.ts';
import { layerAddress, type Site } from '../catalogue/site.ts';
import type { SiteLayer } from '../catalogue/site-layer.ts';
import type { ApiVersion } from '../exports/api-root.ts';
import { renderCrs } from './render-crs.ts';
import { renderLicence } from './render-licence.ts';

/** Where addresses begin, and the version of the API that a body is for. */
export interface Target {
  readonly root: URL;
  readonly version: ApiVersion;
}

/** A layer or table in a list. */
export function renderLayerSummary(layer: SiteLayer, apiRoot: URL): WireLayerSummary {
  return {
    id: layer.id,
    url: layerAddress(layer, apiRoot),
    type: layer.kind === 'table' ? 'table' : 'layer',
    kind: layer.kind,
    name: layer.title,
    title: layer.title,
  };
}

/** A layer or table in full. */
export async function renderLayer(site: Site, layer: SiteLayer, target: Target): Promise<WireLayer> {
  const inspection = await inspectLayer(site, layer);
  const summary = renderLayerSummary(layer, target.root);
  const version = inspection.version ?? 0;
  const mayDownload = site.mayDownload(layer);
  const isExportable = mayDownload && inspection.formats.length > 0;
  return {
    ...summary,
    description: layer.description,
    version: { id: version, url: `${summary.url}versions/${version}/` },
    published_at: await readModified(layer),
    license: renderLicence(layer, target.root),
    user_permissions: mayDownload ? ['view', 'download'] : ['view'],
    user_capabilities: isExportable ? ['can-view', 'can-export'] : ['can-view'],
    data: renderData(site, layer, { ...inspection, target }),
    metadata: { iso: null, dc: null, native: null },
    services: [{ key: 'export', enabled: isExportable, auth_scopes: ['exports:read', 'exports:write'] }],
    unavailable: inspection.unavailable,
  };
}

/** When a layer's file last changed, as the wire writes times; null where it is not there. */
async function readModified(layer: SiteLayer): Promise<string | null> {
  const found = await stat(layer.path).catch(() => null);
  return found === null ? null : found.mtime.toISOString().replace('Z', '000Z');
}

function renderData(
  site: Site,
  layer: SiteLayer,
  { survey, table, raster, crs, extent, formats, target }: LayerInspection & { target: Target },
): WireLayer['data'] {
  const geometry = table?.geometry ?? null;
  return {
    crs: target.version === 'v1' || crs === null ? crs : renderCrs(site.engine, crs, target.root),
    extent,
    export_formats: formats.map((format) => ({
      name: formatLabel(format, layer.kind),
      mimetype: format.mimetype,
    })),
    feature_count: survey?.featureCount ?? null,
    geometry_field: geometry?.name ?? null,
    geometry_type: geometry?.type ?? null,
    raster_resolution: raster?.resolution ?? null,
    tiles: raster?.tiles ?? [],
    bands: raster?.bands ?? [],
    fields: (table?.fields ?? []).map(({ name, type }) => ({ name, type })),
  };
}
