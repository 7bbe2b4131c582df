import { type Envelope, meetingEnvelope } from '../features/geometry-array.ts';
import { type Crs, findCrs } from './crs.ts';
import { envelopeOfPlaced, gridOver } from './grid.ts';
import { createKernel } from './kernel.ts';

/** The area of use is grown by so much of itself on each side: data lie a little outside of it, and regions at sea. */
const margin = 0.1;
/** Parts of the root on a side: all of it first, as one comparison then serves every region. */
const divisions = [1, 4, 16] as const;
const edgeSize = 21;

/**
 * Larger areas that hold an area, the largest first: cells of a lattice over what both CRSs are made for, which overlap by half, so
 * that whatever is no larger than half a cell is inside of one. They depend on the CRSs and the area alone, and are the same
 * for areas near each other. None where the area is not where the CRSs are made for.
 *
 * @param area in the coordinates of `from`.
 */
export function areasAround(area: Envelope, { from, to }: { from: Crs; to: Crs }): Envelope[] {
  const middle = from.kind === 'geographic' ? (area[0] + area[2]) / 2 : from.centralMeridian;
  const shared = sharedUse(from, to, middle);
  const root = shared === null || from.kind === 'geographic' ? shared : projected(shared, from);
  return root === null ? [] : divisions.flatMap((parts) => cellAround(area, root, parts) ?? []);
}

function cellAround(area: Envelope, root: Envelope, parts: number): [Envelope] | null {
  const [west, east] = sideAround([area[0], area[2]], [root[0], root[2]], parts);
  const [south, north] = sideAround([area[1], area[3]], [root[1], root[3]], parts);
  const holds = west <= area[0] && south <= area[1] && east >= area[2] && north >= area[3];
  return holds ? [[west, south, east, north]] : null;
}

type Side = readonly [from: number, to: number];

function sideAround(area: Side, root: Side, parts: number): Side {
  const length = (root[1] - root[0]) / parts;
  const step = length / 2;
  const last = parts * 2 - 2;
  const place = Math.min(Math.max(Math.floor((area[0] - root[0]) / step), 0), last);
  const start = root[0] + place * step;
  return [start, start + length];
}

/** What both are made for, in degrees, on the turn of the globe that has a meridian in it; null where that is nothing. */
function sharedUse(from: Crs, to: Crs, middle: number): Envelope | null {
  const shared = meetingEnvelope(grownUse(from, middle), grownUse(to, middle));
  if (shared === null || isFlat(shared)) return null;
  const isAround = !Number.isFinite(shared[0]);
  const turn = 360 * Math.round(middle / 360);
  return isAround ? [turn - 180, shared[1], turn + 180, shared[3]] : shared;
}

/** What goes all around the globe has no end in the west and the east. */
function grownUse({ areaOfUse }: Crs, middle: number): Envelope {
  const [west, south, east, north] = areaOfUse ?? [-180, -90, 180, 90];
  const right = east < west ? east + 360 : east;
  const y = (north - south) * margin;
  const [bottom, top] = [Math.max(south - y, -90), Math.min(north + y, 90)];
  if (right - west >= 360) return [-Infinity, bottom, Infinity, top];
  const x = (right - west) * margin;
  const turn = 360 * Math.round((middle - (west + right) / 2) / 360);
  return [west - x + turn, bottom, right + x + turn, top];
}

/** The box of what has a place in the plane of a CRS; null where nothing has. */
function projected(degrees: Envelope, crs: Crs): Envelope | null {
  const wgs84 = findCrs('EPSG:4326');
  const kernel = wgs84 === null ? null : createKernel(wgs84, crs);
  if (kernel === null) return null;
  const grid = gridOver(degrees, edgeSize);
  kernel(grid, 2, grid.length / 2);
  const box = envelopeOfPlaced(grid);
  return box === null || isFlat(box) ? null : box;
}

function isFlat([minX, minY, maxX, maxY]: Envelope): boolean {
  return minX >= maxX || minY >= maxY;
}
