import { findFormat, formatLabel, isSpatial, type Kind, type Reason } from '@outcrop/contract';

import { describeCrs } from '../crs/crs.ts';
import { findAssistedFormat } from '../formats/direct-formats.ts';
import { gdalRemedy } from '../gdal/gdal-drivers.ts';
import { findRecipe } from '../gdal-formats/ogr-recipes.ts';
import type { GeometrySurvey } from '../source/survey.ts';
import type { ExportRequest, RequestedItem } from './request.ts';

/** What is wrong with an item by its layer's description alone. */
export function itemProblems(
  item: RequestedItem,
  request: ExportRequest,
  mimetypes: readonly string[],
): Reason[] {
  return [
    ...formatProblems(item, request, mimetypes),
    ...crsProblems(item, request),
    ...fieldProblems(item),
    ...dwgProblems(item),
  ];
}

/** Nothing here writes DWG: what only a drawing can have is refused rather than left out in silence. */
function dwgProblems({ layer, options }: RequestedItem): Reason[] {
  return (options.dwgOptions ?? []).map((name) => ({
    code: 'invalid-option',
    detail: `${name} is for DWG, which this site cannot write: take it away from ${layer.title}.`,
  }));
}

function formatProblems(
  { layer }: RequestedItem,
  request: ExportRequest,
  mimetypes: readonly string[],
): Reason[] {
  const { kind, title } = layer;
  const written = request.formats[kind];
  if (!mimetypes.some((mimetype) => findFormat(mimetype)?.kinds.includes(kind))) {
    const detail = `${title} is a ${kind}; only GDAL writes those, and this machine has none. ${gdalRemedy} Or remove it.`;
    return [{ code: 'unsupported-kind', detail }];
  }
  if (written === undefined) {
    return [{ code: 'missing-format', detail: `Choose a format for ${title}: formats.${kind} is missing.` }];
  }
  const format = findFormat(written);
  if (format === undefined || !mimetypes.includes(format.mimetype)) {
    return [{ code: 'invalid-format', detail: unwritable(written, kind, mimetypes) }];
  }
  if (format.kinds.includes(kind)) return [];
  return [
    {
      code: 'invalid-format',
      detail: `${formatLabel(format, kind)} cannot hold a ${kind}: ${title} would be left out. Choose another format for formats.${kind}.`,
    },
  ];
}

function unwritable(written: string, kind: Kind, mimetypes: readonly string[]): string {
  const aided = findAssistedFormat(written) ?? findRecipe(written);
  if (aided !== undefined) {
    return `${aided.label} (formats.${kind}) is written by GDAL's driver ${aided.driver}, which this machine does not have. ${gdalRemedy}`;
  }
  const choices = mimetypes.filter((mimetype) => findFormat(mimetype)?.kinds.includes(kind));
  return `This site cannot write ${JSON.stringify(written.slice(0, 100))} (formats.${kind}). It can write ${choices.join(', ')}.`;
}

function crsProblems({ layer }: RequestedItem, request: ExportRequest): Reason[] {
  const { source } = layer;
  if (!isSpatial(layer.kind)) return [];
  // What a raster's files say of it is read later, with everything else of them.
  const own = 'geometry' in source ? (source.geometry?.crs ?? null) : (request.crs ?? 'EPSG:4326');
  const fixed = findFormat(request.formats[layer.kind] ?? '')?.fixedCrs;
  const wanted = request.crs ?? fixed ?? null;
  if (wanted === null) {
    return [
      {
        code: 'invalid-crs',
        detail: `crs is missing: ${layer.title} needs one, such as ${own ?? 'EPSG:4326'}.`,
      },
    ];
  }
  if (describeCrs(wanted) === null) {
    return [
      {
        code: 'invalid-crs',
        detail: `${wanted} is not a CRS that can be exported to. Use the code of a projected or geographic one, such as EPSG:4326.`,
      },
    ];
  }
  if (fixed !== undefined && wanted !== fixed) {
    return [
      {
        code: 'invalid-crs',
        detail: `${request.formats[layer.kind]} is always in ${fixed}. Use it as the crs, or choose another format.`,
      },
    ];
  }
  if (own === null) {
    return [
      {
        code: 'invalid-crs',
        detail: `Nobody knows the CRS of ${layer.title}: its source does not name an EPSG code, so it cannot be converted.`,
      },
    ];
  }
  if (describeCrs(own) !== null || own === wanted) return [];
  return [{ code: 'invalid-crs', detail: `${layer.title} is in ${own}, which cannot be converted.` }];
}

function fieldProblems({ layer, options }: RequestedItem): Reason[] {
  if (options.fields === undefined || !('fields' in layer.source)) return [];
  const names = layer.source.fields.map(({ name }) => name);
  const unknown = options.fields.filter((name) => !names.includes(name));
  const repeated = options.fields.filter((name, index) => options.fields!.indexOf(name) !== index);
  if (unknown.length === 0 && repeated.length === 0) return [];
  const what =
    unknown.length > 0
      ? `has no field ${JSON.stringify(unknown[0])}`
      : `is asked twice for ${JSON.stringify(repeated[0])}`;
  return [
    {
      code: 'invalid-option',
      detail: `${layer.title} ${what}. Its fields are ${names.slice(0, 50).join(', ')}.`,
    },
  ];
}

/** Geometry that no format here can hold: curves and surfaces (WKB types above 7). */
export function geometryProblems(
  title: string,
  survey: { readonly geometry: Pick<GeometrySurvey, 'kinds'> | null },
): Reason[] {
  const unknown = Object.keys(survey.geometry?.kinds ?? {})
    .map(Number)
    .filter((kind) => kind > 7 || kind < 1);
  if (unknown.length === 0) return [];
  return [
    {
      code: 'source-unavailable',
      detail: `${title} holds curves or surfaces (WKB type ${unknown.join(', ')}), which cannot be exported yet. Convert it first: ogr2ogr -nlt CONVERT_TO_LINEAR.`,
    },
  ];
}
