import type { CropMode, Loss } from '@outcrop/contract';

import type { RegionShape } from '../crop/region-shape.ts';
import type { EncodeOptions } from '../formats/block-format.ts';
import type { GeoPackageTable } from '../source/layer.ts';
import type { ReprojectionPlan } from './reprojection.ts';

/** What every block of an item is processed with. Plain data: it is sent to each worker once. */
export interface ItemSetup {
  readonly source: GeoPackageTable;
  readonly mimetype: string;
  readonly encode: EncodeOptions;
  /** The region in the layer's CRS. */
  readonly crop: { readonly shape: RegionShape; readonly mode: CropMode } | null;
  readonly reprojection: ReprojectionPlan | null;
}

/** A block of features: a range of ids, from one to before another (null: to the end), or some ids in order. */
export type BlockTask =
  | { readonly from: number; readonly before: number | null }
  | { readonly ids: Float64Array };

/** What became of a block's features. */
export interface BlockCounts {
  /** Looked at: every feature of a range, or every candidate. */
  readonly seen: number;
  readonly written: number;
  readonly whole: number;
  readonly clipped: number;
  readonly crumbs: number;
  readonly repaired: number;
  readonly notProjectable: number;
  readonly cutAtSeam: number;
}

/** A finished block, on its way to the assembler. */
export interface ProcessedBlock {
  /** In order; the format's assembler knows what they are. */
  readonly pieces: readonly unknown[];
  readonly counts: BlockCounts;
  readonly losses: readonly Loss[];
  /** Values that were not of their field's type, by field. */
  readonly mistyped: readonly (readonly [string, number])[];
}
