import type { Envelope } from '../features/geometry-array.ts';

/** GDAL's six numbers: x of the origin, x per column, x per row, y of the origin, y per column, y per row. */
export type GeoTransform = readonly [number, number, number, number, number, number];

/** Where the pixels of a raster are. */
export interface PixelGrid {
  readonly transform: GeoTransform;
  readonly width: number;
  readonly height: number;
}

/** Whole pixels of a grid: columns from `x`, rows from `y`. */
export interface PixelWindow {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A hundred-thousandth of a pixel: what is this close to a pixel's edge is on it. */
const snap = 1e-5;

/** All pixels of a grid. */
export function wholeWindow({ width, height }: Pick<PixelGrid, 'width' | 'height'>): PixelWindow {
  return { x: 0, y: 0, width, height };
}

/** The smallest window around several; one or more. */
export function unionWindow(windows: readonly PixelWindow[]): PixelWindow {
  const x = Math.min(...windows.map((window) => window.x));
  const y = Math.min(...windows.map((window) => window.y));
  const right = Math.max(...windows.map((window) => window.x + window.width));
  const bottom = Math.max(...windows.map((window) => window.y + window.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** Whether rows run east and columns north or south: without rotation and shear. */
export function isAxisAligned({ transform }: Pick<PixelGrid, 'transform'>): boolean {
  return transform[2] === 0 && transform[4] === 0;
}

/** A position in columns and rows (fractions of pixels, from the outer corner of the first one) in map coordinates. */
export function toMap(
  { transform: [x, dx, rx, y, ry, dy] }: Pick<PixelGrid, 'transform'>,
  column: number,
  row: number,
): [number, number] {
  return [x + column * dx + row * rx, y + column * ry + row * dy];
}

/** A map position in columns and rows. */
export function toPixel(
  { transform: [x0, dx, rx, y0, ry, dy] }: Pick<PixelGrid, 'transform'>,
  x: number,
  y: number,
): [number, number] {
  const determinant = dx * dy - rx * ry;
  const [u, v] = [x - x0, y - y0];
  return [(u * dy - v * rx) / determinant, (v * dx - u * ry) / determinant];
}

/** The corners of a window in map coordinates, in order around it, the first one again at the end. */
export function footprint(grid: PixelGrid, { x, y, width, height } = wholeWindow(grid)): [number, number][] {
  const corners = [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
    [x, y],
  ] as const;
  return corners.map(([column, row]) => toMap(grid, column, row));
}

/** The map envelope of a grid. */
export function gridEnvelope(grid: PixelGrid): Envelope {
  return envelopeOfPoints(footprint(grid));
}

/** The envelope of positions. */
export function envelopeOfPoints(points: readonly (readonly [number, number])[]): Envelope {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    minX = Math.min(minX, x);
    minY = Math.min(minY, y);
    maxX = Math.max(maxX, x);
    maxY = Math.max(maxY, y);
  }
  return [minX, minY, maxX, maxY];
}

/** The grid of a window alone. */
export function windowGrid(grid: PixelGrid, { x, y, width, height }: PixelWindow): PixelGrid {
  const [, dx, rx, , ry, dy] = grid.transform;
  const [mapX, mapY] = toMap(grid, x, y);
  return { transform: [mapX, dx, rx, mapY, ry, dy], width, height };
}

/**
 * The pixels whose centres lie in a rectangle of fractional columns and rows; null where there is none. A centre on the
 * left or upper edge is inside, on the right or lower one it is not, so that rectangles side by side share no pixel.
 */
export function windowOfCentres(
  grid: Pick<PixelGrid, 'width' | 'height'>,
  [left, top, right, bottom]: Envelope,
): PixelWindow | null {
  const x = Math.max(Math.ceil(left - 0.5 - snap), 0);
  const y = Math.max(Math.ceil(top - 0.5 - snap), 0);
  const width = Math.min(Math.ceil(right - 0.5 - snap), grid.width) - x;
  const height = Math.min(Math.ceil(bottom - 0.5 - snap), grid.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

/** The pixels that a rectangle of fractional columns and rows touches; null where it lies beside the grid. */
export function windowAround(
  grid: Pick<PixelGrid, 'width' | 'height'>,
  [left, top, right, bottom]: Envelope,
): PixelWindow | null {
  const x = Math.max(Math.floor(left + snap), 0);
  const y = Math.max(Math.floor(top + snap), 0);
  const width = Math.min(Math.ceil(right - snap), grid.width) - x;
  const height = Math.min(Math.ceil(bottom - snap), grid.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}
