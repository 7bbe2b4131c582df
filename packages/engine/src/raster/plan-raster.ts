import type { Reason } from '@outcrop/contract';

import { flatToWkb } from '../crop/flat-polygons.ts';
import { Geos } from '../crop/geos.ts';
import { envelopeOf, type Polygons } from '../crop/polygon-wkb.ts';
import { type ProjectedRegion, projectRegion } from '../crop/project-region.ts';
import type { CoordinateOperations } from '../crs/coordinate-operation.ts';
import { type Crs, findCrs } from '../crs/crs.ts';
import { lonLatEnvelope, wgs84 } from '../crs/lon-lat-extent.ts';
import type { Envelope } from '../features/geometry-array.ts';
import type { Region } from '../plan/request.ts';
import { uniqueFileStems } from './file-stem.ts';
import { localGrid, outputGrid, projectRings, unionGrid, windowOfEnvelope } from './output-grid.ts';
import {
  footprint,
  gridEnvelope,
  isAxisAligned,
  type PixelGrid,
  windowGrid,
  wholeWindow,
} from './pixel-grid.ts';
import { findRasterFormat, type RasterFormat } from './raster-formats.ts';
import type { RasterPiece, RasterPlan, RasterRefusal } from './raster-plan.ts';
import { formatProblem, needsScaling, selectTiles, sizeProblem, sourceProblem } from './raster-problems.ts';
import { commonBox } from './raster-summary.ts';
import { mosaicProblem } from './mosaic-problem.ts';
import { gridOf, isPaletted, type RasterTile } from './raster-tile.ts';
import type { RasterWish } from './raster-wish.ts';
import { clip, cutGrid, meet, type PixelCut, type RegionWkb } from './region-in-pixels.ts';
import { chooseVoids } from './voids.ts';

/**
 * Plans what becomes of a raster layer: which tiles, which of their pixels, on which grid, and how the output says
 * which pixels are none. Or says why it cannot be done. The check and the run plan alike.
 *
 * @throws EngineError `crs-operation` | `gdal-missing`
 */
export async function planRaster(
  wish: RasterWish,
  operations: CoordinateOperations,
): Promise<RasterPlan | RasterRefusal> {
  const format = findRasterFormat(wish.mimetype);
  const target = findCrs(wish.crs);
  if (format === undefined || target === null)
    throw new Error(`no raster format ${wish.mimetype} in ${wish.crs}`);
  const tiles = selectTiles(wish);
  if ('code' in tiles) return refuse(tiles);
  const problem = sourceProblem(wish.title, tiles) ?? formatProblem(wish, tiles, format);
  if (problem !== null) return refuse(problem);
  const source = findCrs(tiles[0]!.crs!)!;
  const planner = new Planner({ wish, tiles, format, source, target, operations });
  const pieces = planner.copies ? await planner.copiedPieces() : await planner.warpedPieces();
  return 'reasons' in pieces ? pieces : planner.finish(pieces);
}

interface PlannerParts {
  readonly wish: RasterWish;
  readonly tiles: readonly RasterTile[];
  readonly format: RasterFormat;
  readonly source: Crs;
  readonly target: Crs;
  readonly operations: CoordinateOperations;
}

/** The region as the pieces meet it; null region: everything is wanted. */
interface Cutter {
  readonly geos: Geos;
  readonly region: RegionWkb | null;
}

class Planner {
  readonly #parts: PlannerParts;
  readonly #multiplier: number;
  #projected: ProjectedRegion | null = null;

  constructor(parts: PlannerParts) {
    this.#parts = parts;
    this.#multiplier = parts.wish.options.resolutionMultiplier ?? 1;
  }

  /** Whether pixels stay as they are: same CRS, same size, and no rotation that the format could not tell. */
  get copies(): boolean {
    const { tiles, format, source, target } = this.#parts;
    const isTellable = format.keepsRotation || tiles.every((tile) => isAxisAligned(gridOf(tile)));
    return source.code === target.code && this.#multiplier === 1 && isTellable;
  }

  async copiedPieces(): Promise<RasterPiece[] | RasterRefusal> {
    const { wish, tiles, source } = this.#parts;
    if (wish.mosaic && tiles.length > 1) return this.#mosaic();
    const cutter = await this.#cutterFor(source);
    if ('reasons' in cutter) return cutter;
    const cuts = tiles.flatMap((tile) => {
      const grid = gridOf(tile);
      const cut = cutWith(cutter, grid);
      return cut === null ? [] : [{ tiles: [tile], around: [tile], grid, cut }];
    });
    return named(cuts, wish.slug);
  }

