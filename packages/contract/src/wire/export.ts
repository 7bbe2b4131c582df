import type { CropMode } from '../crop-mode.ts';
import type { FailureCode } from '../error-code.ts';
import type { ExportState } from '../export-state.ts';
import type { ExtentGeometry } from '../geojson.ts';
import type { Kind } from '../kind.ts';

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
  /** Bytes; null until complete. */
  readonly size_complete_zipped: number | null;
  /** 0..1; null after a cancel. Never goes back. */
  readonly progress: number | null;
  readonly stage: string | null;
  readonly is_cropped: boolean;
  readonly sha256: string | null;
  readonly error: WireFailure | null;
  readonly warnings: readonly string[];
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly downloaded_at: string | null;
}

/** Why an export ended in `error`, in words that say what to do. */
export interface WireFailure {
  readonly code: FailureCode;
  readonly detail: string;
}
