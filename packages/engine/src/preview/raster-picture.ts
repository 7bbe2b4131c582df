import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EngineError } from '../engine-error.ts';
import { runBoundedGdal } from './bounded-gdal.ts';

/** A picture of a raster for a map in Web Mercator. */
export interface RasterPicture {
  readonly png: Uint8Array;
  /** Web Mercator metres: minX, minY, maxX, maxY. */
  readonly envelope: readonly [number, number, number, number];
}

/** What a site's rasters may be; none of these formats leads to other files, or to the network, but VRT. */
const drivers = 'GTiff COG JPEG PNG AAIGrid HFA JP2OpenJPEG KEA VRT MEM GPKG WEBP'.split(' ');
const bounds = { timeoutMs: 60_000, maxBytes: 1_000_000, drivers } as const;
const widthPixels = 1024;
const mercatorEdge = 20_037_508.34;

/**
 * Makes a small picture of a raster: reads its overview or every n-th pixel, scales values of grids to grey.
 *
 * @throws EngineError `source-unavailable` where GDAL cannot read it, `process-died` where it takes too long.
 */
export async function pictureRaster(path: string, kind: 'raster' | 'grid'): Promise<RasterPicture> {
  const folder = await mkdtemp(join(tmpdir(), 'outcrop-picture-'));
  try {
    const [small, warped, picture] = ['small.tif', 'warped.tif', 'picture.png'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    const grey = kind === 'grid' ? ['-ot', 'Byte', '-scale', '-a_nodata', 'none'] : [];
    await gdal('gdal_translate', ['-q', '-outsize', String(widthPixels * 2), '0', ...grey, path, small]);
    const warp = ['-q', '-t_srs', 'EPSG:3857', '-r', 'average', '-dstalpha', '-overwrite', '-co', 'TFW=YES'];
    await gdal('gdalwarp', [...warp, '-ts', '64', '0', small, warped]);
    const envelope = withinMercator(await readEnvelope(folder, warped));
    await gdal('gdalwarp', [
      ...warp,
      '-ts',
      ...pixelsOf(envelope),
      '-te',
      ...envelope.map(String),
      small,
      warped,
    ]);
    await gdal('gdal_translate', ['-q', '-of', 'PNG', warped, picture]);
    return { png: await readFile(picture), envelope };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function gdal(program: 'gdalwarp' | 'gdal_translate', args: readonly string[]): Promise<void> {
  const { isSuccess, errors } = await runBoundedGdal(program, args, bounds);
  if (!isSuccess)
    throw new EngineError('source-unavailable', `No picture: ${errors.split('\n').at(-1) ?? program}`);
}

/** From the world file and the header of the TIFF, as GDAL's other ways to say it differ between versions. */
async function readEnvelope(folder: string, tiff: string): Promise<RasterPicture['envelope']> {
  const picture = join(folder, 'size.png');
  await gdal('gdal_translate', ['-q', '-of', 'PNG', tiff, picture]);
  const header = await readFile(picture);
  const numbers = (await readFile(tiff.replace(/tif$/, 'tfw'), 'utf8')).trim().split(/\s+/).map(Number);
  const [width, , , height, x, y] = numbers as [number, number, number, number, number, number];
  const [columns, rows] = [header.readUInt32BE(16), header.readUInt32BE(20)];
  const [left, top] = [x - width / 2, y - height / 2];
  return [left, top + height * rows, left + width * columns, top];
}

/** Rasters of the whole earth reach the poles, where Web Mercator has no end. */
function withinMercator([minX, minY, maxX, maxY]: RasterPicture['envelope']): RasterPicture['envelope'] {
  return [
    Math.max(minX, -mercatorEdge),
    Math.max(minY, -mercatorEdge),
    Math.min(maxX, mercatorEdge),
    Math.min(maxY, mercatorEdge),
  ];
}

function pixelsOf([minX, minY, maxX, maxY]: RasterPicture['envelope']): [string, string] {
  const scale = widthPixels / Math.max(maxX - minX, maxY - minY);
  return [maxX - minX, maxY - minY].map((size) => String(Math.max(1, Math.round(size * scale)))) as [
    string,
    string,
  ];
}
