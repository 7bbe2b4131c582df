import { formatLabel, type WireLayer, type WireLayerSummary } from '@outcrop/contract';

import { inspectLayer } from '../catalogue/inspect-layer.ts';
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
  const { survey, table, version, formats, unavailable } = await inspectLayer(site, layer);
  const summary = renderLayerSummary(layer, apiRoot);
  return {
    ...summary,
    description: layer.description,
    version: { id: version ?? 0, url: `${summary.url}versions/${version ?? 0}/` },
    published_at: null,
    license: renderLicence(layer),
    user_permissions: ['view', 'download'],
    user_capabilities: formats.length > 0 ? ['can-view', 'can-export'] : ['can-view'],
    data: {
      crs: table?.geometry?.crs ?? null,
      extent: survey?.extent ?? null,
      export_formats: formats.map((format) => ({ name: formatLabel(format, layer.kind), mimetype: format.mimetype })),
      feature_count: survey?.featureCount ?? null,
      geometry_field: table?.geometry?.name ?? null,
      geometry_type: table?.geometry?.type ?? null,
      fields: (table?.fields ?? []).map(({ name, type }) => ({ name, type })),
    },
    unavailable,
  };
}
