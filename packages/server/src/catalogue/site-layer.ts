import type { Kind } from '@outcrop/contract';
import type { GeoPackageTable, Licence, RasterFile, RasterKind } from '@outcrop/engine';

/** A layer or table of a site, as `outcrop.yaml` says and its source shows when the site opens. */
export interface SiteLayer {
  readonly id: number;
  readonly kind: Kind;
  readonly title: string;
  readonly description: string;
  /** Relative to the site folder. */
  readonly file: string;
  /** Absolute. */
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
}

/** Where a layer's data are now, or why they cannot be had. */
export type LayerSource =
  | { readonly source: GeoPackageTable | RasterFile; readonly version: number; readonly unavailable: null }
  | { readonly source: null; readonly version: null; readonly unavailable: string };

/** Whether a source is a table of a GeoPackage, rather than a raster file. */
export function isTable(source: GeoPackageTable | RasterFile): source is GeoPackageTable {
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
