import { formatLabel, type WireLayer, type WireLayerSummary } from '@outcrop/contract';

import { inspectLayer, type LayerInspection } from '../catalogue/inspect-layer.ts';
import { layerAddress, type Site } from '../catalogue/site.ts';
import type { SiteLayer } from '../catalogue/site-layer.ts';
import { renderLicence } from './render-licence.ts';

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
export async function renderLayer(site: Site, layer: SiteLayer, apiRoot: URL): Promise<WireLayer> {
  const inspection = await inspectLayer(site, layer);
  const summary = renderLayerSummary(layer, apiRoot);
  const version = inspection.version ?? 0;
  return {
    ...summary,
    description: layer.description,
    version: { id: version, url: `${summary.url}versions/${version}/` },
    published_at: null,
    license: renderLicence(layer),
    user_permissions: ['view', 'download'],
    user_capabilities: inspection.formats.length > 0 ? ['can-view', 'can-export'] : ['can-view'],
    data: renderData(layer, inspection),
    unavailable: inspection.unavailable,
  };
}

function renderData(
  layer: SiteLayer,
  { survey, table, raster, crs, extent, formats }: LayerInspection,
): WireLayer['data'] {
  const geometry = table?.geometry ?? null;
  return {
    crs,
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
