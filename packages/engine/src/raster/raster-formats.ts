import type { Mimetype } from '@outcrop/contract';

/** What a raster format can hold, and how GDAL writes it. */
export interface RasterFormat {
  /** GDAL's driver. */
  readonly driver: string;
  readonly extension: string;
  /** Types of values it holds; any where absent. */
  readonly types?: readonly string[];
  /** Numbers of bands it holds, alpha not counted; any where absent. */
  readonly valueBands?: readonly number[];
  /** How it says which pixels are none, best first. */
  readonly voids: readonly ('alpha' | 'nodata' | 'mask')[];
  readonly keepsPalette: boolean;
  /** Whether alpha goes with colours only: grey becomes red, green and blue then. */
  readonly hasAlphaOfColoursOnly?: boolean;
  /** Whether it can say that its pixels are rotated or oblong. */
  readonly keepsRotation: boolean;
  /** Pixels on a side, where there is a limit. */
  readonly maxSide?: number;
  /** Whether values come back exactly as they were. */
  readonly isLossless: boolean;
  /** Whether values of other types may be scaled to bytes without being asked: it is a picture to look at. */
  readonly isPicture?: boolean;
  /** The ending of a world file that goes with it, and with that a `.prj`: for programs that read no other georeference. */
  readonly worldFile?: string;
  /** `NAME=VALUE`, as GDAL's `-co` takes them. */
  readonly options: (facts: OptionFacts) => readonly string[];
  /** Whether only one thread writes it: then more that read cost a third more processor time, and save none. */
  readonly isByOneThread?: boolean;
  /** Bytes of a file for each byte of values, measured on aerial photographs and elevation. */
  readonly ratio: number;
}

/** What creation options depend on. */
export interface OptionFacts {
  readonly threads: number;
  /** Digits that tell two numbers apart: 0 for integers, 9 for Float32, 17 for Float64. */
  readonly floatDigits: number;
  /** Whether TIFF's predictors can be used: not with odd numbers of bits, nor complex numbers. */
  readonly hasPredictor: boolean;
  readonly isNearest: boolean;
  readonly isRotated: boolean;
  readonly width: number;
  readonly height: number;
}

const integers = ['Byte', 'UInt16', 'Int16', 'UInt32', 'Int32'];
const images = [1, 3];
/** A PDF's page is at most 14,400 points wide. */
const maxPagePoints = 14_400;
const pointsPerInch = 72;

/**
 * Of a rotated raster whose positions are those of the middles of pixels (`AREA_OR_POINT=Point`), the first of the two places in a
 * JPEG 2000 that GDAL writes is half a pixel off (GDAL 3.6); the other, GML, is right.
 */
const placeOfJp2 = ({ isRotated }: OptionFacts): string[] => (isRotated ? ['GeoJP2=NO'] : []);

const tiff = ({ threads, floatDigits, hasPredictor }: OptionFacts): string[] => [
  'TILED=YES',
  // Level 1 is within 5 % of the default's size on aerial photographs, in half of its time.
  'COMPRESS=DEFLATE',
  'ZLEVEL=1',
  `PREDICTOR=${!hasPredictor ? 1 : floatDigits > 0 ? 3 : 2}`,
  'BIGTIFF=IF_SAFER',
  `NUM_THREADS=${threads}`,
];

