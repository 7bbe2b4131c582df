import type { ExtentGeometry, MultiPolygon, WireCropFeatureSummary, WireCropLayer } from '@outcrop/contract';

import { inspectLayer } from '../catalogue/inspect-layer.ts';
import { type CropFeatureEntry, layerAddress, type Site } from '../catalogue/site.ts';
import type { SiteLayer } from '../catalogue/site-layer.ts';

/** A crop layer, the same in a list and by itself. */
export async function renderCropLayer(site: Site, layer: SiteLayer, apiRoot: URL): Promise<WireCropLayer> {
  const { survey, version } = await inspectLayer(site, layer);
  const url = cropLayerAddress(layer, apiRoot);
  return {
    id: layer.id,
    name: layer.title,
    url,
    features: `${url}cropfeatures/`,
    extent: survey?.extent == null ? null : asMultiPolygon(survey.extent),
    source_layer: `${layerAddress(layer, apiRoot)}versions/${version ?? 0}/`,
  };
}

/** A crop feature in a list. */
export function renderCropFeature(
  layer: SiteLayer,
  { id, name }: CropFeatureEntry,
  apiRoot: URL,
): WireCropFeatureSummary {
  return { id, name, url: `${cropLayerAddress(layer, apiRoot)}cropfeatures/${id}/` };
}

/** The extent of a crop layer is a MultiPolygon also where one polygon is enough (wire contract, section 5.7). */
function asMultiPolygon(extent: ExtentGeometry): MultiPolygon {
  return extent.type === 'MultiPolygon'
    ? extent
    : { type: 'MultiPolygon', coordinates: [extent.coordinates] };
}

function cropLayerAddress(layer: SiteLayer, apiRoot: URL): string {
  return new URL(`exports/croplayers/${layer.id}/`, apiRoot).href;
}