  async #mosaic(): Promise<RasterPiece[] | RasterRefusal> {
    const { wish, tiles, source } = this.#parts;
    const grid = unionGrid(tiles);
    const problem = mosaicProblem(wish.title, tiles, grid);
    if (problem !== null) return refuse(problem);
    const cutter = await this.#cutterFor(source);
    if ('reasons' in cutter) return cutter;
    const cut = cutWith(cutter, grid);
    // A region in a gap between the tiles meets the grid, but no tile.
    const met = tiles.filter((tile) => cutWith(cutter, gridOf(tile)) !== null);
    return cut === null || met.length === 0 ? [] : [{ name: wish.slug, tiles: met, around: met, grid, cut }];
  }

  async warpedPieces(): Promise<RasterPiece[] | RasterRefusal> {
    const { wish, tiles, source, target, operations } = this.#parts;
    const isMosaic = wish.mosaic && tiles.length > 1;
    const union = unionGrid(tiles);
    const problem = isMosaic ? mosaicProblem(wish.title, tiles, union) : await this.#seamProblem();
    if (problem !== null) return refuse(problem);
    const cutter = await this.#cutterFor(target);
    const inSource = await this.#cutterFor(source);
    if ('reasons' in cutter) return cutter;
    if ('reasons' in inSource) return inSource;
    const grid = await this.#gridOver(union, cutter);
    const operation = await operations.choose(source, target, commonBox(tiles));
    const neighbours = neighbourhood(tiles, union);
    const cuts: Omit<RasterPiece, 'name'>[] = [];
    for (const tile of tiles) {
      const rings = wantedRings(inSource, gridOf(tile));
      const envelope = rings === null ? null : await projectRings(rings, operation);
      const cut =
        envelope === null
          ? null
          : cutAround(cutter, {
              grid,
              envelope: tiles.length === 1 && cutter.region === null ? gridEnvelope(grid) : envelope,
            });
      if (cut !== null) cuts.push({ tiles: [tile], around: neighbours(tile), grid, cut });
    }
    if (!isMosaic || cuts.length === 0) return named(cuts, wish.slug);
    const cut = cutWith(cutter, grid);
    const met = cuts.flatMap((one) => one.tiles);
    return cut === null ? [] : [{ name: wish.slug, tiles: met, around: met, grid, cut }];
  }

  /** The output's grid: the layer's where the layer as a whole has a place in the target, else the region's own. */
  async #gridOver(union: PixelGrid, { region }: Cutter): Promise<PixelGrid> {
    const { source, target, operations } = this.#parts;
    const multiplier = this.#multiplier;
    const isAtHome = isWithin(await this.#lonLat(), target.areaOfUse) || source.code === target.code;
    if (region === null || isAtHome) return outputGrid(union, { from: source, to: target, multiplier });
    const toTarget = await operations.choose(source, target, gridEnvelope(union));
    const toSource = await operations.choose(target, source, region.envelope);
    return localGrid(union, region.envelope, { toSource, toTarget, multiplier });
  }

  finish(pieces: readonly RasterPiece[]): RasterPlan | RasterRefusal {
    const { wish, tiles, format, source, target } = this.#parts;
    if (pieces.length === 0) {
      return refuse({ code: 'outside-extent', detail: `${wish.title} has no data inside the extent.` });
    }
    const problem = sizeProblem(
      wish,
      format,
      pieces.map(({ cut }) => cut.window),
    );
    if (problem !== null) return refuse(problem);
    const isNearest = wish.kind !== 'raster' || tiles.some(isPaletted);
    const makesVoids =
      !this.copies || pieces.some(({ cut, tiles: own }) => cut.mask !== null || own.length > 1);
    const used = pieces.flatMap((piece) => piece.tiles);
    return {
      source,
      target,
      resampling: this.copies ? null : isNearest ? 'near' : 'cubic',
      format,
      voids: chooseVoids(used, { format, kind: wish.kind, makesVoids }),
      expandsPalette: !format.keepsPalette && used.some(isPaletted),
      scalesToBytes: needsScaling(used, format),
      pieces: pieces.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      projected: this.#projected,
      tileCount: wish.survey.tiles.length,
    };
  }

  /** Brings the region to the CRS of the output. */
  async #cutterFor(crs: Crs): Promise<Cutter | RasterRefusal> {
    const geos = await Geos.load();
    const { region, title } = this.#parts.wish;
    if (region === null) return { geos, region: null };
    const lonLat = await this.#lonLat();
    const operation = await this.#parts.operations.choose(wgs84(), crs, lonLat);
    const projected = await projectRegion(geos, region, { crs, lonLat, operation });
    if (projected === null)
      return refuse({ code: 'outside-extent', detail: `${title} has no data inside the extent.` });
    if ('problem' in projected) return refuse({ code: 'invalid-extent', detail: projected.problem });
    this.#projected ??= projected;
    const { shape } = projected;
    return { geos, region: { wkb: flatToWkb(shape), envelope: shape.envelope } };
  }

  async #lonLat(): Promise<Envelope> {
    const { tiles, source, operations } = this.#parts;
    return lonLatEnvelope(source, commonBox(tiles)!, operations);
  }

  /** Pixels cannot be cut in two at the seam of the target's plane, as features can. */
  async #seamProblem(): Promise<Reason | null> {
    const { wish, source, target } = this.#parts;
    const lonLat = await this.#lonLat();
    const boxes = wish.region === null ? [lonLat] : boxesWithin(wish.region, lonLat);
    if (source.code === target.code || !boxes.some((box) => crossesSeam(box, target.centralMeridian)))
      return null;
    const seam = ((target.centralMeridian + 360) % 360) - 180;
    return {
      code: 'antimeridian-reprojection',
      detail: `${wish.title} crosses longitude ${seam === -180 ? 180 : seam}, where ${target.code} begins and ends: its pixels would lie at both ends. Choose ${source.code}, or an extent on one side.`,
    };
  }
}

