/** How many features went where. `read = whole + clipped + excluded`, always; `written = whole + clipped`. */
export interface FeatureCounts {
  readonly read: number;
  readonly written: number;
  /** Kept as they are. */
  readonly whole: number;
  /** Kept, but cut by the region. */
  readonly clipped: number;
  /** Left out, for one of the reasons in `excluded_by`. */
  readonly excluded: number;
  readonly excluded_by: {
    readonly outside_region: number;
    /** Only a crumb of lower dimension was inside: a polygon that touches the region along a line. */
    readonly crumb: number;
    /** The coordinate operation has no result there. */
    readonly not_projectable: number;
  };
  /** Invalid in the source and repaired, because they had to be cut. */
  readonly repaired: number;
  /** Cut in two at the edge of the target CRS, so that no line runs around the world. */
  readonly cut_at_antimeridian: number;
}

/** Something the format could not hold as it was. */
export interface Loss {
  /** `field-renamed`, `value-truncated`, `value-retyped`, `geometry-type-changed`, ... */
  readonly code: string;
  readonly field?: string;
  /** How many features or values it concerns. */
  readonly count: number;
  readonly detail: string;
}

/** How coordinates got from the layer's CRS to the export's. */
export interface CoordinateOperationReport {
  readonly from: string;
  readonly to: string;
  /** `none`, `proj4` (our kernel) or `proj` (GDAL's, through its own program). */
  readonly method: 'none' | 'proj4' | 'proj';
  readonly certified: boolean;
  /**
   * Largest difference from PROJ over the area that was compared, which holds the data's and may be larger, in the target's units;
   * null where nothing was compared.
   */
  readonly largest_difference: number | null;
  readonly compared_points: number;
  readonly detail: string;
}

/** What happened to the pixels of an item. */
export interface RasterItemReport {
  readonly tiles_in_layer: number;
  /** Those that the region meets, or that were asked for. */
  readonly tiles_read: number;
  readonly files_written: number;
  readonly pixels: number;
  /** In units of the export's CRS. */
  readonly pixel_size: readonly [number, number];
  /** `none` where pixels are the source's own, bit by bit. */
  readonly resampling: 'none' | 'nearest' | 'cubic';
  /** How the files say which pixels are none: a value, or `alpha`, `mask`, `none`, `nothing`. */
  readonly no_data: string;
}

/** What happened to one item. */
export interface ItemReport {
  readonly item: string;
  readonly title: string;
  readonly layer_version: number;
  readonly format: string;
  readonly files: readonly string[];
  /** Of features; all 0 for pixels. */
  readonly counts: FeatureCounts;
  /** Of pixels; absent for features. */
  readonly raster?: RasterItemReport;
  readonly coordinate_operation: CoordinateOperationReport | null;
  readonly losses: readonly Loss[];
}

/** `report.json`: what the export changed, left out or could not keep. */
export interface Report {
  readonly report_version: 1;
  readonly engine: string;
  readonly crs: string | null;
  readonly crop: {
    readonly mode: string;
    readonly region: string;
    readonly repaired: string | null;
    readonly tolerance: string;
  } | null;
  readonly items: readonly ItemReport[];
}
