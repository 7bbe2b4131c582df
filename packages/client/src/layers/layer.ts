import type { ExtentGeometry } from '@outcrop/contract';

import { camelCase } from '../camel-case.ts';
import { readCrs } from '../exports/read-crs.ts';
import { isRecord } from '../is-record.ts';
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
}

/** A layer from its body. What another site leaves out is null or empty. */
export function readLayer(body: unknown): Layer {
  const wire = isRecord(body) ? body : {};
  const data = isRecord(wire['data']) ? wire['data'] : {};
  const fields = {
    description: '',
    version: null,
    publishedAt: null,
    license: null,
    userPermissions: [],
    userCapabilities: [],
    unavailable: null,
    ...(camelCase(wire) as LayerSummary),
  };
  const noData = {
    extent: null,
    exportFormats: [],
    featureCount: null,
    geometryField: null,
    geometryType: null,
    fields: [],
  };
  return { ...fields, data: { ...noData, ...(camelCase(data) as object), crs: readCrs(data['crs']) } };
}
