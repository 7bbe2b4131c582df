import { tiffOptions } from './raster-data.ts';

/** One comparison: an export, and the command that a specialist would write for it. */
export interface RasterRow {
  readonly id: string;
  readonly title: string;
  readonly layer: 'large' | 'tiles';
  readonly mimetype: string;
  readonly crs: 'EPSG:2193' | 'EPSG:3857';
  readonly region: 'rectangle' | 'lake' | null;
  /** Rival's seconds for each of ours, at the least. */
  readonly target: number;
  /** Its shell command; `$IN` and `$OUT` are files, `$CUT` the region, `$WIN` its window. Runs for each tile. */
  readonly rival: string;
}

const tiff = [...tiffOptions, 'NUM_THREADS=ALL_CPUS'].map((option) => `-co ${option}`).join(' ');
/** With the level of deflate that GDAL takes where it is not told: what most would write. */
const usualTiff = tiff.replace('-co ZLEVEL=1 ', '');
const threads = '-multi -wo NUM_THREADS=ALL_CPUS -wm 512';
const geoTiff = 'image/tiff;subtype=geotiff';
const own = { crs: 'EPSG:2193', region: null } as const;

/** The rows of the benchmark. */
export const rasterRows: readonly RasterRow[] = [
  { id: 'window', title: 'rectangle, against gdalwarp -cutline', layer: 'large', mimetype: geoTiff, crs: 'EPSG:2193', region: 'rectangle', target: 3, rival: `gdalwarp -q ${threads} -cutline $CUT -crop_to_cutline ${usualTiff} $IN $OUT.tif` },
  { id: 'window-fast', title: 'the same with level 1 of deflate', layer: 'large', mimetype: geoTiff, crs: 'EPSG:2193', region: 'rectangle', target: 3, rival: `gdalwarp -q ${threads} -cutline $CUT -crop_to_cutline ${tiff} $IN $OUT.tif` },
  { id: 'srcwin', title: 'rectangle, against gdal_translate -srcwin', layer: 'large', mimetype: geoTiff, crs: 'EPSG:2193', region: 'rectangle', target: 0.9, rival: `gdal_translate -q -srcwin $WIN ${tiff} $IN $OUT.tif` },
  { id: 'polygon', title: 'polygon of 400 vertices', layer: 'large', mimetype: geoTiff, crs: 'EPSG:2193', region: 'lake', target: 0.9, rival: `gdalwarp -q ${threads} -cutline $CUT -crop_to_cutline -dstalpha ${tiff} $IN $OUT.tif` },
  { id: 'warp', title: '2193 to 3857', layer: 'large', mimetype: geoTiff, crs: 'EPSG:3857', region: null, target: 0.9, rival: `gdalwarp -q ${threads} -t_srs EPSG:3857 -r cubic -dstalpha ${tiff} $IN $OUT.tif` },
  { id: 'jpeg', title: 'to JPEG', layer: 'large', ...own, mimetype: 'image/jpeg', target: 0.9, rival: 'gdal_translate -q -of JPEG -co QUALITY=90 $IN $OUT.jpg' },
  { id: 'jp2', title: 'to JPEG 2000', layer: 'large', ...own, mimetype: 'image/jp2', target: 0.9, rival: 'gdal_translate -q -of JP2OpenJPEG -co QUALITY=10 --config GDAL_NUM_THREADS ALL_CPUS $IN $OUT.jp2' },
  { id: 'cog', title: 'to COG', layer: 'large', ...own, mimetype: 'image/tiff;application=geotiff;profile=cloud-optimized', target: 0.9, rival: 'gdal_translate -q -of COG -co COMPRESS=DEFLATE -co LEVEL=1 -co PREDICTOR=YES -co OVERVIEW_RESAMPLING=AVERAGE -co NUM_THREADS=ALL_CPUS $IN $OUT.tif' },
  { id: 'tiles-warp', title: 'tiles, 2193 to 3857', layer: 'tiles', mimetype: geoTiff, crs: 'EPSG:3857', region: null, target: 1.7, rival: `gdalwarp -q -t_srs EPSG:3857 -r cubic -dstalpha ${tiff} $IN $OUT.tif` },
  { id: 'tiles-polygon', title: 'tiles, polygon of 400 vertices', layer: 'tiles', mimetype: geoTiff, crs: 'EPSG:2193', region: 'lake', target: 1.7, rival: `gdalwarp -q -cutline $CUT -dstalpha ${tiff} $IN $OUT.tif` },
  { id: 'tiles-jpeg', title: 'tiles to JPEG', layer: 'tiles', ...own, mimetype: 'image/jpeg', target: 1.7, rival: 'gdal_translate -q -of JPEG -co QUALITY=90 $IN $OUT.jpg' },
  { id: 'tiles-jp2', title: 'tiles to JPEG 2000', layer: 'tiles', ...own, mimetype: 'image/jp2', target: 1.7, rival: 'gdal_translate -q -of JP2OpenJPEG -co QUALITY=10 $IN $OUT.jp2' },
]; // prettier-ignore
