import type { ExtentGeometry } from '@outcrop/contract';

import { CoordinateOperations } from '../crs/coordinate-operation.ts';
import { findCrs } from '../crs/crs.ts';
import { extentPolygon, lonLatEnvelope } from '../crs/lon-lat-extent.ts';
import type { Envelope } from '../features/geometry-array.ts';
import type { RasterFile, RasterKind } from '../source/layer.ts';
import { gridEnvelope } from './pixel-grid.ts';
import { gridOf, isPaletted, type RasterTile, valueBands } from './raster-tile.ts';
import { surveyRasterHere } from './survey-raster.ts';

/** What a catalogue shows of a raster layer. */
export interface RasterSummary {
  /** What its first tile looks like: image, grid of values, or classes with an attribute table. */
  readonly kind: RasterKind;
  readonly crs: string | null;
  /** Whether all tiles have the CRS, the bands and the size of pixels of the first. */
  readonly isUniform: boolean;
  /** In the layer's CRS: minX, minY, maxX, maxY; null where no tile says where it lies, or they are in several CRSs. */
  readonly envelope: Envelope | null;
  /** EPSG:4326, longitudes beyond 180 where the data cross the antimeridian; null where unknown. */
  readonly extent: ExtentGeometry | null;
  /** Names of the tiles, in order. */
  readonly tiles: readonly string[];
  /** Size of a pixel in units of the CRS, of the first tile; null where it is unknown. */
  readonly resolution: number | null;
  readonly bands: readonly {
    readonly type: string;
    readonly interpretation: string;
    readonly nodata: string | null;
  }[];
}

/**
 * Describes a raster layer for a catalogue.
 *
 * @throws EngineError `source-unavailable` | `source-corrupt` | `gdal-missing`
 */
export async function summariseRaster(source: RasterFile, cacheFolder: string): Promise<RasterSummary> {
  const { tiles } = await surveyRasterHere(source, cacheFolder);
  const [first] = tiles;
  if (first === undefined) throw new Error('a survey without tiles');
  // Numbers of different CRSs have no envelope in common; such a layer cannot be exported either.
  const envelope = tiles.every((tile) => tile.crs === first.crs) ? commonBox(tiles) : null;
  const crs = first.crs === null ? null : findCrs(first.crs);
  const degrees =
    envelope === null || crs === null
      ? null
      : await lonLatEnvelope(crs, envelope, new CoordinateOperations());
  return {
    kind: kindOf(first),
    crs: first.crs,
    isUniform: tiles.every((tile) => likeness(tile) === likeness(first)),
    envelope,
    extent: degrees === null ? null : extentPolygon(degrees),
    tiles: tiles.map(({ name }) => name),
    resolution: first.transform === null ? null : Math.hypot(first.transform[1], first.transform[4]),
    bands: first.bands.map(({ type, interpretation, nodata }) => ({ type, interpretation, nodata })),
  };
}

/**
 * What a raster is for: classes with names and attributes, a grid of measured values, or a picture. A single band of
 * bytes is a picture in grey.
 */
function kindOf(tile: Pick<RasterTile, 'bands' | 'hasAttributeTable' | 'driver'>): RasterKind {
  if (tile.hasAttributeTable) return 'rat';
  const values = valueBands(tile);
  const isPicture = values.length > 1 || values[0]?.type === 'Byte' || isPaletted(tile);
  return isPicture && tile.driver !== 'AAIGrid' ? 'raster' : 'grid';
}

/** What tiles of one layer have in common. */
function likeness({ crs, bands, transform }: RasterTile): string {
  const size = [transform?.[1], transform?.[5]].map((pixel) => pixel?.toPrecision(5));
  return [crs, ...bands.map(({ type, interpretation }) => `${type} ${interpretation}`), ...size].join();
}

/** The envelope of all tiles that say where they lie. */
export function commonBox(tiles: readonly RasterTile[]): Envelope | null {
  const boxes = tiles.filter(({ transform }) => transform !== null).map((tile) => gridEnvelope(gridOf(tile)));
  if (boxes.length === 0) return null;
  return boxes.reduce((all, box) => [
    Math.min(all[0], box[0]),
    Math.min(all[1], box[1]),
    Math.max(all[2], box[2]),
    Math.max(all[3], box[3]),
  ]);
}
