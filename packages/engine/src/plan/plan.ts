import type { CropMode, Kind } from '@outcrop/contract';

import type { KnownOperations } from '../crs/coordinate-operation.ts';
import type { Layer } from '../source/layer.ts';
import type { ItemOptions, Region } from './request.ts';

/** One item of a plan. */
export interface PlannedItem {
  readonly item: string;
  readonly layer: Layer;
  readonly kind: Kind;
  readonly mimetype: string;
  /** Names its files, and its folder where the archive has several. */
  readonly slug: string;
  readonly options: ItemOptions;
}

/** Everything a run needs. Plain data: it is sent to the process that runs it as JSON. */
export interface ExportPlan {
  readonly name: string;
  readonly crs: string | null;
  readonly region: Region | null;
  readonly cropMode: CropMode;
  readonly coordinatePrecision: number | null;
  /** Whether the tiles of a raster layer become one file. */
  readonly mosaic?: boolean;
  readonly items: readonly PlannedItem[];
  readonly cacheFolder: string;
  /** Largest archive in bytes, whatever the estimate said; none where null or absent. */
  readonly maxArchiveBytes?: number | null;
  /** The coordinate operations that the check chose; the run does not compare them with PROJ again. */
  readonly operations: KnownOperations;
  readonly body: unknown;
}
