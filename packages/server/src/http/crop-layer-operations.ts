import type { WireCropFeature } from '@outcrop/contract';
import { z } from 'zod';

import type { CropFeatureEntry } from '../catalogue/site.ts';
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
import { renderCropFeature, renderCropLayer } from './render-crop-layer.ts';
import { cropFeatureSchema, cropFeatureSummarySchema, cropLayerSchema } from './schemas/catalogue-schemas.ts';
import { errorSchemas } from './schemas/error-schemas.ts';

const fields: ListFields = {
  sorts: ['id', 'name'],
  filters: {
    id: { type: 'integer' },
    name: { type: 'text' },
    q: { type: 'search', attribute: 'name' },
  },
  order: 'that of the site',
};

const layerAttributes: Attributes<SiteLayer> = { id: ({ id }) => id, name: ({ title }) => title };
const featureAttributes: Attributes<CropFeatureEntry> = { id: ({ id }) => id, name: ({ name }) => name };

/** Regions that can be picked as an extent (wire contract, section 4, numbers 8 to 11). */
export function cropLayerOperations(version: ApiVersion): Operation[] {
  return [listCropLayers(version), getCropLayer(version), listCropFeatures(version), getCropFeature(version)];
}

function listCropLayers(version: ApiVersion): Operation {
  return defineOperation(
    version,
    {
      method: 'get',
      path: '/exports/croplayers/',
      id: 'listCropLayers',
      tag: 'Crop layers',
      summary: 'Crop layers',
      scope: 'exports:read',
      query: listQuerySchema(fields),
      expansions: ['list'],
      answers: {
        200: { description: 'A page of the list.', body: z.array(cropLayerSchema), headers: pageHeaders },
        404: { description: 'There is no such page.', body: errorSchemas[version].problem },
      },
    },
    async ({ parts, context, query }) => {
      const asked = readListQuery(context, fields, query);
      const found = selectMembers(parts.site.cropLayers, asked, layerAttributes);
      const items = await Promise.all(
        sliceList(found, asked).map((layer) => renderCropLayer(parts.site, layer, context.get('apiRoot'))),
      );
      return respondWithPage(parts, context, { fields, query: asked, total: found.length, items });
    },
  );
}

function getCropLayer(version: ApiVersion): Operation {
  return defineOperation(
    version,
    {
      method: 'get',
      path: '/exports/croplayers/{id}/',
      id: 'getCropLayer',
      tag: 'Crop layers',
      summary: 'A crop layer',
      scope: 'exports:read',
      params: z.object({ id: idSchema }),
      answers: { 200: { description: 'The crop layer.', body: cropLayerSchema } },
    },
    async ({ parts, context, params }) =>
      context.json(
        await renderCropLayer(parts.site, findCropLayer(parts, params.id), context.get('apiRoot')),
      ),
  );
}

function listCropFeatures(version: ApiVersion): Operation {
  return defineOperation(
    version,
    {
      method: 'get',
      path: '/exports/croplayers/{id}/cropfeatures/',
      id: 'listCropFeatures',
      tag: 'Crop layers',
      summary: 'The features of a crop layer',
      description: 'Without geometry; `Expand: list` gives it.',
      scope: 'exports:read',
      params: z.object({ id: idSchema }),
      query: listQuerySchema(fields),
      expansions: ['list'],
      answers: {
        200: {
          description: 'A page of the list.',
          body: z.union([z.array(cropFeatureSummarySchema), z.array(cropFeatureSchema)]),
          headers: pageHeaders,
        },
        404: { description: 'There is no such crop layer or page.', body: errorSchemas[version].problem },
      },
    },
    async ({ parts, context, params, query }) => {
      const layer = findCropLayer(parts, params.id);
      const asked = readListQuery(context, fields, query);
      const found = selectMembers(parts.site.listCropFeatures(layer), asked, featureAttributes);
      const page = sliceList(found, asked);
      const root = context.get('apiRoot');
      const items = isListExpanded(context)
        ? await Promise.all(page.map(({ id }) => readCropFeature(parts, layer, { featureId: id, root })))
        : page.map((feature) => renderCropFeature(layer, feature, root));
      return respondWithPage(parts, context, { fields, query: asked, total: found.length, items });
    },
  );
}

function getCropFeature(version: ApiVersion): Operation {
  return defineOperation(
    version,
    {
      method: 'get',
      path: '/exports/croplayers/{id}/cropfeatures/{featureId}/',
      id: 'getCropFeature',
      tag: 'Crop layers',
      summary: 'A crop feature with its geometry',
      scope: 'exports:read',
      params: z.object({ id: idSchema, featureId: dataIdSchema }),
      answers: { 200: { description: 'The feature.', body: cropFeatureSchema } },
    },
    async ({ parts, context, params }) => {
      const layer = findCropLayer(parts, params.id);
      const root = context.get('apiRoot');
      return context.json(await readCropFeature(parts, layer, { featureId: params.featureId, root }));
    },
  );
}

async function readCropFeature(
  parts: AppParts,
  layer: SiteLayer,
  { featureId, root }: { featureId: number; root: URL },
): Promise<WireCropFeature> {
  const feature = await parts.site.readCropFeature(layer, featureId);
  if (feature === null) {
    throw notFound();
  }
  return { ...renderCropFeature(layer, feature, root), geometry: feature.geometry };
}

function findCropLayer(parts: AppParts, layerId: number): SiteLayer {
  const layer = parts.site.cropLayers.find((one) => one.id === layerId);
  if (layer === undefined) {
    throw notFound();
  }
  return layer;
}
