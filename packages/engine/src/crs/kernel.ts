import { createRequire } from 'node:module';

import type proj4Type from 'proj4';

import type { Crs } from './crs.ts';
import { type PlaneKernel, transverseMercator } from './transverse-mercator.ts';

/** Required, as it is a CommonJS module that takes four times as long to import: each worker waits for it. */
const proj4 = createRequire(import.meta.url)('proj4') as typeof proj4Type;

/** Transforms positions in place; where there is no result, x and y become NaN. */
export type Kernel = (coordinates: Float64Array, stride: number, positions: number) => void;

interface Point {
  x: number;
  y: number;
  z?: number;
}

/** What proj4 makes of a definition, as far as it is used here. */
interface Projection {
  readonly projName: string;
  /** The ellipsoid in metres, and the origin in radians and metres; not every projection has all of it. */
  readonly a: number;
  readonly es: number;
  readonly lat0: number;
  readonly long0: number;
  readonly k0: number;
  readonly x0: number;
  readonly y0: number;
  readonly to_meter?: number;
  readonly from_greenwich?: number;
  readonly datum: {
    readonly datum_type: number;
    readonly a: number;
    readonly es: number;
    /** Absent where its definition names none. */
    readonly grids?: readonly { readonly mandatory: boolean; readonly grid: object | null }[] | null;
  };
  /** Null or undefined where there is no result: at a pole of Mercator's projection. */
  forward(point: Point): Point | null | undefined;
  inverse(point: Point): Point | null | undefined;
}

/**
 * Projections without breaks or kinks, but for the poles and the antimeridian: not those that are put together of
 * several, nor those of which proj4 has one name for different ones.
 */
const smoothNames: ReadonlySet<string> = new Set([
  'longlat',
  'tmerc',
  'etmerc',
  'utm',
  'merc',
  'lcc',
  'laea',
  'aea',
  'stere',
  'sterea',
  'omerc',
  'somerc',
  'cass',
  'poly',
  'eqc',
  'eqdc',
  'cea',
  'krovak',
  'nzmg',
]);
const transverseMercatorNames: readonly string[] = ['tmerc', 'etmerc', 'utm'];
const proj4Datum = { wgs84: 4, none: 5 } as const;
const degree = Math.PI / 180;

/**
 * Makes the kernel from one CRS to another, or null where proj4 has no such projection or lacks the grid it needs.
 * Whether it agrees with PROJ is for `certify` to say.
 */
export function createKernel(from: Crs, to: Crs): Kernel | null {
  try {
    const source = createProjection(from.proj4);
    const target = createProjection(to.proj4);
    if (lacksGrid(source) || lacksGrid(target)) return null;
    const kernel = isShiftless(source, target)
      ? directKernel(source, target)
      : shiftingKernel(source, target);
    // What a projection cannot do shows only when the first point goes through.
    const probe = new Float64Array([to.areaOfUse?.[0] ?? 0, to.areaOfUse?.[1] ?? 0]);
    if (source.projName === 'longlat') kernel(probe, 2, 1);
    return kernel;
  } catch {
    return null;
  }
}

/** Whether a kernel has no break or kink but at the poles and the antimeridian, so that polynomials can follow it. */
export function isSmooth(from: Crs, to: Crs): boolean {
  return [from, to].every(({ proj4: definition }) => smoothNames.has(createProjection(definition).projName));
}

function createProjection(definition: string): Projection {
  const Proj = proj4.Proj as unknown as new (definition: string) => Projection;
  return new Proj(definition);
}

/** Whether the datum needs a grid that is not there: proj4 would say so on standard output for each point. */
function lacksGrid({ datum }: Projection): boolean {
  return datum.grids?.some(({ mandatory, grid }) => mandatory && grid === null) === true;
}

