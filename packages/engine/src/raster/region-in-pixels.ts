import type { Geos } from '../crop/geos.ts';
import { envelopeOf, polygonsToWkb, type Polygons, wkbToPolygons } from '../crop/polygon-wkb.ts';
import type { Envelope } from '../features/geometry-array.ts';
import {
  gridEnvelope,
  isAxisAligned,
  type PixelGrid,
  type PixelWindow,
  toPixel,
  windowOfCentres,
} from './pixel-grid.ts';

/** What of a raster a region takes. */
export interface PixelCut {
  readonly window: PixelWindow;
  /**
   * The region in columns and rows of the grid, not of the window; null where it takes every pixel of the window. A pixel
   * is taken where its centre is inside.
   */
  readonly mask: Polygons | null;
}

/** A region in the CRS of a grid. */
export interface RegionWkb {
  readonly wkb: Uint8Array;
  readonly envelope: Envelope;
}

/** A region whose outline is this close to that of a rectangle, in pixels, is one. */
const tolerance = 0.02;

/**
 * Finds the pixels of a grid that a region takes: those whose centres are inside. Null where there is none.
 *
 * @param region in the CRS of the grid
 */
export function cutGrid(geos: Geos, grid: PixelGrid, region: RegionWkb): PixelCut | null {
  if (!meet(region.envelope, gridEnvelope(grid))) return null;
  const polygons = regionInPixels(geos, grid, region.wkb);
  if (polygons.length === 0) return null;
  const box = envelopeOf(polygons);
  const window = windowOfCentres(grid, box);
  if (window === null) return null;
  if (isRectangle(polygons, box)) return { window, mask: null };
  return hasCentre(polygons, window) ? { window, mask: polygons } : null;
}

/**
 * Whether polygons are their box: one ring along its sides that has all of its corners. The straight lines of one CRS
 * are curves in another, if only by a thousandth of a pixel.
 */
function isRectangle(polygons: Polygons, [left, top, right, bottom]: Envelope): boolean {
  const [polygon] = polygons;
  if (polygons.length !== 1 || polygon?.length !== 1) return false;
  const ring = polygon[0] as readonly (readonly [number, number])[];
  const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= tolerance;
  const isAlong = ring.every(
    ([x, y]) => isNear(x, left) || isNear(x, right) || isNear(y, top) || isNear(y, bottom),
  );
  const hasCorner = (cornerX: number, cornerY: number): boolean =>
    ring.some(([x, y]) => isNear(x, cornerX) && isNear(y, cornerY));
  const hasCorners = [left, right].every((x) => hasCorner(x, top) && hasCorner(x, bottom));
  const missing = (right - left) * (bottom - top) - areaOf(polygons);
  return isAlong && hasCorners && missing <= tolerance * 2 * (right - left + bottom - top);
}

/** Whether two envelopes have an area in common. */
export function meet(a: Envelope, b: Envelope): boolean {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

/** The part of a region that lies in a grid, in columns and rows. */
function regionInPixels(geos: Geos, grid: PixelGrid, wkb: Uint8Array): Polygons {
  // Of a rotated grid, the whole region is turned first; a box of the map would take too much.
  if (!isAxisAligned(grid)) {
    const turned = polygonsToWkb(inPixels(grid, wkbToPolygons(wkb)));
    return clip(geos, turned, [0, 0, grid.width, grid.height]);
  }
  return inPixels(grid, clip(geos, wkb, gridEnvelope(grid)));
}

function inPixels(grid: PixelGrid, polygons: Polygons): Polygons {
  return polygons.map((polygon) => polygon.map((ring) => ring.map(([x, y]) => toPixel(grid, x!, y!))));
}

/** What of polygons lies in a box. */
export function clip(geos: Geos, wkb: Uint8Array, box: Envelope): Polygons {
  const geometry = geos.read(wkb);
  if (geometry === null) throw geos.failure('of the extent cannot be read');
  const clipped = geos.clipByRectangle(geometry, box);
  geos.destroy(geometry);
  if (clipped === null) throw geos.failure('of the extent cannot be cut to a tile');
  const polygons = wkbToPolygons(geos.write(clipped));
  geos.destroy(clipped);
  return polygons;
}

/** The area of polygons, holes taken off. */
export function areaOf(polygons: Polygons): number {
  let area = 0;
  for (const polygon of polygons) {
    for (const [index, ring] of polygon.entries()) area += (index === 0 ? 1 : -1) * Math.abs(ringArea(ring));
  }
  return area;
}

function ringArea(ring: readonly (readonly number[])[]): number {
  const [x0, y0] = ring[0] ?? [0, 0];
  let doubled = 0;
  for (let k = 1; k < ring.length; k++) {
    const [[ax, ay], [bx, by]] = [ring[k - 1]!, ring[k]!];
    doubled += (ax! - x0!) * (by! - y0!) - (bx! - x0!) * (ay! - y0!);
  }
  return doubled / 2;
}

/** Whether any pixel of a window has its centre inside the polygons. */
function hasCentre(polygons: Polygons, { y, height }: PixelWindow): boolean {
  for (let row = y; row < y + height; row++) {
    const crossings = crossingsOf(polygons, row + 0.5);
    for (let k = 0; k + 1 < crossings.length; k += 2) {
      if (Math.ceil(crossings[k]! - 0.5) < Math.ceil(crossings[k + 1]! - 0.5)) return true;
    }
  }
  return false;
}

/** Where the outlines cross a horizontal line, from left to right. */
function crossingsOf(polygons: Polygons, y: number): number[] {
  const crossings: number[] = [];
  for (const ring of polygons.flat()) {
    for (let k = 1; k < ring.length; k++) {
      const [[ax, ay], [bx, by]] = [ring[k - 1]!, ring[k]!];
      if (ay! <= y === by! <= y) continue;
      crossings.push(ax! + ((y - ay!) / (by! - ay!)) * (bx! - ax!));
    }
  }
  return crossings.sort((a, b) => a - b);
}
