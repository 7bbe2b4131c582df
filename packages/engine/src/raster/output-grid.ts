import type { CoordinateOperation } from '../crs/coordinate-operation.ts';
import type { Crs } from '../crs/crs.ts';
import { EngineError } from '../engine-error.ts';
import type { Envelope } from '../features/geometry-array.ts';
import type { GdalCommand } from '../gdal/gdal-command.ts';
import { runGdal } from '../gdal/run-gdal.ts';
import {
  envelopeOfPoints,
  type GeoTransform,
  gridEnvelope,
  isAxisAligned,
  type PixelGrid,
  toMap,
  toPixel,
  windowAround,
  type PixelWindow,
} from './pixel-grid.ts';
import { gridOf, type RasterTile } from './raster-tile.ts';
import { workDrivers } from './raster-drivers.ts';

/** Positions on each side of an outline that are projected to find where it comes to lie. */
const pointsOnSide = 32;
/** Pixels of one tile may be off another's grid by so much of a pixel. */
const alignmentTolerance = 0.02;

/** A grid with the pixels of the first tile that covers all of them. */
export function unionGrid(tiles: readonly RasterTile[]): PixelGrid {
  const [first] = tiles.map(gridOf);
  if (first === undefined) throw new Error('no tiles');
  if (tiles.length === 1) return first;
  const [, dx, , , , dy] = northUp(first).transform;
  const boxes = tiles.map((tile) => gridEnvelope(gridOf(tile)));
  const [minX, minY, maxX, maxY] = envelopeOfPoints(
    boxes.flatMap((box): [number, number][] => [
      [box[0], box[1]],
      [box[2], box[3]],
    ]),
  );
  return {
    transform: [dx > 0 ? minX : maxX, dx, 0, dy > 0 ? minY : maxY, 0, dy],
    width: Math.max(1, Math.round((maxX - minX) / Math.abs(dx))),
    height: Math.max(1, Math.round((maxY - minY) / Math.abs(dy))),
  };
}

function northUp(grid: PixelGrid): PixelGrid {
  if (isAxisAligned(grid)) return grid;
  const [x, dx, rx, y, ry, dy] = grid.transform;
  return { ...grid, transform: [x, Math.hypot(dx, ry), 0, y, 0, -Math.hypot(rx, dy)] };
}

/** The first tile whose pixels do not lie on the grid of the others; null where all do. */
export function misalignedTile(tiles: readonly RasterTile[], grid: PixelGrid): RasterTile | null {
  const found = tiles.find((tile) => {
    const own = gridOf(tile);
    const [column, row] = toPixel(grid, own.transform[0], own.transform[3]);
    const isSameSize = [1, 2, 4, 5].every((index) => {
      const [a, b] = [own.transform[index]!, grid.transform[index]!];
      return (
        Math.abs(a - b) * Math.max(own.width, own.height) <= alignmentTolerance * Math.abs(grid.transform[1])
      );
    });
    const isOnGrid = [column, row].every(
      (value) => Math.abs(value - Math.round(value)) <= alignmentTolerance,
    );
    return !isSameSize || !isOnGrid;
  });
  return found ?? null;
}

/** The command that finds the grid GDAL would warp a raster to. It opens nothing but the description in its argument. */
function suggestGridCommand(source: PixelGrid, { from, to }: { from: string; to: string }): GdalCommand {
  const description =
    `<VRTDataset rasterXSize="${source.width}" rasterYSize="${source.height}"><SRS>${from}</SRS>` +
    `<GeoTransform>${source.transform.join(',')}</GeoTransform><VRTRasterBand dataType="Byte" band="1"/></VRTDataset>`;
  return {
    program: 'gdalwarp',
    args: ['-q', '-of', 'VRT', '-t_srs', to, description, '/vsistdout/'],
    drivers: workDrivers,
  };
}

/**
 * The grid of the outputs where pixels are resampled: of the size that GDAL suggests for the whole layer, so that the
 * tiles of an export, and exports of several regions, fit together without gaps.
 *
 * @param multiplier how many times larger the pixels shall be
 * @throws EngineError `crs-operation` where the layer has no place in the target
 */
export async function outputGrid(
  source: PixelGrid,
  { from, to, multiplier }: { from: Crs; to: Crs; multiplier: number },
): Promise<PixelGrid> {
  const isSame = from.code === to.code && isAxisAligned(source);
  const grid = isSame ? source : await suggestedGrid(source, { from, to });
  const [x, dx, , y, , dy] = grid.transform;
  return {
    transform: [x, dx * multiplier, 0, y, 0, dy * multiplier],
    width: Math.max(1, Math.ceil(grid.width / multiplier - 1e-9)),
    height: Math.max(1, Math.ceil(grid.height / multiplier - 1e-9)),
  };
}