/** Whether both sit on one datum, as PROJ sees it too: then nothing happens between the two projections. */
function isShiftless(source: Projection, target: Projection): boolean {
  const types = [source.datum.datum_type, target.datum.datum_type];
  if (types.includes(proj4Datum.none)) return true;
  if (types.some((type) => type !== proj4Datum.wgs84)) return false;
  return (
    Math.abs(source.datum.es - target.datum.es) < 1e-9 && Math.abs(source.datum.a - target.datum.a) < 0.01
  );
}

/** In passes over the block: to radians, through the prime meridians, to the target. */
function directKernel(source: Projection, target: Projection): Kernel {
  const inverse = planeOf(source)?.inverse;
  const forward = planeOf(target)?.forward;
  const sourceUnit = inverse === undefined ? degree : (source.to_meter ?? 1);
  const targetUnit = forward === undefined ? degree : (target.to_meter ?? 1);
  const shift = (source.from_greenwich ?? 0) - (target.from_greenwich ?? 0);
  return (coordinates, stride, positions) => {
    const end = positions * stride;
    if (sourceUnit !== 1) scale(coordinates, { stride, end, factor: sourceUnit });
    inverse?.(coordinates, stride, positions);
    if (shift !== 0) for (let k = 0; k < end; k += stride) coordinates[k] = coordinates[k]! + shift;
    forward?.(coordinates, stride, positions);
    for (let k = 0; k < end; k += stride) {
      const x = coordinates[k]! / targetUnit;
      const y = coordinates[k + 1]! / targetUnit;
      const isPlace = Number.isFinite(x) && Number.isFinite(y);
      coordinates[k] = isPlace ? x : NaN;
      coordinates[k + 1] = isPlace ? y : NaN;
    }
  };
}

function scale(
  coordinates: Float64Array,
  { stride, end, factor }: { stride: number; end: number; factor: number },
): void {
  for (let k = 0; k < end; k += stride) {
    coordinates[k] = coordinates[k]! * factor;
    coordinates[k + 1] = coordinates[k + 1]! * factor;
  }
}

/** The projection between radians and metres: one of ours where we have it, else proj4's. None for a geographic CRS. */
function planeOf(projection: Projection): PlaneKernel | undefined {
  if (projection.projName === 'longlat') return undefined;
  const { a, es, lat0, long0, k0, x0, y0 } = projection;
  const isOurs = transverseMercatorNames.includes(projection.projName);
  const isComplete = [a, es, lat0, long0, k0, x0, y0].every((value) => Number.isFinite(value));
  return isOurs && isComplete
    ? transverseMercator({ a, es, lat0, long0, k0, x0, y0 })
    : proj4Plane(projection);
}

/** One point object serves all positions: an allocation each would double the time. */
function proj4Plane(projection: Projection): PlaneKernel {
  const point: Point = { x: 0, y: 0 };
  const each =
    (move: 'forward' | 'inverse') =>
    (coordinates: Float64Array, stride: number, positions: number): void => {
      for (let k = 0; k < positions * stride; k += stride) {
        point.x = coordinates[k]!;
        point.y = coordinates[k + 1]!;
        const place = projection[move](point);
        coordinates[k] = place == null ? NaN : place.x;
        coordinates[k + 1] = place == null ? NaN : place.y;
      }
    };
  return { forward: each('forward'), inverse: each('inverse') };
}

function shiftingKernel(source: Projection, target: Projection): Kernel {
  const transform = proj4.transform as unknown as (
    source: Projection,
    target: Projection,
    point: Point,
  ) => Point | null | undefined;
  const point: Point = { x: 0, y: 0 };
  return (coordinates, stride, positions) => {
    for (let k = 0; k < positions * stride; k += stride) {
      point.x = coordinates[k]!;
      point.y = coordinates[k + 1]!;
      // proj4 refuses what is not a number with an exception; here that is a position without a result.
      const isNumber = Number.isFinite(point.x) && Number.isFinite(point.y);
      const place = isNumber ? transform(source, target, point) : undefined;
      const isPlace = place != null && Number.isFinite(place.x) && Number.isFinite(place.y);
      coordinates[k] = isPlace ? place.x : NaN;
      coordinates[k + 1] = isPlace ? place.y : NaN;
    }
  };
}
