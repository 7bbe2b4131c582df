import type { SiteLayer } from '../catalogue/site-layer.ts';
import type { AppParts, Operation, RequestContext } from './app-parts.ts';
import { notFound } from './http-error.ts';
import { readPage, respondWithPage, sliceList } from './paginate.ts';
import { readId } from './read-id.ts';
import { renderLayer, renderLayerSummary } from './render-layer.ts';

/** The two lists that share one numbering: layers have a place on earth, tables have none. */
export type LayerCollection = 'layers' | 'tables';

/** `GET /layers/` and `GET /tables/` */
export function listLayers(parts: AppParts, collection: LayerCollection): Operation {
  return {
    scope: 'layers:read',
    handle(context) {
      const page = readPage(context);
      const layers = parts.site.layers.filter((layer) => collectionOf(layer) === collection);
      const items = sliceList(layers, page).map((layer) => renderLayerSummary(layer, context.get('apiRoot')));
      return respondWithPage(parts, context, { page, total: layers.length, items });
    },
  };
}

/** `GET /layers/{id}/` and `GET /tables/{id}/` */
export function getLayer(parts: AppParts, collection: LayerCollection): Operation {
  return {
    scope: 'layers:read',
    async handle(context) {
      return context.json(
        await renderLayer(parts.site, findLayer(parts, context, collection), context.get('apiRoot')),
      );
    },
  };
}

/** `GET /layers/{id}/versions/{version}/`: a site has one version of a layer, the current one. */
export function getLayerVersion(parts: AppParts, collection: LayerCollection): Operation {
  return {
    scope: 'layers:read',
    async handle(context) {
      const layer = findLayer(parts, context, collection);
      const rendered = await renderLayer(parts.site, layer, context.get('apiRoot'));
      if (readId(context, 'version', Number.MAX_SAFE_INTEGER) !== rendered.version.id) {
        throw notFound();
      }
      return context.json(rendered);
    },
  };
}

function findLayer(parts: AppParts, context: RequestContext, collection: LayerCollection): SiteLayer {
  const layer = parts.site.findLayer(readId(context, 'id'));
  if (layer === null || collectionOf(layer) !== collection) {
    throw notFound();
  }
  return layer;
}

function collectionOf(layer: SiteLayer): LayerCollection {
  return layer.kind === 'table' ? 'tables' : 'layers';
}
