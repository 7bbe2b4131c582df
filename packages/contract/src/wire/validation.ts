import type { Reason } from '../reason.ts';
import type { WireCrs } from './crs.ts';
import type { WireDelivery, WireItem } from './export.ts';
import type { WireLicence } from './layer.ts';

/** The verdict on one item; the request's own keys are echoed (wire contract, section 5.5). */
export interface WireItemValidation extends WireItem {
  readonly license: WireLicence | null;
  /** A decimal string. */
  readonly price: string;
  readonly is_valid: boolean;
  /** Codes. */
  readonly invalid_reasons: readonly string[];
  /** Extension: the same reasons with words and figures. */
  readonly invalid_details: readonly Reason[];
  readonly feature_count: number | null;
  readonly size_estimate_zipped: number;
  readonly size_estimate_unzipped: number;
  readonly seconds_estimate: number | null;
}

/** Body of a validate, and of a create that is refused for its items. */
export interface WireValidation {
  readonly items: readonly WireItemValidation[];
  /** Bytes; 0 when nothing can be exported. */
  readonly size_estimate_zipped: number;
  /** False too when only an item is invalid, although `invalid_reasons` is then empty. */
  readonly is_valid: boolean;
  readonly invalid_reasons: readonly string[];
  readonly invalid_details: readonly Reason[];
  /** Extension: what was read differently from how it was written, such as a repaired extent. */
  readonly warnings: readonly string[];
  /** Extension: the name the archive will have, without `.zip`. */
  readonly name: string;
}

/** The verdict on one item, as `v1.x` gives it. */
export interface WirePricedItemValidation extends WireItemValidation {
  /** Null where there is no price to pay. */
  readonly currency: string | null;
}

/** Body of a validate, as `v1.x` gives it (wire contract, section 5.5). */
export interface WireDescribedValidation extends WireValidation {
  readonly items: readonly WirePricedItemValidation[];
  /** Systems that suit the data: those the layers are in, and EPSG:4326. */
  readonly suggested_crs: readonly WireCrs[];
  /** A site of ours changes no heights. */
  readonly suggested_crs_vertical: readonly WireCrs[];
  readonly zip_filename: string;
  readonly delivery: WireDelivery;
  /** A site of ours has no courier, so there is no cost. */
  readonly courier_cost: Readonly<Record<string, never>>;
}
