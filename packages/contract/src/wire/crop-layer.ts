import type { MultiPolygon } from '../geojson.ts';

/** A polygon layer whose features can be picked as an extent (wire contract, section 5.7). */
export interface WireCropLayer {
  readonly id: number;
  readonly name: string;
  readonly url: string;
  /** URL of its features. */
  readonly features: string;
  readonly extent: MultiPolygon | null;
  readonly source_layer: string;
}

/** A crop feature in a list. Names are not unique. */
export interface WireCropFeatureSummary {
  readonly id: number;
  readonly name: string;
  readonly url: string;
}

/** A crop feature with its geometry, EPSG:4326. */
export interface WireCropFeature extends WireCropFeatureSummary {
  readonly geometry: MultiPolygon;
}
