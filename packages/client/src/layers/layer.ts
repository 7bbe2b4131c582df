import type { ExtentGeometry } from '@outcrop/contract';

import { camelCase } from '../camel-case.ts';
import { readCrs } from '../exports/read-crs.ts';
import { isRecord } from '../is-record.ts';
import { readNumber, readString, readStrings } from '../read-scalar.ts';
import type { Licence } from './licence.ts';

/** A layer or table as lists show it. */
export interface LayerSummary {
  readonly id: number;
  /** Names the layer in an export. */
  readonly url: string;
  readonly type: string;
  /** `vector`, `table`, `raster`, `grid`, or a kind of the site's own. */
  readonly kind: string;
  readonly name: string;
  readonly title: string;
  /** Contains `download` where the key's owner may export it; null where the list does not say. */
  readonly userPermissions: readonly string[] | null;
}

/** A layer or table in full: what is needed to export it. Other fields of the site are there too, in camelCase. */
export interface Layer extends LayerSummary {
  readonly description: string;
  readonly version: { readonly id: number; readonly url: string } | null;
  readonly publishedAt: string | null;
  readonly license: Licence | null;
  /** Contains `download` where the key's owner may export it. */
  readonly userPermissions: readonly string[];
  readonly userCapabilities: readonly string[];
  readonly data: LayerData;
  /** Why it cannot be exported now; null where it can, or where the site does not say. */
  readonly unavailable: string | null;
}

/** What a layer's data are. */
export interface LayerData {
  /** `EPSG:n`; null for tables. */
  readonly crs: string | null;
  /** EPSG:4326; longitudes run beyond 180 where the data cross the antimeridian. */
  readonly extent: ExtentGeometry | null;
  readonly exportFormats: readonly { readonly name: string; readonly mimetype: string }[];
  readonly featureCount: number | null;
  readonly geometryField: string | null;
  readonly geometryType: string | null;
  readonly fields: readonly { readonly name: string; readonly type: string }[];
  /** Size of a pixel in units of the CRS; null where there are none, or where the site does not say. */
  readonly rasterResolution: number | null;
  /** Names that an item's `tiles` may pick from; empty where it has none, or where the site does not say. */
  readonly tiles: readonly string[];
  /** Bands of a raster, by GDAL's names of types; empty where it has none, or where the site does not say. */
  readonly bands: readonly { readonly type: string }[];
}

/** A layer of a list from its body. The wire has a `name` in v1 and a `title` in v1.x; both are both here. */
export function readLayerSummary(body: unknown): LayerSummary {
  const wire = isRecord(body) ? body : {};
  const title = readString(wire['title']) ?? readString(wire['name']) ?? '';
  return {
    ...(camelCase(wire) as object),
    id: readNumber(wire['id']) ?? Number.NaN,
    url: readString(wire['url']) ?? '',
    type: readString(wire['type']) ?? '',
    kind: readString(wire['kind']) ?? '',
    name: readString(wire['name']) ?? title,
    title,
    userPermissions: Array.isArray(wire['user_permissions']) ? readStrings(wire['user_permissions']) : null,
  };
}

/** A layer in full from its body. What a site leaves out is null or empty. */
export function readLayer(body: unknown): Layer {
  const wire = isRecord(body) ? body : {};
  const summary = readLayerSummary(body);
  return {
    ...summary,
    description: readString(wire['description']) ?? '',
    version: isRecord(wire['version']) ? (camelCase(wire['version']) as Layer['version']) : null,
    publishedAt: readString(wire['published_at']),
    license: isRecord(wire['license']) ? (camelCase(wire['license']) as Licence) : null,
    userPermissions: summary.userPermissions ?? [],
    userCapabilities: readStrings(wire['user_capabilities']),
    unavailable: readString(wire['unavailable']),
    data: readData(isRecord(wire['data']) ? wire['data'] : {}),
  };
}

function readData(wire: Readonly<Record<string, unknown>>): LayerData {
  const { export_formats: formats, fields, extent } = wire;
  return {
    ...(camelCase(wire) as object),
    crs: readCrs(wire['crs']),
    extent: isRecord(extent) ? (extent as unknown as ExtentGeometry) : null,
    exportFormats: Array.isArray(formats) ? (formats as LayerData['exportFormats']) : [],
    featureCount: readNumber(wire['feature_count']),
    geometryField: readString(wire['geometry_field']),
    geometryType: readString(wire['geometry_type']),
    fields: Array.isArray(fields) ? (fields as LayerData['fields']) : [],
    rasterResolution: readNumber(wire['raster_resolution']),
    tiles: readStrings(wire['tiles']),
    bands: Array.isArray(wire['bands']) ? (camelCase(wire['bands']) as LayerData['bands']) : [],
  };
}
