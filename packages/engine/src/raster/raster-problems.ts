import { findFormat, formatLabel, type Reason } from '@outcrop/contract';

import { findCrs } from '../crs/crs.ts';
import { formatMaxBytes } from './format-limit.ts';
import type { RasterFormat } from './raster-formats.ts';
import { isPaletted, type RasterTile, valueBands } from './raster-tile.ts';
import type { RasterWish } from './raster-wish.ts';
import { mixtureText } from './vrt-mixture.ts';

/** How many names of tiles a message lists. */
const maxNames = 20;

/** The tiles that are asked for, or why there are none such. */
export function selectTiles({ title, survey, options }: RasterWish): readonly RasterTile[] | Reason {
  const { tiles } = options;
  if (tiles === undefined) return survey.tiles;
  const wanted = new Set(tiles.map((name) => name.toLowerCase()));
  const selected = survey.tiles.filter(({ name }) => wanted.has(name.toLowerCase()));
  const known = new Set(selected.map(({ name }) => name.toLowerCase()));
  const unknown = tiles.find((name) => !known.has(name.toLowerCase()));
  if (unknown === undefined && selected.length > 0) return selected;
  const names = survey.tiles.slice(0, maxNames).map(({ name }) => name);
  const more = survey.tiles.length > maxNames ? `, and ${survey.tiles.length - maxNames} more` : '';
  const what = unknown === undefined ? 'no tile was named' : `there is no tile ${JSON.stringify(unknown)}`;
  return { code: 'invalid-option', detail: `${title}: ${what}. Its tiles are ${names.join(', ')}${more}.` };
}

/** What is wrong with tiles as such: without a place, or in several CRSs. */
export function sourceProblem(title: string, tiles: readonly RasterTile[]): Reason | null {
  const lost = tiles.find(({ transform }) => transform === null);
  if (lost !== undefined) {
    const detail = `${title}: ${lost.name} does not say where it lies. Give it a world file, or warp it with gdalwarp if it has control points.`;
    return { code: 'source-unavailable', detail };
  }
  const mixed = tiles.find(({ mixture }) => mixture !== undefined);
  if (mixed?.mixture !== undefined) {
    return { code: 'source-unavailable', detail: `${title}: ${mixed.name} ${mixtureText(mixed.mixture)}` };
  }
  const nowhere = tiles.find(({ crs }) => crs === null);
  if (nowhere !== undefined) {
    const what =
      nowhere.crsDigest === null ? 'does not say in which CRS it is' : 'is in a CRS without an EPSG code';
    const detail = `${title}: ${nowhere.name} ${what}. Add \`crs: EPSG:n\` to the layer in outcrop.yaml, or a .prj file.`;
    return { code: 'invalid-crs', detail };
  }
  const odd = tiles.find(({ bands }) =>
    bands.slice(0, -1).some(({ interpretation }) => interpretation === 'Alpha'),
  );
  if (odd !== undefined) {
    const detail = `${title}: ${odd.name} has bands behind its alpha band. Put alpha last: \`gdal_translate -b ...\`.`;
    return { code: 'source-unavailable', detail };
  }
  return crsProblem(title, tiles);
}

/** What is wrong with the CRSs of tiles: they have several, or one that cannot be used. */
function crsProblem(title: string, tiles: readonly RasterTile[]): Reason | null {
  const [first] = tiles;
  const other = tiles.find(({ crs }) => crs !== first?.crs);
  if (other !== undefined) {
    const detail = `${title}: its tiles are in several CRSs: ${first?.name} in ${first?.crs}, ${other.name} in ${other.crs}. Put them in folders of their own.`;
    return { code: 'source-unavailable', detail };
  }
  if (first?.crs != null && findCrs(first.crs) !== null) return null;
  return { code: 'invalid-crs', detail: `${title} is in ${first?.crs}, which cannot be converted.` };
}

/** Whether a format cannot hold the values of some tiles as they are, but could as bytes. */
export function needsScaling(tiles: readonly RasterTile[], { types }: RasterFormat): boolean {
  return (
    types !== undefined && tiles.some((tile) => valueBands(tile).some(({ type }) => !types.includes(type)))
  );
}

/** Why a format cannot hold the values of the tiles; null where it can. */
export function formatProblem(
  wish: RasterWish,
  tiles: readonly RasterTile[],
  format: RasterFormat,
): Reason | null {
  const label = labelOf(wish);
  const bands = tiles.map((tile) => (isPaletted(tile) && !format.keepsPalette ? 3 : valueBands(tile).length));
  const wrong = bands.find((count) => format.valueBands?.includes(count) === false);
  if (wrong !== undefined) {
    const detail = `${label} holds rasters of ${format.valueBands?.join(' or ')} bands; ${wish.title} has ${wrong}. Choose another format, such as GeoTIFF.`;
    return { code: 'invalid-format', detail };
  }
  const mayScale = format.isPicture === true || wish.options.scaleToBytes === true;
  if (!needsScaling(tiles, format) || (mayScale && format.types?.includes('Byte') === true)) return null;
  const types = [...new Set(tiles.flatMap((tile) => valueBands(tile).map(({ type }) => type)))];
  const remedy = format.types?.includes('Byte') === true ? ', or set scale_to_bytes on the item' : '';
  const detail = `${label} holds values of the types ${format.types?.join(', ')}; ${wish.title} has ${types.join(', ')}. Choose another format, such as GeoTIFF${remedy}.`;
  return { code: 'invalid-format', detail };
}

/** Pictures with too many pixels on a side for their format. */
export function sizeProblem(
  wish: RasterWish,
  format: RasterFormat,
  sizes: readonly { readonly width: number; readonly height: number }[],
): Reason | null {
  const { maxSide = Infinity } = format;
  const largest = Math.max(...sizes.map(({ width, height }) => Math.max(width, height)));
  if (largest <= maxSide) return null;
  return {
    code: 'too-large-for-format',
    detail: `${labelOf(wish)} holds ${maxSide} pixels on a side; ${wish.title} would have ${largest}. Choose a smaller area, a larger raster_resolution_multiplier, or another format.`,
    limit: maxSide,
    value: largest,
  };
}

/** Files with more bytes than their format may have. */
export function limitProblem(wish: RasterWish, bytes: number): Reason | null {
  const limit = formatMaxBytes(wish.mimetype, wish.kind);
  if (limit === null || bytes <= limit) return null;
  const [about, allowed] = [bytes, limit].map((value) => `${(value / 1e6).toPrecision(3)} MB`);
  return {
    code: 'too-large-for-format',
    detail: `${wish.title} would be about ${about}; ${labelOf(wish)} files may have ${allowed}. Choose a smaller area, a larger raster_resolution_multiplier, or another format.`,
    limit,
    value: bytes,
  };
}

/** The name of the wish's format for people. */
function labelOf({ mimetype, kind }: RasterWish): string {
  const format = findFormat(mimetype);
  return format === undefined ? mimetype : formatLabel(format, kind);
}
