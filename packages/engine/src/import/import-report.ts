import type { Loss } from '@outcrop/contract';

/** A layer or table that was imported, and what changed on the way. */
export interface ImportedLayer {
  /** As a person knows it: `roads.zip/roads.shp`. */
  readonly source: string;
  /** The layer's name in the source. */
  readonly layer: string;
  /** The table's name in the GeoPackage. */
  readonly table: string;
  readonly kind: 'vector' | 'table';
  readonly featureCount: number;
  /** `EPSG:n`; null for a table. */
  readonly crs: string | null;
  /** How the CRS was found, in words; null for a table. */
  readonly crsFrom: string | null;
  readonly changes: readonly Loss[];
}

/** What came of importing a file. */
export interface ImportReport {
  readonly layers: readonly ImportedLayer[];
  readonly skipped: readonly {
    readonly source: string;
    readonly layer: string | null;
    readonly reason: string;
  }[];
}
