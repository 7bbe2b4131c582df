import proj4 from 'proj4';

import type { Crs } from './crs.ts';

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

/** One point object serves all positions: an allocation each would double the time. */
function directKernel(source: Projection, target: Projection): Kernel {
  const isSourceGeographic = source.projName === 'longlat';
  const isTargetGeographic = target.projName === 'longlat';
  const sourceUnit = source.to_meter ?? 1;
  const targetUnit = target.to_meter ?? 1;
  const shift = (source.from_greenwich ?? 0) - (target.from_greenwich ?? 0);
  const point: Point = { x: 0, y: 0 };
  return (coordinates, stride, positions) => {
    const end = positions * stride;
    for (let k = 0; k < end; k += stride) {
      let place: Point | null | undefined = point;
      if (isSourceGeographic) {
        point.x = coordinates[k]! * degree;
        point.y = coordinates[k + 1]! * degree;
      } else {
        point.x = coordinates[k]! * sourceUnit;
        point.y = coordinates[k + 1]! * sourceUnit;
        place = source.inverse(point);
      }
      if (place != null) place.x += shift;
      if (!isTargetGeographic && place != null) place = target.forward(place);
      const scale = isTargetGeographic ? degree : targetUnit;
      const x = place == null ? NaN : place.x / scale;
      const y = place == null ? NaN : place.y / scale;
      const isPlace = Number.isFinite(x) && Number.isFinite(y);
      coordinates[k] = isPlace ? x : NaN;
      coordinates[k + 1] = isPlace ? y : NaN;
    }
  };
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
