import type { CoordinateOperationReport } from '@outcrop/contract';

import { EngineError } from '../engine-error.ts';
import type { Envelope } from '../features/geometry-array.ts';
import type { Crs } from './crs.ts';
import { gdalTransform, hasGdalTransform, type Positions } from './gdal-transform.ts';
import { createKernel, type Kernel } from './kernel.ts';
import { gridOver } from './grid.ts';

/** The grid of points on which our kernel is compared with PROJ: so many on a side. */
const gridSize = 21;
/** The largest difference that a kernel may have from PROJ: 1 mm, or 1e-8 degree. */
const tolerances = { projected: 0.001, geographic: 1e-8 } as const;

/** A way from one CRS to another, chosen for an area and compared with PROJ there. */
export interface CoordinateOperation {
  readonly from: Crs;
  readonly to: Crs;
  readonly report: CoordinateOperationReport;
  /** Transforms in place; x and y become NaN where there is no result. Resolves at once for a kernel. */
  transform(positions: Positions): Promise<void>;
}

/**
 * Chooses how to get from one CRS to another over an area, and remembers what it chose: by our kernel where it agrees
 * with PROJ on a grid of points over that area, else by PROJ itself. On a machine without GDAL the kernel is used
 * where there is one, and the report says that it is not certified.
 */
export class CoordinateOperations {
  readonly #chosen = new Map<string, Promise<CoordinateOperation>>();
  #hasGdal: Promise<boolean> | undefined;

  /**
   * @param area the envelope of what will be transformed, in the coordinates of `from`; its area of use where null
   * @throws EngineError `crs-operation` where neither kernel nor PROJ can do it.
   */
  choose(from: Crs, to: Crs, area: Envelope | null): Promise<CoordinateOperation> {
    const key = `${from.code} ${to.code} ${area?.map((value) => value.toPrecision(6)).join(' ')}`;
    let operation = this.#chosen.get(key);
    if (operation === undefined) {
      this.#hasGdal ??= hasGdalTransform();
      operation = this.#hasGdal.then((hasGdal) => choose(from, to, { area, hasGdal }));
      this.#chosen.set(key, operation);
    }
    return operation;
  }
}

async function choose(
  from: Crs,
  to: Crs,
  { area, hasGdal }: { area: Envelope | null; hasGdal: boolean },
): Promise<CoordinateOperation> {
  const compared = { from: from.code, to: to.code, largest_difference: null, compared_points: 0 };
  if (from.code === to.code) {
    const detail = 'The coordinates are the source’s own.';
    const report = { ...compared, method: 'none', certified: true, detail } as const;
    return { from, to, report, transform: async () => undefined };
  }
  const kernel = createKernel(from, to);
  if (!hasGdal) return uncertified(from, to, kernel);
  const comparison = kernel === null ? null : await compare(from, to, { kernel, area });
  const unit = to.kind === 'geographic' ? 'degree' : to.unit;
  const figures = {
    largest_difference: comparison?.largest ?? null,
    compared_points: comparison?.points ?? 0,
  };
  if (kernel !== null && comparison !== null && comparison.largest <= tolerances[to.kind]) {
    const detail = `proj4 differs from PROJ by at most ${comparison.largest.toPrecision(2)} ${unit} on ${comparison.points} points over the data.`;
    const report = { ...compared, ...figures, method: 'proj4', certified: true, detail } as const;
    return { from, to, report, transform: async (positions) => run(kernel, positions) };
  }
  const why =
    comparison === null
      ? 'proj4 has no such operation'
      : `proj4 differs from PROJ by ${comparison.largest.toPrecision(2)} ${unit}`;
  const detail = `PROJ itself, through gdaltransform: ${why}.`;
  const report = { ...compared, ...figures, method: 'proj', certified: true, detail } as const;
  return { from, to, report, transform: (positions) => gdalTransform(from, to, positions) };
}

function uncertified(from: Crs, to: Crs, kernel: Kernel | null): CoordinateOperation {
  if (kernel === null) {
    throw new EngineError(
      'crs-operation',
      `From ${from.code} to ${to.code} needs PROJ: install GDAL (gdal-bin), or choose another CRS.`,
    );
  }
  const report = {
    from: from.code,
    to: to.code,
    method: 'proj4',
    certified: false,
    largest_difference: null,
    compared_points: 0,
    detail: 'Not certified: this machine has no GDAL to compare with.',
  } as const;
  return { from, to, report, transform: async (positions) => run(kernel, positions) };
}

function run(kernel: Kernel, { coordinates, stride, count }: Positions): void {
  kernel(coordinates, stride, count);
}

async function compare(
  from: Crs,
  to: Crs,
  { kernel, area }: { kernel: Kernel; area: Envelope | null },
): Promise<{ largest: number; points: number }> {
  const grid = gridOver(area ?? defaultArea(from), gridSize);
  const ours = { coordinates: grid.slice(), stride: 2, count: grid.length / 2 };
  const theirs = { coordinates: grid, stride: 2, count: grid.length / 2 };
  run(kernel, ours);
  await gdalTransform(from, to, theirs);
  let largest = 0;
  let points = 0;
  for (let k = 0; k < grid.length; k++) {
    const [mine, reference] = [ours.coordinates[k]!, theirs.coordinates[k]!];
    // Where PROJ has no result ours may have none either, or one that cannot be trusted.
    if (Number.isNaN(reference)) {
      if (!Number.isNaN(mine)) largest = Infinity;
      continue;
    }
    points += 0.5;
    const difference = Math.abs(mine - reference);
    const isSameMeridian = to.kind === 'geographic' && Math.abs(difference - 360) < 1e-6;
    if (!isSameMeridian) largest = Math.max(largest, Number.isNaN(difference) ? Infinity : difference);
  }
  return { largest: points === 0 ? Infinity : largest, points };
}

/** The area of use in the CRS's own degrees; only a geographic CRS is ever asked without an area. */
function defaultArea(crs: Crs): Envelope {
  const [west, south, east, north] = crs.areaOfUse ?? [-180, -90, 180, 90];
  return [west, south, east < west ? east + 360 : east, north];
}
