import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EngineError } from '../engine-error.ts';
import type { GdalProgram } from '../gdal/gdal-command.ts';
import { runGdal } from '../gdal/run-gdal.ts';
import { sourceDrivers, workDrivers } from '../raster/raster-drivers.ts';
import { isPaletted, type RasterTile } from '../raster/raster-tile.ts';
import { surveyRasterHere } from '../raster/survey-raster.ts';
import { unusedValue } from '../raster/voids.ts';
import { mixtureText } from '../raster/vrt-mixture.ts';
import type { RasterFile, RasterKind } from '../source/layer.ts';
import { previewBounds } from './preview-bounds.ts';

/** A picture of a raster for a map in Web Mercator. */
export interface RasterPicture {
  readonly png: Uint8Array;
  /** Web Mercator metres: minX, minY, maxX, maxY. */
  readonly envelope: readonly [number, number, number, number];
}

const bounds = { ...previewBounds, timeoutMs: 60_000, failureCode: 'source-unavailable' } as const;
const drivers = [...sourceDrivers, ...workDrivers, 'PNG'];
const widthPixels = 1024;
const mercatorEdge = 20_037_508.34;

/**
 * Makes a small picture of a raster layer, its tiles side by side: reads its overview or every n-th pixel, scales values
 * of grids to grey.
 *
 * @throws EngineError `source-unavailable` | `source-corrupt` | `gdal-missing`; `gdal-hung` where it takes too long.
 */
export async function pictureRaster(source: RasterFile, cacheFolder: string): Promise<RasterPicture> {
  const { tiles } = await surveyRasterHere(source, cacheFolder);
  const [first] = tiles;
  if (first === undefined) throw new Error('a survey without tiles');
  const other = tiles.find(({ crs }) => crs !== first.crs);
  if (other !== undefined) {
    const detail = `${source.path} has tiles in several CRSs, ${first.crs} and ${other.crs}: it is no one picture.`;
    throw new EngineError('source-unavailable', detail);
  }
  const mixture = tiles.find((tile) => tile.mixture !== undefined)?.mixture;
  if (mixture !== undefined) {
    throw new EngineError('source-unavailable', `${source.path} ${mixtureText(mixture)}`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'outcrop-picture-'));
  try {
    const [small, warped, picture] = ['small.tif', 'warped.tif', 'picture.png'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    const whole = tiles.length === 1 ? first.path : await joinTiles(tiles, { folder, kind: source.kind });
    const colours = source.kind === 'grid' ? greys : isPaletted(first) ? ['-expand', 'rgba'] : [];
    const place = first.crs === null ? [] : ['-a_srs', first.crs];
    const size = ['-outsize', String(widthPixels * 2), '0'];
    await gdal('gdal_translate', ['-q', ...size, ...colours, ...place, whole, small]);
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

/** Values of the first band from black to white; voids are transparent. */
const greys = '-b 1 -b mask -co ALPHA=YES -ot Byte -scale_1 -a_nodata none'.split(' ');

/** One VRT of tiles of one CRS; returns its path. What lies between tiles is void. */
async function joinTiles(
  tiles: readonly RasterTile[],
  { folder, kind }: { folder: string; kind: RasterKind },
): Promise<string> {
  const [list, path] = [join(folder, 'tiles.txt'), join(folder, 'tiles.vrt')];
  const [first] = tiles as [RasterTile];
  await writeFile(list, tiles.map((tile) => `${tile.path}\n`).join(''));
  // The CRS of all is the same, whatever words it is said in.
  const flags = ['-q', '-allow_projection_difference', ...gapFlags(first, kind)];
  await gdal('gdalbuildvrt', [...flags, '-input_file_list', list, path]);
  return path;
}

/** What makes the gaps between tiles void, where these do not say themselves what is: alpha, of pictures, or a value. */
function gapFlags(tile: RasterTile, kind: RasterKind): string[] {
  const [band] = tile.bands;
  if (band?.mask !== 'none') return [];
  const canHaveAlpha = kind !== 'grid' && band.type === 'Byte' && !isPaletted(tile);
  return canHaveAlpha ? ['-addalpha'] : ['-vrtnodata', unusedValue([tile], kind)];
}

async function gdal(program: GdalProgram, args: readonly string[]): Promise<void> {
  await runGdal({ program, args, drivers }, bounds);
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
  // A part of a pixel at the far edges is left out by GDAL: of the whole earth, a strip beside 180 degrees.
  return [left, top + height * (rows + 1), left + width * (columns + 1), top];
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