/** The raster formats by mimetype. DWG is not among them: no open program writes it. */
export const rasterFormats: Readonly<Partial<Record<Mimetype, RasterFormat>>> = {
  'image/tiff;subtype=geotiff': {
    driver: 'GTiff',
    extension: 'tif',
    voids: ['alpha', 'nodata', 'mask'],
    keepsPalette: true,
    keepsRotation: true,
    isLossless: true,
    options: tiff,
    ratio: 0.5,
  },
  'image/tiff;application=geotiff;profile=cloud-optimized': {
    driver: 'COG',
    extension: 'tif',
    voids: ['alpha', 'nodata', 'mask'],
    keepsPalette: true,
    keepsRotation: true,
    isLossless: true,
    options: ({ threads, isNearest, hasPredictor }) => [
      'COMPRESS=DEFLATE',
      'LEVEL=1',
      `PREDICTOR=${hasPredictor ? 'YES' : 'NO'}`,
      'BIGTIFF=IF_SAFER',
      `OVERVIEW_RESAMPLING=${isNearest ? 'NEAREST' : 'AVERAGE'}`,
      `NUM_THREADS=${threads}`,
    ],
    ratio: 0.65,
  },
  'image/jpeg': {
    driver: 'JPEG',
    extension: 'jpg',
    types: ['Byte'],
    valueBands: images,
    voids: ['mask'],
    keepsPalette: false,
    keepsRotation: true,
    maxSide: 65_500,
    isLossless: false,
    worldFile: 'jgw',
    isByOneThread: true,
    options: () => ['QUALITY=90'],
    ratio: 0.12,
  },
  'image/jp2': {
    driver: 'JP2OpenJPEG',
    extension: 'jp2',
    types: integers,
    voids: ['alpha'],
    keepsPalette: false,
    keepsRotation: true,
    isLossless: false,
    options: (facts) => ['QUALITY=10', 'REVERSIBLE=NO', ...placeOfJp2(facts)],
    ratio: 0.1,
  },
  'image/jp2;compression=lossless': {
    driver: 'JP2OpenJPEG',
    extension: 'jp2',
    types: integers,
    voids: ['alpha'],
    keepsPalette: false,
    keepsRotation: true,
    isLossless: true,
    options: (facts) => ['QUALITY=100', 'REVERSIBLE=YES', 'YCBCR420=NO', ...placeOfJp2(facts)],
    ratio: 0.45,
  },
  'image/png': {
    driver: 'PNG',
    extension: 'png',
    types: ['Byte', 'UInt16'],
    valueBands: images,
    voids: ['alpha', 'nodata'],
    keepsPalette: true,
    keepsRotation: true,
    isLossless: true,
    worldFile: 'pgw',
    isByOneThread: true,
    options: () => ['ZLEVEL=3'],
    ratio: 0.55,
  },
  'application/x-erdas-hfa': {
    driver: 'HFA',
    extension: 'img',
    voids: ['nodata'],
    keepsPalette: true,
    keepsRotation: true,
    isLossless: true,
    options: () => ['COMPRESSED=YES'],
    ratio: 0.9,
  },
  'application/x-hdf;subtype=kea': {
    driver: 'KEA',
    extension: 'kea',
    voids: ['nodata', 'mask'],
    keepsPalette: true,
    keepsRotation: true,
    isLossless: true,
    options: () => [],
    ratio: 0.6,
  },
  'application/x-ogc-aaigrid': {
    driver: 'AAIGrid',
    extension: 'asc',
    valueBands: [1],
    voids: ['nodata'],
    keepsPalette: false,
    keepsRotation: false,
    isLossless: true,
    options: ({ floatDigits }) => (floatDigits === 0 ? [] : [`SIGNIFICANT_DIGITS=${floatDigits}`]),
    ratio: 2.5,
  },
  'application/vnd.google-earth.kml+xml': {
    driver: 'KMLSUPEROVERLAY',
    extension: 'kmz',
    types: ['Byte'],
    valueBands: images,
    voids: ['alpha'],
    keepsPalette: false,
    hasAlphaOfColoursOnly: true,
    keepsRotation: false,
    isLossless: false,
    isPicture: true,
    options: () => ['FORMAT=AUTO'],
    ratio: 0.2,
  },
  'application/pdf': {
    driver: 'PDF',
    extension: 'pdf',
    types: ['Byte'],
    valueBands: images,
    voids: ['alpha'],
    keepsPalette: false,
    hasAlphaOfColoursOnly: true,
    keepsRotation: true,
    isLossless: false,
    isPicture: true,
    options: ({ width, height }) => [
      'COMPRESS=JPEG',
      'JPEG_QUALITY=85',
      'TILED=YES',
      `DPI=${Math.max(pointsPerInch, Math.ceil((Math.max(width, height) * pointsPerInch) / maxPagePoints))}`,
    ],
    ratio: 0.12,
  },
};

/** The raster format of a mimetype; undefined where it is none. */
export function findRasterFormat(mimetype: string): RasterFormat | undefined {
  return rasterFormats[mimetype as Mimetype];
}
