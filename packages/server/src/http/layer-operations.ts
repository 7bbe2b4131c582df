import { kinds } from '@outcrop/contract';
import { z } from 'zod';

import type { SiteLayer } from '../catalogue/site-layer.ts';
import type { ApiVersion } from '../exports/api-root.ts';
import type { AppParts } from './app-parts.ts';
import { isListExpanded } from './expand-export.ts';
import { notFound } from './http-error.ts';
import type { ListFields } from './lists/list-fields.ts';
import { listQuerySchema, readListQuery } from './lists/list-query.ts';
import { pageHeaders, respondWithPage, sliceList } from './lists/respond-with-page.ts';
import { type Attributes, selectMembers } from './lists/select-members.ts';
import { defineOperation, type Operation } from './operation.ts';
import { dataIdSchema, idSchema } from './read-id.ts';
import { renderLayer, renderLayerSummary } from './render-layer.ts';
import { layerSchemas, layerSummarySchema } from './schemas/catalogue-schemas.ts';
import { errorSchemas } from './schemas/error-schemas.ts';

/** Two lists that share one numbering: layers have a place on earth, tables have none. `data` is both. */
type LayerCollection = 'layers' | 'tables' | 'data';

const titles: Readonly<Record<LayerCollection, string>> = {
  layers: 'Layers',
  tables: 'Tables',
  data: 'Layers and tables',
};

const fields: ListFields = {
  sorts: ['id', 'name', 'kind'],
  filters: {
    id: { type: 'integer' },
    kind: { type: kinds },
    name: { type: 'text' },
    title: { type: 'text', attribute: 'name' },
    q: { type: 'search', attribute: 'name' },
  },
  order: 'that of the site',
};

const attributes: Attributes<SiteLayer> = {
  id: (layer) => layer.id,
  kind: (layer) => layer.kind,
  name: (layer) => layer.title,
};

/** What names an item of an export: layers, tables, and both together. */
export function layerOperations(version: ApiVersion): Operation[] {
  return [
    listLayers(version, 'layers'),
    listLayers(version, 'tables'),
    listLayers(version, 'data'),
    ...(['layers', 'tables'] as const).flatMap((collection) => [
      getLayer(version, collection),
      getLayerVersion(version, collection),
    ]),
  ];
}

function listLayers(version: ApiVersion, collection: LayerCollection): Operation {
  return defineOperation(
    version,
    {
      method: 'get',
      path: `/${collection}/`,
      id: collection === 'data' ? 'listData' : `list${titles[collection]}`,
      tag: 'Layers',
      summary: titles[collection],
      description: '`Expand: list` gives them in full.',
      scope: 'layers:read',
      query: listQuerySchema(fields),
      expansions: ['list'],
      answers: {
        200: {
          description: 'A page of the list.',
          body: z.union([z.array(layerSummarySchema), z.array(layerSchemas[version])]),
          headers: pageHeaders,
        },
        404: { description: 'There is no such page.', body: errorSchemas[version].problem },
      },
    },
    async ({ parts, context, query }) => {
      const asked = readListQuery(context, fields, query);
      const members = parts.site.layers.filter(
        (layer) => collection === 'data' || collectionOf(layer) === collection,
      );
      const found = selectMembers(members, asked, attributes);
      const page = sliceList(found, asked);
      const root = context.get('apiRoot');
      const items = isListExpanded(context)
        ? await Promise.all(page.map((layer) => renderLayer(parts.site, layer, { root, version })))
        : page.map((layer) => renderLayerSummary(layer, root));
      return respondWithPage(parts, context, { fields, query: asked, total: found.length, items });
    },
  );
}

function getLayer(version: ApiVersion, collection: 'layers' | 'tables'): Operation {
  return defineOperation(
    version,
    {
      method: 'get',
      path: `/${collection}/{id}/`,
      id: collection === 'layers' ? 'getLayer' : 'getTable',
      tag: 'Layers',
      summary: collection === 'layers' ? 'A layer' : 'A table',
      description:
        'Its coordinate reference system, extent, fields, licence, and the formats it can be exported in.',
      scope: 'layers:read',
      params: z.object({ id: idSchema }),
      answers: { 200: { description: 'The whole of it.', body: layerSchemas[version] } },
    },
    async ({ parts, context, params }) => {
      const layer = findLayer(parts, params.id, collection);
      return context.json(await renderLayer(parts.site, layer, { root: context.get('apiRoot'), version }));
    },
  );
}

/** A site has one version of a layer, the current one. */
function getLayerVersion(version: ApiVersion, collection: 'layers' | 'tables'): Operation {
  return defineOperation(
    version,
    {
      method: 'get',
      path: `/${collection}/{id}/versions/{version}/`,
      id: collection === 'layers' ? 'getLayerVersion' : 'getTableVersion',
      tag: 'Layers',
      summary: collection === 'layers' ? 'A version of a layer' : 'A version of a table',
      description: 'A site has only the current version; other numbers are 404.',
      scope: 'layers:read',
      params: z.object({ id: idSchema, version: dataIdSchema }),
      answers: { 200: { description: 'The whole of it.', body: layerSchemas[version] } },
    },
    async ({ parts, context, params }) => {
      const layer = findLayer(parts, params.id, collection);
      const rendered = await renderLayer(parts.site, layer, { root: context.get('apiRoot'), version });
      if (params.version !== rendered.version.id) {
        throw notFound();
      }
      return context.json(rendered);
    },
  );
}

function findLayer(parts: AppParts, layerId: number, collection: 'layers' | 'tables'): SiteLayer {
  const layer = parts.site.findLayer(layerId);
  if (layer === null || collectionOf(layer) !== collection) {
    throw notFound();
  }
  return layer;
}

function collectionOf(layer: SiteLayer): 'layers' | 'tables' {
  return layer.kind === 'table' ? 'tables' : 'layers';
}
