import type { AppParts, Operation } from './app-parts.ts';
import { getCropFeature, getCropLayer, listCropFeatures, listCropLayers } from './crop-layer-operations.ts';
import { describeFormats } from './describe-formats.ts';
import { downloadExport } from './download-export.ts';
import { cancelExport, createExport, getExport, listExports, validateExport } from './export-operations.ts';
import { getLayer, getLayerVersion, listLayers } from './layer-operations.ts';

/** A path below the API's root and what can be done there. `GET` answers `HEAD` too. */
export interface Route {
  readonly path: string;
  readonly operations: Readonly<Partial<Record<'GET' | 'POST' | 'DELETE' | 'OPTIONS', Operation>>>;
}

/** The API (wire contract, section 4, and what names an item). Ids are digits only, which keeps `validate` and `croplayers` apart from them. */
export function apiRoutes(parts: AppParts): readonly Route[] {
  return [
    {
      path: 'exports/',
      operations: { GET: listExports(parts), POST: createExport(parts), OPTIONS: describeFormats(parts) },
    },
    { path: 'exports/validate/', operations: { POST: validateExport(parts) } },
    { path: 'exports/:id{[0-9]+}/', operations: { GET: getExport(parts), DELETE: cancelExport(parts) } },
    { path: 'exports/:id{[0-9]+}/download/', operations: { GET: downloadExport(parts) } },
    { path: 'exports/croplayers/', operations: { GET: listCropLayers(parts) } },
    { path: 'exports/croplayers/:id{[0-9]+}/', operations: { GET: getCropLayer(parts) } },
    { path: 'exports/croplayers/:id{[0-9]+}/cropfeatures/', operations: { GET: listCropFeatures(parts) } },
    {
      path: 'exports/croplayers/:id{[0-9]+}/cropfeatures/:featureId{[0-9]+}/',
      operations: { GET: getCropFeature(parts) },
    },
    ...(['layers', 'tables'] as const).flatMap((collection): Route[] => [
      { path: `${collection}/`, operations: { GET: listLayers(parts, collection) } },
      { path: `${collection}/:id{[0-9]+}/`, operations: { GET: getLayer(parts, collection) } },
      {
        path: `${collection}/:id{[0-9]+}/versions/:version{[0-9]+}/`,
        operations: { GET: getLayerVersion(parts, collection) },
      },
    ]),
  ];
}
