import type { WireCropFeatureSummary, WireCropLayer } from '@outcrop/contract';

import { inspectLayer } from '../catalogue/inspect-layer.ts';
import { type CropFeatureEntry, layerAddress } from '../catalogue/site.ts';
import type { SiteLayer } from '../catalogue/site-layer.ts';
import type { AppParts, Operation, RequestContext } from './app-parts.ts';
import { notFound } from './http-error.ts';
import { readPage, respondWithPage, sliceList } from './paginate.ts';
import { readId } from './read-id.ts';

/** `GET /exports/croplayers/` */
export function listCropLayers(parts: AppParts): Operation {
  return {
    scope: 'exports:read',
    async handle(context) {
      const page = readPage(context);
      const layers = parts.site.cropLayers;
      const items: WireCropLayer[] = [];
      for (const layer of sliceList(layers, page)) {
        items.push(await renderCropLayer(parts, layer, context.get('apiRoot')));
      }
      return respondWithPage(parts, context, { page, total: layers.length, items });
    },
  };
}

/** `GET /exports/croplayers/{id}/` */
export function getCropLayer(parts: AppParts): Operation {
  return {
    scope: 'exports:read',
    async handle(context) {
      return context.json(
        await renderCropLayer(parts, findCropLayer(parts, context), context.get('apiRoot')),
      );
    },
  };
}

/** `GET /exports/croplayers/{id}/cropfeatures/`; `?name=` gives those of one name. */
export function listCropFeatures(parts: AppParts): Operation {
  return {
    scope: 'exports:read',
    handle(context) {
      const layer = findCropLayer(parts, context);
      const page = readPage(context);
      const names = context.req.queries('name') ?? [];
      const features = parts.site
        .listCropFeatures(layer)
        .filter(({ name }) => names.length === 0 || names.includes(name));
      const items = sliceList(features, page).map((feature) =>
        renderCropFeature(layer, feature, context.get('apiRoot')),
      );
      return respondWithPage(parts, context, { page, total: features.length, items });
    },
  };
}

/** `GET /exports/croplayers/{id}/cropfeatures/{featureId}/` */
export function getCropFeature(parts: AppParts): Operation {
  return {
    scope: 'exports:read',
    async handle(context) {
      const layer = findCropLayer(parts, context);
      const feature = await parts.site.readCropFeature(
        layer,
        readId(context, 'featureId', Number.MAX_SAFE_INTEGER),
      );
      if (feature === null) {
        throw notFound();
      }
      return context.json({
        ...renderCropFeature(layer, feature, context.get('apiRoot')),
        geometry: feature.geometry,
      });
    },
  };
}

function findCropLayer(parts: AppParts, context: RequestContext): SiteLayer {
  const layerId = readId(context, 'id');
  const layer = parts.site.cropLayers.find((one) => one.id === layerId);
  if (layer === undefined) {
    throw notFound();
  }
  return layer;
}

async function renderCropLayer(parts: AppParts, layer: SiteLayer, apiRoot: URL): Promise<WireCropLayer> {
  const { survey, version } = await inspectLayer(parts.site, layer);
  const url = cropLayerUrl(layer, apiRoot);
  return {
    id: layer.id,
    name: layer.title,
    url,
    features: `${url}cropfeatures/`,
    extent: survey?.extent ?? null,
    source_layer: `${layerAddress(layer, apiRoot)}versions/${version ?? 0}/`,
  };
}

function renderCropFeature(
  layer: SiteLayer,
  { id, name }: CropFeatureEntry,
  apiRoot: URL,
): WireCropFeatureSummary {
  return { id, name, url: `${cropLayerUrl(layer, apiRoot)}cropfeatures/${id}/` };
}

function cropLayerUrl(layer: SiteLayer, apiRoot: URL): string {
  return new URL(`exports/croplayers/${layer.id}/`, apiRoot).href;
}
