import type { GeoTransform } from './pixel-grid.ts';
import type { VrtMixture } from './vrt-mixture.ts';

/** How a band says which of its pixels are none. */
export type MaskKind = 'none' | 'nodata' | 'alpha' | 'dataset';

/** One band of a raster. */
export interface RasterBand {
  /** GDAL's name: `Byte`, `UInt16`, `Float32`, ... */
  readonly type: string;
  /** Bits of a value that are used: 1 of a Byte, for a bitmap. */
  readonly bits: number;
  /** GDAL's name: `Red`, `Gray`, `Palette`, `Alpha`, `Undefined`, ... */
  readonly interpretation: string;
  readonly description: string;
  readonly unit: string;
  /** As GDAL writes it, `nan` among others; null where there is none. */
  readonly nodata: string | null;
  readonly mask: MaskKind;
  readonly hasColorTable: boolean;
  readonly hasCategories: boolean;
  readonly hasScale: boolean;
}

/** A raster file as GDAL describes it. Plain data: it is kept in the cache. */
export interface RasterTile {
  /** Its file's name without the extension. */
  readonly name: string;
  readonly path: string;
  /** GDAL's driver. */
  readonly driver: string;
  readonly width: number;
  readonly height: number;
  /** Null where the file does not say where it lies. */
  readonly transform: GeoTransform | null;
  /** `EPSG:n` of the horizontal CRS; null where the file does not say, or says something that is not EPSG. */
  readonly crs: string | null;
  /** Whether the file itself names that code. */
  readonly namesCrs: boolean;
  /** The same for tiles that say the same of their CRS; null where they say nothing. */
  readonly crsDigest: string | null;
  readonly bands: readonly RasterBand[];
  readonly hasAttributeTable: boolean;
  /** Of a VRT whose files are in several CRSs. */
  readonly mixture?: VrtMixture;
  /** The files it is made of, sidecars included. */
  readonly files: readonly string[];
  /** Bytes of those. */
  readonly bytes: number;
}

/** The tile as a grid; only of tiles that say where they lie. */
export function gridOf({ transform, width, height }: RasterTile): {
  transform: GeoTransform;
  width: number;
  height: number;
} {
  if (transform === null) throw new Error('a tile without a place has no grid');
  return { transform, width, height };
}

/** Whether the last band says which pixels are none. */
export function hasAlpha({ bands }: Pick<RasterTile, 'bands'>): boolean {
  return bands.some(({ interpretation }) => interpretation === 'Alpha');
}

/** Bands that hold values. */
export function valueBands({ bands }: Pick<RasterTile, 'bands'>): RasterBand[] {
  return bands.filter(({ interpretation }) => interpretation !== 'Alpha');
}

/** Whether the pixels are entries of a colour table. */
export function isPaletted({ bands }: Pick<RasterTile, 'bands'>): boolean {
  return bands[0]?.hasColorTable === true;
}

/** Bytes of a value of a type. */
export function typeBytes(type: string): number {
  if (type === 'Byte' || type === 'Int8') return 1;
  const bits = Number(/\d+$/.exec(type)?.[0] ?? 8);
  return ((type.startsWith('C') ? 2 : 1) * bits) / 8;
}
