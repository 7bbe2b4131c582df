import type { CropMode, Kind, MultiPolygon } from '@outcrop/contract';

import type { Layer } from '../source/layer.ts';

/** The region of an export, parsed: valid positions, closed rings, EPSG:4326 longitude and latitude in degrees. */
export interface Region {
  readonly geometry: MultiPolygon;
  /** The name of the crop feature it came from, or null for a drawn one. */
  readonly name: string | null;
  /** What was read differently from how it was written, in words. */
  readonly notices: readonly string[];
}

/** What may be said of one item. */
export interface ItemOptions {
  /** The fields to keep, in this order; all where absent. */
  readonly fields?: readonly string[];
  /** Whether a CSV has a WKT column. Default true. */
  readonly includeGeometryField?: boolean;
  /** `#rrggbb`: the colour of features, in formats that have one. */
  readonly color?: string;
  /** What only DWG has: the names of such options that were asked for. */
  readonly dwgOptions?: readonly string[];
  /** Of rasters, grids and rasters with attribute tables. */
  readonly raster?: RasterOptions;
}

/** What may be said of a raster item. */
export interface RasterOptions {
  /** Names of the tiles to take; all where absent. */
  readonly tiles?: readonly string[];
  /** How many times larger the pixels shall be than the source's. Default 1. */
  readonly resolutionMultiplier?: number;
  /** Whether a MapInfo `.tab` goes with each file. */
  readonly includeRasterTab?: boolean;
  /** Whether values that the format cannot hold may be scaled to bytes. */
  readonly scaleToBytes?: boolean;
}

/** One layer of an export. */
export interface RequestedItem {
  /** The reference as the person wrote it; reports and problems use it. */
  readonly item: string;
  readonly layer: Layer;
  readonly options: ItemOptions;
}

/** A request with everything resolved: layers found, extent parsed or fetched. Plain data. */
export interface ExportRequest {
  /** Free text; null for the name made of the layers' titles. */
  readonly name: string | null;
  /** `EPSG:n`; may be null where no item needs it. */
  readonly crs: string | null;
  readonly formats: Readonly<Partial<Record<Kind, string>>>;
  readonly items: readonly RequestedItem[];
  readonly region: Region | null;
  readonly cropMode: CropMode;
  /** Decimals of coordinates in text formats; null for the format's default. */
  readonly coordinatePrecision: number | null;
  /** Whether the tiles of a raster layer become one file. */
  readonly mosaic?: boolean;
  /** `request.json` of the archive: the normalised body, as the wire writes it. */
  readonly body: unknown;
}

/** What the site adds to every plan. */
export interface PlanContext {
  /** First word of archive names (wire contract, section 13). */
  readonly sitePrefix: string;
  /** Largest archive in bytes; null for none. */
  readonly maxArchiveBytes: number | null;
  /** Mimetypes that may be written here; null for all that this machine can write. */
  readonly mimetypes: readonly string[] | null;
  /** Folder for indexes and statistics built beside the data, never in them. */
  readonly cacheFolder: string;
}
