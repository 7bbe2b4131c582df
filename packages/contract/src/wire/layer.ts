import type { ExtentGeometry } from '../geojson.ts';
import type { Kind } from '../kind.ts';
import type { WireCrs } from './crs.ts';

/** A licence as layers and validations show it. */
export interface WireLicence {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly jurisdiction?: string | null;
  readonly version?: string | null;
  readonly url: string;
  /** The page of whoever wrote the licence; null where the site knows none. */
  readonly url_html: string | null;
  /** Its whole text; null where the site has none. */
  readonly url_fulltext: string | null;
}

/** A layer or table in a list. */
export interface WireLayerSummary {
  readonly id: number;
  readonly url: string;
  readonly type: 'layer' | 'table';
  readonly kind: Kind;
  readonly name: string;
  readonly title: string;
}

/** A service of a layer; `export` is the one that a site of ours has. */
export interface WireLayerService {
  readonly key: string;
  readonly enabled: boolean;
  readonly auth_scopes: readonly string[];
}

/** A layer or table in full: what an exporter reads of it (wire contract, section 15). */
export interface WireLayer extends WireLayerSummary {
  readonly description: string;
  readonly version: { readonly id: number; readonly url: string };
  /** When the data last changed: ISO 8601, UTC, microseconds; null where they cannot be read. */
  readonly published_at: string | null;
  readonly license: WireLicence | null;
  readonly user_permissions: readonly string[];
  readonly user_capabilities: readonly string[];
  readonly data: {
    /** `EPSG:n`, in `v1.x` an object; null for a table and for a layer whose CRS is unknown. */
    readonly crs: string | WireCrs | null;
    /** EPSG:4326; longitudes run beyond 180 where the data crosses the antimeridian. */
    readonly extent: ExtentGeometry | null;
    readonly export_formats: readonly { readonly name: string; readonly mimetype: string }[];
    readonly feature_count: number | null;
    readonly geometry_field: string | null;
    readonly geometry_type: string | null;
    /** Size of a pixel in units of the CRS; null where there are none. */
    readonly raster_resolution: number | null;
    /** Extension: names of the tiles of a raster layer, which an item's `tiles` may pick from. */
    readonly tiles: readonly string[];
    /** Extension: the bands of a raster layer, by GDAL's names. */
    readonly bands: readonly {
      readonly type: string;
      readonly interpretation: string;
      readonly nodata: string | null;
    }[];
    readonly fields: readonly { readonly name: string; readonly type: string }[];
  };
  /** A site of ours keeps no metadata documents. */
  readonly metadata: {
    readonly iso: string | null;
    readonly dc: string | null;
    readonly native: string | null;
  };
  /** What can be done with it, and the scopes that this takes. */
  readonly services: readonly WireLayerService[];
  /** Why the layer cannot be exported now, where it cannot. */
  readonly unavailable: string | null;
}
