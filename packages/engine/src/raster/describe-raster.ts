import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { parse } from 'node:path';

import { EngineError } from '../engine-error.ts';
import type { GdalCommand } from '../gdal/gdal-command.ts';
import { type GdalRunOptions, runGdal } from '../gdal/run-gdal.ts';
import { epsgOfWkt } from './epsg-of-wkt.ts';
import type { GeoTransform } from './pixel-grid.ts';
import { sourceDrivers } from './raster-drivers.ts';
import { type MaskKind, type RasterBand, type RasterTile, typeBytes } from './raster-tile.ts';
import { VrtTrees } from './vrt-sources.ts';

/** The part of `gdalinfo -json` that is read. */
interface GdalInfo {
  readonly driverShortName: string;
  readonly files?: readonly string[];
  readonly size: readonly [number, number];
  readonly coordinateSystem?: { readonly wkt: string };
  readonly geoTransform?: readonly number[];
  readonly gcps?: unknown;
  readonly rat?: unknown;
  readonly bands: readonly GdalBand[];
  readonly stac?: { readonly 'proj:epsg'?: number | null };
}

interface GdalBand {
  readonly type: string;
  readonly colorInterpretation?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly noDataValue?: number | string;
  readonly mask?: { readonly flags: readonly string[] };
  readonly metadata?: { readonly IMAGE_STRUCTURE?: { readonly NBITS?: string } };
  readonly colorTable?: unknown;
  readonly categories?: unknown;
  readonly scale?: number;
  readonly offset?: number;
}

/** GDAL's largest picture is far larger, but nothing here is tested beyond. */
const maxSide = 2 ** 31 - 1;
const describeTimeoutMs = 120_000;

/** How a raster is described. */
export interface DescribeOptions extends GdalRunOptions {
  /** A driver of outputs that no source may have. */
  readonly driver?: string;
  /** What is known of VRTs already. */
  readonly trees?: VrtTrees;
}

/** The command that describes a raster. */
function describeCommand(path: string, driver?: string): GdalCommand {
  const drivers = driver === undefined ? sourceDrivers : [...sourceDrivers, driver, 'MEM'];
  return { program: 'gdalinfo', args: ['-json', path], drivers };
}

/**
 * Describes a raster file by GDAL.
 *
 * @throws EngineError `source-corrupt` with GDAL's words where it is none that GDAL can read; `gdal-missing`
 */
export async function describeRaster(path: string, options: DescribeOptions = {}): Promise<RasterTile> {
  const { driver, trees = new VrtTrees(), ...run } = options;
  // Refuses a VRT that names what it may not.
  trees.of(path);
  const { stdout } = await runGdal(describeCommand(path, driver), {
    timeoutMs: describeTimeoutMs,
    failureCode: 'source-corrupt',
    toleratesErrors: true,
    ...run,
  }).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  return readDescription(path, stdout);
}

function unreadable(path: string, error: unknown): unknown {
  if (!(error instanceof EngineError) || error.code !== 'source-corrupt') return error;
  const words = error.message.replace(/^gdalinfo failed \(exit code \d+\): /, '').replaceAll(path, 'it');
  const detail = `${path} cannot be read as a raster: ${words}`;
  return new EngineError('source-corrupt', detail, {
    cause: error,
    ...(error.program !== null && { program: error.program }),
  });
}

/** Reads what `gdalinfo -json` printed. */
function readDescription(path: string, json: string): RasterTile {
  const info = parseInfo(path, json);
  const [width, height] = info.size;
  if (info.bands.length === 0) throw new EngineError('source-corrupt', `${path} has no bands.`);
  if (!isSide(width) || !isSide(height)) {
    throw new EngineError('source-corrupt', `${path} claims a size of ${width} x ${height} pixels.`);
  }
  const wkt = info.coordinateSystem?.wkt ?? '';
  const epsg = info.stac?.['proj:epsg'] ?? epsgOfWkt(wkt);
  const files = info.files ?? [path];
  return {
    name: parse(path).name,
    path,
    driver: info.driverShortName,
    width,
    height,
    transform: transformOf(info),
    crs: epsg === null ? null : `EPSG:${epsg}`,
    namesCrs: epsg !== null,
    crsDigest: wkt === '' ? null : createHash('sha256').update(wkt).digest('hex').slice(0, 16),
    bands: info.bands.map(readBand),
    hasAttributeTable: info.rat !== undefined,
    files,
    bytes: files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0),
  };
}

function isSide(pixels: number): boolean {
  return Number.isInteger(pixels) && pixels > 0 && pixels <= maxSide;
}

/** JSON, but for the numbers that JSON has not: `nan` and `-inf` as nodata. */
function parseInfo(path: string, json: string): GdalInfo {
  const written = json.replaceAll(/(":\s*)(-?(?:nan|inf(?:inity)?))(\s*[,}\n])/gi, '$1"$2"$3');
  try {
    return JSON.parse(written) as GdalInfo;
  } catch (error) {
    throw new EngineError('source-corrupt', `What GDAL says of ${path} cannot be read.`, { cause: error });
  }
}

/** GDAL describes a raster without a place by no transform, or by columns and rows as if they were coordinates. */
function transformOf({ geoTransform, gcps }: GdalInfo): GeoTransform | null {
  if (geoTransform?.length !== 6 || gcps !== undefined) return null;
  const [x, dx, rx, y, ry, dy] = geoTransform as unknown as GeoTransform;
  const isIdentity = x === 0 && y === 0 && dx === 1 && Math.abs(dy) === 1 && rx === 0 && ry === 0;
  const hasSize = Number.isFinite(dx * dy - rx * ry) && dx * dy - rx * ry !== 0;
  return isIdentity || !hasSize ? null : [x, dx, rx, y, ry, dy];
}

function readBand(band: GdalBand): RasterBand {
  return {
    type: band.type,
    bits: Number(band.metadata?.IMAGE_STRUCTURE?.NBITS ?? typeBytes(band.type) * 8),
    interpretation: band.colorInterpretation ?? 'Undefined',
    description: band.description ?? '',
    unit: band.unit ?? '',
    nodata: band.noDataValue === undefined ? null : String(band.noDataValue).toLowerCase(),
    mask: maskOf(band),
    hasColorTable: band.colorTable !== undefined,
    hasCategories: band.categories !== undefined,
    hasScale: (band.scale ?? 1) !== 1 || (band.offset ?? 0) !== 0,
  };
}

function maskOf({ mask, noDataValue }: GdalBand): MaskKind {
  const flags = mask?.flags ?? [];
  if (flags.includes('ALPHA')) return 'alpha';
  if (noDataValue !== undefined) return 'nodata';
  return flags.includes('PER_DATASET') ? 'dataset' : 'none';
}