async function suggestedGrid(source: PixelGrid, { from, to }: { from: Crs; to: Crs }): Promise<PixelGrid> {
  const command = suggestGridCommand(source, { from: from.code, to: to.code });
  const { stdout } = await runGdal(command, { failureCode: 'crs-operation', toleratesErrors: true });
  const size = /rasterXSize="(\d+)" rasterYSize="(\d+)"/.exec(stdout);
  const transform = /<GeoTransform>([^<]+)</.exec(stdout)?.[1]?.split(',').map(Number);
  if (size === null || transform?.length !== 6) {
    throw new EngineError('crs-operation', `GDAL finds no place in ${to.code} for a raster in ${from.code}.`);
  }
  return { transform: transform as unknown as GeoTransform, width: Number(size[1]), height: Number(size[2]) };
}

/** Pixels by which a position is moved to see how large a pixel is somewhere. */
const probePixels = 8;

/**
 * A grid for a part of a layer that has no sensible place in the target as a whole, such as a picture of the world in
 * the CRS of a country: with the size that pixels have in the middle of the part.
 *
 * @param envelope the part, in the target
 * @throws EngineError `crs-operation` where its middle has no place in the source
 */
export async function localGrid(
  source: PixelGrid,
  envelope: Envelope,
  {
    toSource,
    toTarget,
    multiplier,
  }: { toSource: CoordinateOperation; toTarget: CoordinateOperation; multiplier: number },
): Promise<PixelGrid> {
  const middle = Float64Array.of((envelope[0] + envelope[2]) / 2, (envelope[1] + envelope[3]) / 2);
  await toSource.transform({ coordinates: middle, stride: 2, count: 1 });
  const [column, row] = toPixel(source, middle[0]!, middle[1]!);
  const around = [
    toMap(source, column, row),
    toMap(source, column + probePixels, row),
    toMap(source, column, row + probePixels),
  ];
  const probes = Float64Array.from(around.flat());
  await toTarget.transform({ coordinates: probes, stride: 2, count: 3 });
  const [x, y, rightX, rightY, downX, downY] = probes as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const area = Math.abs((rightX - x) * (downY - y) - (rightY - y) * (downX - x));
  const size = (Math.sqrt(area) / probePixels) * multiplier;
  if (!Number.isFinite(size) || size <= 0) {
    throw new EngineError(
      'crs-operation',
      `A raster in ${toTarget.from.code} has no place in ${toTarget.to.code} here.`,
    );
  }
  const [left, top] = [Math.floor(envelope[0] / size) * size, Math.ceil(envelope[3] / size) * size];
  return {
    transform: [left, size, 0, top, 0, -size],
    width: Math.max(1, Math.ceil((envelope[2] - left) / size)),
    height: Math.max(1, Math.ceil((top - envelope[1]) / size)),
  };
}

/** The envelope in another CRS of rings in one; null where no part of them has a place there. */
export async function projectRings(
  rings: readonly (readonly (readonly number[])[])[],
  operation: CoordinateOperation,
): Promise<Envelope | null> {
  const points = rings.flatMap(withPointsBetween);
  const coordinates = Float64Array.from(points.flat());
  await operation.transform({ coordinates, stride: 2, count: points.length });
  const placed: [number, number][] = [];
  for (let k = 0; k < coordinates.length; k += 2) {
    const [x, y] = [coordinates[k]!, coordinates[k + 1]!];
    if (Number.isFinite(x) && Number.isFinite(y)) placed.push([x, y]);
  }
  return placed.length < 3 ? null : envelopeOfPoints(placed);
}

function withPointsBetween(ring: readonly (readonly number[])[]): [number, number][] {
  return ring.slice(1).flatMap(([x, y], index) => {
    const [fromX, fromY] = ring[index]!;
    return Array.from({ length: pointsOnSide }, (_, step): [number, number] => {
      const share = step / pointsOnSide;
      return [fromX! + (x! - fromX!) * share, fromY! + (y! - fromY!) * share];
    });
  });
}

/** The pixels of an output grid that a map envelope touches. */
export function windowOfEnvelope(grid: PixelGrid, [minX, minY, maxX, maxY]: Envelope): PixelWindow | null {
  const [ax, ay] = toPixel(grid, minX, minY);
  const [bx, by] = toPixel(grid, maxX, maxY);
  return windowAround(grid, [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)]);
}