function refuse(...reasons: readonly Reason[]): RasterRefusal {
  return { reasons };
}

function cutWith({ geos, region }: Cutter, grid: PixelGrid): PixelCut | null {
  return region === null ? { window: wholeWindow(grid), mask: null } : cutGrid(geos, grid, region);
}

/** What is wanted of a tile, as rings in its CRS; null where nothing is. */
function wantedRings({ geos, region }: Cutter, grid: PixelGrid): Polygons[number] | null {
  if (region === null) return [footprint(grid)];
  if (cutGrid(geos, grid, region) === null) return null;
  return clip(geos, region.wkb, gridEnvelope(grid)).flat();
}

/** What is wanted of an output grid, as far as a tile comes to lie in it. */
function cutAround(
  cutter: Cutter,
  { grid, envelope }: { grid: PixelGrid; envelope: Envelope },
): PixelCut | null {
  const around = windowOfEnvelope(grid, envelope);
  const cut = around === null ? null : cutWith(cutter, windowGrid(grid, around));
  if (around === null || cut === null) return null;
  const { window, mask } = cut;
  return {
    window: { ...window, x: window.x + around.x, y: window.y + around.y },
    mask: mask === null ? null : moved(mask, around),
  };
}

/** Degrees by which a layer may reach beyond where a CRS is meant to be used, and still have a place in it. */
const homeMargin = 10;

function isWithin([west, south, east, north]: Envelope, area: Crs['areaOfUse']): boolean {
  if (area === null) return true;
  const [left, bottom, right, top] = area;
  const width = right < left ? right - left + 360 : right - left;
  if (south < bottom - homeMargin || north > top + homeMargin) return false;
  if (width >= 359) return true;
  return [-360, 0, 360].some(
    (turn) => west + turn >= left - homeMargin && east + turn <= left + width + homeMargin,
  );
}

/** Pixels that resampling may take from beyond a tile's edge, in the source. */
const reachPixels = 16;

/** Finds the tiles around each, itself last, on top of them; none but itself where the tiles are not on one grid. */
function neighbourhood(tiles: readonly RasterTile[], union: PixelGrid): (tile: RasterTile) => RasterTile[] {
  if (tiles.length === 1 || mosaicProblem('', tiles, union) !== null) return (tile) => [tile];
  const boxes = new Map(tiles.map((tile) => [tile, gridEnvelope(gridOf(tile))]));
  const reach = Math.abs(union.transform[1]) * reachPixels;
  return (tile) => {
    const [minX, minY, maxX, maxY] = boxes.get(tile)!;
    const near: Envelope = [minX - reach, minY - reach, maxX + reach, maxY + reach];
    return [...tiles.filter((other) => other !== tile && meet(near, boxes.get(other)!)), tile];
  };
}

function moved(polygons: Polygons, { x, y }: { x: number; y: number }): Polygons {
  return polygons.map((polygon) => polygon.map((ring) => ring.map(([px, py]) => [px! + x, py! + y])));
}

function named(cuts: readonly Omit<RasterPiece, 'name'>[], slug: string): RasterPiece[] {
  const stems = uniqueFileStems(cuts.map(({ tiles }) => tiles[0]?.name ?? slug));
  return cuts.map((cut, index) => ({ ...cut, name: stems[index]! }));
}

/** The boxes of a region's polygons on the turn of the globe where the data are, cut to them. */
function boxesWithin(region: Region, [west, south, east, north]: Envelope): Envelope[] {
  return region.geometry.coordinates.flatMap((polygon) => {
    const [minX, minY, maxX, maxY] = envelopeOf([polygon]);
    return [-720, -360, 0, 360, 720].flatMap((turn): Envelope[] => {
      const box: Envelope = [
        Math.max(minX + turn, west),
        Math.max(minY, south),
        Math.min(maxX + turn, east),
        Math.min(maxY, north),
      ];
      return box[0] < box[2] && box[1] < box[3] ? [box] : [];
    });
  });
}

/** Data that only touch the seam do not cross it. */
const seamTolerance = 1e-6;

function crossesSeam([west, , east]: Envelope, meridian: number): boolean {
  const turn = (longitude: number): number => Math.floor((longitude - meridian + 180) / 360);
  return turn(west + seamTolerance) !== turn(east - seamTolerance);
}
