import type { CropMode, ExportState, ExtentGeometry, Kind } from '@outcrop/contract';

import type { CropFeature } from '../crop/crop-feature.ts';
import type { Layer, LayerSummary } from '../layers/layer.ts';

/** The state of an export. Sites may have states that this version does not know; they are waited through. */
export type State = ExportState | (string & {});

/** Mimetype by kind of data; one for each kind among the items. */
export type Formats = Partial<Record<Kind, string>>;

/** What can be said of one item. */
export interface ItemOptions {
  /** Colour in formats with styles, `#rrggbb`. */
  readonly color?: string | undefined;
  /** Names of the source tiles wanted, of a tiled raster or grid. */
  readonly tiles?: readonly string[] | undefined;
  /** 1 for the original resolution; larger is coarser. */
  readonly rasterResolutionMultiplier?: number | undefined;
  /** Adds MapInfo `.tab` files to rasters. */
  readonly includeRasterTab?: boolean | undefined;
  /** Scales values that the format cannot hold to 0 to 255 (Outcrop sites). */
  readonly scaleToBytes?: boolean | undefined;
  /** Whether a CSV has a column with the geometry. */
  readonly includeGeometryField?: boolean | undefined;
  /** Fills polygons in DWG. */
  readonly includeHatching?: boolean | undefined;
  /** Attaches attributes in DWG. */
  readonly includeXdata?: boolean | undefined;
  /** The fields to keep, in this order (Outcrop sites). Default: all. */
  readonly fields?: readonly string[] | undefined;
}

/** One item of an export: the URL of a layer or table, and what is said of it. */
export interface ExportItem extends ItemOptions {
  readonly item: string;
  /** What the site says of the item (v1.x); not sent. */
  readonly title?: string;
  /** Label of the format it is exported in (v1.x); not sent. */
  readonly format?: string;
  /** The format's code in names of archives (v1.x); not sent. */
  readonly shortFormat?: string;
  /** Its kind (v1.x); not sent. */
  readonly dataType?: string;
  /** Its kind in words (v1.x); not sent. */
  readonly dataTypeLabel?: string;
}

/** Whatever names a layer or table. */
export type ItemReference = Layer | LayerSummary | URL | string;

/** The region of an export: a geometry in EPSG:4326, a crop feature or its URL, or null for everything. */
export type Extent = ExtentGeometry | CropFeature | URL | string | null;

/** Options of the export as a whole (Outcrop sites). */
export interface ExportWideOptions {
  /** What happens to features on the edge of the region. Default `clip`. */
  readonly cropMode?: CropMode | undefined;
  /** Decimals of coordinates in text formats. */
  readonly coordinatePrecision?: number | undefined;
  /** One raster instead of one per source tile. */
  readonly mosaic?: boolean | undefined;
}

/** Who is told when the export ends (Outcrop sites). */
export interface Notify {
  /** An address that gets a signed POST with the body of the export. */
  readonly webhook?: URL | string | undefined;
  /** Whether to mail the address that the site's operator has set for the API key. */
  readonly email?: boolean | undefined;
}

/** How the archive is delivered. */
export interface Delivery {
  readonly method: string;
}

/** Why an export ended in `error`. */
export interface Failure {
  readonly code: string;
  /** In words, with the remedy. */
  readonly detail: string;
}

/** Where an export stands in a queue. */
export interface QueuePosition {
  /** 1 for the next one. */
  readonly position: number;
  /** Seconds until it starts; null where the site cannot tell. */
  readonly etaSeconds: number | null;
}

/** What the site says of an export that it has. */
export interface ExportStatus {
  readonly id: number | null;
  readonly url: string | null;
  readonly state: State | null;
  readonly createdAt: Date | null;
  /** `api` or `web`, in lower case. */
  readonly createdVia: string | null;
  readonly downloadUrl: string | null;
  /** 0 to 1; null where the site does not say, and after a cancel. */
  readonly progress: number | null;
  /** What is being done, in words; null where the site does not say. */
  readonly stage: string | null;
  /** Bytes. */
  readonly sizeEstimateZipped: number | null;
  /** Bytes (v1.x); null where the site does not say. */
  readonly sizeEstimateUnzipped: number | null;
  /** Bytes; null until complete, and where the site does not say. */
  readonly sizeCompleteZipped: number | null;
  /** Bytes (v1.x); null until complete, and where the site does not say. */
  readonly sizeCompleteUnzipped: number | null;
  /** SHA-256 of the archive, hex; null where the site does not say. */
  readonly sha256: string | null;
  readonly isCropped: boolean | null;
  readonly error: Failure | null;
  readonly warnings: readonly string[];
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly downloadedAt: Date | null;
  /** When the archive will be removed; null where the site does not say. */
  readonly expiresAt: Date | null;
  /** Where it stands in the site's queue; null once it has started, and where the site does not say. */
  readonly queue: QueuePosition | null;
  /** Whether the site gave the archive of an earlier export of the same request; null where it does not say. */
  readonly isReused: boolean | null;
}
