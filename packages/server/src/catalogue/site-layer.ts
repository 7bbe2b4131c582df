import type { Kind } from '@outcrop/contract';
import type { GeoPackageTable, Licence, PostgisTable, RasterFile, RasterKind } from '@outcrop/engine';

import type { LayerRights } from './access-config.ts';

/** A layer or table of a site, as `outcrop.yaml` says and its source shows when the site opens. */
export interface SiteLayer {
  readonly id: number;
  readonly kind: Kind;
  readonly title: string;
  readonly description: string;
  /** Relative to the site folder; for a table of a database its address, which may hold a password. */
  readonly file: string;
  /** Absolute; the address of a database. */
  readonly path: string;
  /** Null for pixels. */
  readonly table: string | null;
  /** The CRS to assume, whatever the files of a raster say; null to believe them. */
  readonly crs: string | null;
  readonly licence: Licence | null;
  /** Number of the licence among those of the site; layers with the same licence share it. */
  readonly licenceId: number | null;
  readonly isCropLayer: boolean;
  readonly nameField: string | null;
  readonly rights: LayerRights;
}

/** Where a layer's data are now, or why they cannot be had. */
export type LayerSource =
  | {
      readonly source: GeoPackageTable | PostgisTable | RasterFile;
      readonly version: number;
      readonly unavailable: null;
    }
  | { readonly source: null; readonly version: null; readonly unavailable: string };

type Source = NonNullable<LayerSource['source']>;

/** Whether a source is a table, of a GeoPackage or of a database, rather than a raster file. */
export function isTable(source: Source): source is GeoPackageTable | PostgisTable {
  return 'fields' in source;
}

/** Whether it is a table of a GeoPackage. */
export function isGeoPackageTable(source: Source): source is GeoPackageTable {
  return 'table' in source;
}

/** Whether a kind is pixels rather than features. */
export function isRasterKind(kind: Kind): kind is RasterKind {
  return kind === 'raster' || kind === 'grid' || kind === 'rat';
}

/** `layers/3` or `tables/7`: the reference of a layer without site and version. */
export function layerReference(layer: Pick<SiteLayer, 'id' | 'kind'>): string {
  return `${layer.kind === 'table' ? 'tables' : 'layers'}/${layer.id}`;
}
