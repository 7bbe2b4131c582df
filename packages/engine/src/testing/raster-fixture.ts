import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { CoordinateOperations } from '../crs/coordinate-operation.ts';
import { parseRegion } from '../crop/parse-region.ts';
import { checkExportHere, type ExportCheck } from '../plan/check.ts';
import type { ExportRequest, RasterOptions } from '../plan/request.ts';
import { describeRaster } from '../raster/describe-raster.ts';
import type { RasterTile } from '../raster/raster-tile.ts';
import { runExport, type RunResult } from '../run/run-export.ts';
import type { Layer, RasterFile } from '../source/layer.ts';
import { runGdal } from './ogr.ts';

type SampleType = 'Byte' | 'UInt16' | 'Int16' | 'Float32';

/** A raster to make for a test. */
export interface RasterSketch {
  readonly width: number;
  readonly height: number;
  readonly bands?: number;
  readonly type?: SampleType;
  /** The value of a pixel; by default something that differs from place to place. */
  readonly value?: (column: number, row: number, band: number) => number;
  /** GDAL's arguments: CRS, place, nodata, ... */
  readonly flags?: readonly string[];
  readonly driver?: string;
}

const arrays = { Byte: Uint8Array, UInt16: Uint16Array, Int16: Int16Array, Float32: Float32Array };
const enviTypes: Readonly<Record<SampleType, number>> = { Byte: 1, UInt16: 12, Int16: 2, Float32: 4 };

/** Where the rasters of most tests lie: pixels of 10 m in New Zealand, from this corner. */
const corner = { x: 1_700_000, y: 5_500_000, pixel: 10 } as const;

/** GDAL's arguments for a place in EPSG:2193: columns and rows from the common corner. */
export function placedAt(
  column: number,
  row: number,
  { width, height }: { width: number; height: number },
): string[] {
  const { x, y, pixel } = corner;
  const box = [x + column * pixel, y - row * pixel, x + (column + width) * pixel, y - (row + height) * pixel];
  return ['-a_srs', 'EPSG:2193', '-a_ullr', ...box.map(String)];
}

/** Writes a raster by GDAL and returns its path. */
export function makeRaster(path: string, sketch: RasterSketch): string {
  const {
    width,
    height,
    bands = 1,
    type = 'Byte',
    flags = placedAt(0, 0, sketch),
    driver = 'GTiff',
  } = sketch;
  const value =
    sketch.value ??
    ((column, row, band): number => ((column * 7 + row * 13 + band * 31 + ((column * row) % 17)) % 200) + 20);
  const values = new arrays[type](width * height * bands);
  for (let band = 0; band < bands; band++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        values[band * width * height + row * width + column] = value(column, row, band);
      }
    }
  }
  mkdirSync(dirname(path), { recursive: true });
  const raw = `${path}.raw`;
  writeFileSync(raw, values);
  writeFileSync(
    `${path}.hdr`,
    `ENVI\nsamples = ${width}\nlines = ${height}\nbands = ${bands}\ndata type = ${enviTypes[type]}\ninterleave = bsq\nbyte order = 0\n`,
  );
  const colours = bands >= 3 && type === 'Byte' && driver === 'GTiff' ? ['-co', 'PHOTOMETRIC=RGB'] : [];
  runGdal('gdal_translate', ['-q', '-of', driver, ...colours, ...flags, raw, path]);
  runGdal('gdalmanage', ['delete', '-f', 'ENVI', raw]);
  return path;
}

/** What a test asks of an export of rasters. */
export interface RasterExportWish {
  readonly layers: readonly RasterFile[];
  readonly formats: ExportRequest['formats'];
  readonly crs?: string;
  /** GeoJSON. */
  readonly extent?: unknown;
  readonly mosaic?: boolean;
  readonly options?: RasterOptions;
}

/** The request of a wish; layers are called `Layer 1`, ... */
function rasterRequest({
  layers,
  formats,
  crs = 'EPSG:2193',
  extent,
  mosaic = false,
  options = {},
}: RasterExportWish): ExportRequest {
  const parsed = extent === undefined ? null : parseRegion(extent);
  if (parsed !== null && parsed.region === null) throw new Error(parsed.issues.join(' '));
  return {
    name: 'test',
    crs,
    formats,
    items: layers.map((source, index) => ({
      item: `layers/${index + 1}`,
      layer: rasterLayer(source, index + 1),
      options: { raster: options },
    })),
    region: parsed?.region ?? null,
    cropMode: 'clip',
    coordinatePrecision: null,
    mosaic,
    body: { items: layers.map((_, index) => ({ item: `layers/${index + 1}` })) },
  };
}

