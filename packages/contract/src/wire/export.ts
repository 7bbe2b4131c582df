import type { CropMode } from '../crop-mode.ts';
import type { FailureCode } from '../error-code.ts';
import type { ExportState } from '../export-state.ts';
import type { ExtentGeometry } from '../geojson.ts';
import type { Kind } from '../kind.ts';
import type { WireCrs } from './crs.ts';
import type { WireCropFeature } from './crop-layer.ts';
import type { WireLayer } from './layer.ts';
import type { WireUser } from './user.ts';

/** One item of a request or of a detail body (wire contract, sections 5.2 and 8). */
export interface WireItem {
  /** URL of a layer or table; a site of ours also takes relative references: `layers/3`, `tables/7`. */
  readonly item: string;
  readonly color?: string;
  readonly tiles?: readonly string[];
  readonly raster_resolution_multiplier?: number;
  readonly include_raster_tab?: boolean;
  /** Extension: values that the format cannot hold are scaled to bytes. */
  readonly scale_to_bytes?: boolean;
  readonly include_geometry_field?: boolean;
  readonly include_hatching?: boolean;
  readonly include_xdata?: boolean;
  /** Extension: the fields to keep, in this order. All where absent. */
  readonly fields?: readonly string[];
}

/** Export-wide options; all are extensions of ours (wire contract, section 21). */
export interface WireOptions {
  readonly crop_mode?: CropMode;
  readonly coordinate_precision?: number;
  readonly mosaic?: boolean;
}

/** Who is told when the export ends: an extension of ours (wire contract, section 21). */
export interface WireNotify {
  /** An address that gets a signed POST with the body of the export. */
  readonly webhook?: string;
  /** Whether to mail the address that the operator has set for the key. */
  readonly email?: boolean;
}

/** The extent of a request: a geometry in EPSG:4326, the URL of a crop feature, or none. */
export type WireExtent = ExtentGeometry | string | null;

/** Body of a create and of a validate (wire contract, section 5.2). */
export interface WireExportRequest {
  readonly name?: string;
  readonly crs?: string;
  readonly formats: Readonly<Partial<Record<Kind, string>>>;
  readonly items: readonly WireItem[];
  readonly extent?: WireExtent;
  readonly delivery?: WireDelivery;
  readonly options?: WireOptions;
  readonly notify?: WireNotify;
}

/** How the archive reaches the person. */
export interface WireDelivery {
  readonly method: 'download';
}

/** The seven keys of an export in a list (wire contract, section 5.1). */
export interface WireExportSummary {
  readonly id: number;
  readonly name: string;
  /** ISO 8601, UTC, microseconds. */
  readonly created_at: string | null;
  readonly created_via: string;
  readonly state: ExportState;
  readonly url: string;
  readonly download_url: string | null;
}

/** An export in full (wire contract, sections 5.3 and 21). */
export interface WireExportDetail extends WireExportSummary {
  readonly extent: WireExtent;
  readonly delivery: WireDelivery;
  readonly formats: Readonly<Partial<Record<Kind, string>>>;
  readonly items: readonly WireItem[];
  readonly crs: string | null;
  readonly options: WireOptions;
  /** Bytes. */
  readonly size_estimate_zipped: number;
  /** Bytes. Koordinates has the unzipped sizes in `v1.x` only. */
  readonly size_estimate_unzipped?: number;
  /** Bytes; null until complete. */
  readonly size_complete_zipped: number | null;
  /** Bytes; null until complete. */
  readonly size_complete_unzipped?: number | null;
  /** 0..1; null after a cancel. Never goes back. */
  readonly progress: number | null;
  readonly stage: string | null;
  /** Where it is in the queue, 1 for the next; null once it has begun. An extension. */
  readonly queue?: { readonly position: number; readonly eta_seconds: number } | null;
  readonly is_cropped: boolean;
  /** Whether an equal export had been asked for before, and its archive serves this one too. An extension. */
  readonly reused?: boolean;
  readonly sha256: string | null;
  readonly error: WireFailure | null;
  readonly warnings: readonly string[];
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly downloaded_at: string | null;
}

/** One item of a `v1.x` detail body: what was asked for, and what the item is (wire contract, section 5.3). */
export interface WireDescribedItem extends WireItem {
  readonly title: string;
  /** Label of the format it is exported in; empty where the request names none for its kind. */
  readonly format: string;
  /** The format's code in names of archives. */
  readonly short_format: string;
  readonly data_type: Kind;
  readonly data_type_label: string;
}

/** The site an export comes from, and whom to name when its data are used. */
export interface WireSource {
  readonly name: string;
  readonly domain: string;
  readonly owner: string;
  readonly owner_short: string;
  readonly copyright: string;
}

/** An export in full, as `v1.x` shows it (wire contract, section 5.3). */
export interface WireDescribedExport extends Omit<WireExportDetail, 'crs' | 'items'> {
  readonly crs: WireCrs | null;
  readonly items: readonly WireDescribedItem[];
  readonly user: WireUser;
  readonly from: WireSource;
  /** A site of ours charges nothing. */
  readonly invoice: null;
}

/**
 * An export in full with what the header `Expand` asked for: `items` puts layers in place of their addresses, `extent`
 * the crop feature, `crs` the system in place of its code.
 */
export type WireExpandedExport = Omit<WireExportDetail | WireDescribedExport, 'crs' | 'items' | 'extent'> & {
  readonly crs: string | WireCrs | null;
  readonly extent: WireExtent | WireCropFeature;
  readonly items: readonly (Omit<WireItem, 'item'> & { readonly item: string | WireLayer })[];
};

/** Why an export ended in `error`, in words that say what to do. */
export interface WireFailure {
  readonly code: FailureCode;
  readonly detail: string;
}