function rasterLayer(source: RasterFile, id: number): Layer {
  return {
    id,
    kind: source.kind,
    title: `Layer ${id}`,
    description: 'Made for a test.',
    publisher: 'Test office',
    url: `http://127.0.0.1/layers/${id}/`,
    version: 7,
    licence: null,
    source,
  };
}

/** Checks a wish. */
export function checkRasters(wish: RasterExportWish, folder: string): Promise<ExportCheck> {
  return checkExportHere(rasterRequest(wish), {
    sitePrefix: 'kx',
    maxArchiveBytes: null,
    mimetypes: null,
    cacheFolder: join(folder, 'cache'),
  });
}

/** A finished export, unpacked. */
export interface UnpackedExport {
  readonly result: RunResult;
  /** A member of the archive, as a path that GDAL opens too. */
  readonly path: (member: string) => string;
}

/** Runs a wish and unpacks its archive beside it. */
export async function exportRasters(wish: RasterExportWish, folder: string): Promise<UnpackedExport> {
  const check = await checkRasters(wish, folder);
  if (check.plan === null) throw new Error(JSON.stringify(check.items.map(({ reasons }) => reasons)));
  const place = join(folder, `run-${counter++}`);
  mkdirSync(place, { recursive: true });
  const result = await runExport(check.plan, {
    archivePath: join(place, 'archive.zip'),
    workFolder: join(place, 'work'),
    workers: 2,
  });
  runGdal('unzip', ['-q', result.archivePath, '-d', join(place, 'out')]);
  return { result, path: (member) => join(place, 'out', member) };
}

let counter = 0;

/** Checksums of all bands of a raster, or of a window of it: x, y, width, height. */
export function checksums(path: string, window?: readonly number[]): number[] {
  if (window !== undefined) {
    const copy = join(tmpdir(), `outcrop-window-${process.pid}-${counter++}.vrt`);
    runGdal('gdal_translate', ['-q', '-of', 'VRT', '-srcwin', ...window.map(String), path, copy]);
    const sums = checksums(copy);
    rmSync(copy);
    return sums;
  }
  const { bands } = JSON.parse(
    runGdal('gdalinfo', ['-json', '-checksum', '-norat', '-noct', '-nomd', path]),
  ) as {
    bands: readonly { checksum: number }[];
  };
  return bands.map(({ checksum }) => checksum);
}

/** A raster as the engine describes it. */
export function describe(path: string): Promise<RasterTile> {
  return describeRaster(path);
}

/** A rectangle or another ring of EPSG:2193 as an extent in EPSG:4326. */
export async function extentOf(ring: readonly (readonly [number, number])[]): Promise<unknown> {
  const { findCrs } = await import('../crs/crs.ts');
  const [from, to] = [findCrs('EPSG:2193')!, findCrs('EPSG:4326')!];
  const operation = await new CoordinateOperations().choose(from, to, null);
  const closed = [...ring, ring[0]!];
  const coordinates = Float64Array.from(closed.flat());
  await operation.transform({ coordinates, stride: 2, count: closed.length });
  return {
    type: 'Polygon',
    coordinates: [closed.map((_, k) => [coordinates[k * 2], coordinates[k * 2 + 1]])],
  };
}

/** Corners of a window of the common grid, in columns and rows, in EPSG:2193. */
export function mapRing(points: readonly (readonly [number, number])[]): [number, number][] {
  const { x, y, pixel } = corner;
  return points.map(([column, row]) => [x + column * pixel, y - row * pixel]);
}

/** Straight lines of one CRS are curves in another: with points between, they are nearly the same in both. */
export function withPointsBetween(ring: readonly (readonly [number, number])[]): [number, number][] {
  return ring.flatMap(([x, y], index) => {
    const [toX, toY] = ring[(index + 1) % ring.length]!;
    return Array.from({ length: 50 }, (_, step): [number, number] => {
      const share = step / 50;
      return [x + (toX - x) * share, y + (toY - y) * share];
    });
  });
}
