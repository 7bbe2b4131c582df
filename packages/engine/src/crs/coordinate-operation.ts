import type { CoordinateOperationReport } from '@outcrop/contract';

import { EngineError } from '../engine-error.ts';
import type { Envelope } from '../features/geometry-array.ts';
import { type Crs, findCrs } from './crs.ts';
import { gdalTransform, hasGdalTransform, type Positions } from './gdal-transform.ts';
import { createKernel, isSmooth, type Kernel } from './kernel.ts';
import { polynomialPatches } from './polynomial-patches.ts';
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
  readonly #known: KnownOperations;
  #hasGdal: Promise<boolean> | undefined;

  /** @param known what was chosen before, which is not compared again */
  constructor(known: KnownOperations = {}) {
    this.#known = known;
  }

  /**
   * @param area the envelope of what will be transformed, in the coordinates of `from`; its area of use where null
   * @throws EngineError `crs-operation` where neither kernel nor PROJ can do it.
   */
  choose(from: Crs, to: Crs, area: Envelope | null): Promise<CoordinateOperation> {
    const key = `${from.code} ${to.code} ${area?.map((value) => value.toPrecision(6)).join(' ')}`;
    let operation = this.#chosen.get(key);
    if (operation === undefined) {
      operation = this.#choose(from, to, { area, known: this.#known[key] });
      this.#chosen.set(key, operation);
    }
    return operation;
  }

  /** What was chosen here, to be known elsewhere. */
  async chosen(): Promise<KnownOperations> {
    const entries = [...this.#chosen].map(
      async ([key, operation]) => [key, (await operation).report] as const,
    );
    const settled = await Promise.allSettled(entries);
    return Object.fromEntries(
      settled.flatMap((entry) => (entry.status === 'fulfilled' ? [entry.value] : [])),
    );
  }

  async #choose(
    from: Crs,
    to: Crs,
    { area, known }: { area: Envelope | null; known: CoordinateOperationReport | undefined },
  ): Promise<CoordinateOperation> {
    if (known !== undefined) return rebuildOperation(known);
    return choose(from, to, { area, hasGdal: () => (this.#hasGdal ??= hasGdalTransform()) });
  }
}

/** Operations that were chosen, by pair and area. Plain data. */
export type KnownOperations = Readonly<Record<string, CoordinateOperationReport>>;

/** How far polynomials may be from the kernel: a ten-thousandth of a millimetre, or of what is one on the ground. */
const patchTolerances = { projected: 1e-7, geographic: 1e-12 } as const;

/**
 * An operation as it was chosen, made again from its report: in another thread, without another comparison.
 *
 * @param area where most positions lie and the antimeridian of the target does not: there, polynomials stand in for the
 *   kernel, several times faster
 */
export function rebuildOperation(
  report: CoordinateOperationReport,
  area: Envelope | null = null,
): CoordinateOperation {
  const [from, to] = [findCrs(report.from), findCrs(report.to)];
  if (from === null || to === null) throw new Error(`no CRS ${report.from} or ${report.to}`);
  if (report.method === 'none') return { from, to, report, transform: async () => undefined };
  if (report.method === 'proj')
    return { from, to, report, transform: (positions) => gdalTransform(from, to, positions) };
  const kernel = createKernel(from, to);
  if (kernel === null) throw new Error(`no kernel from ${report.from} to ${report.to}`);
  const fast =
    area !== null && isSmooth(from, to) ? polynomialPatches(kernel, area, patchTolerances[to.kind]) : kernel;
  return { from, to, report, transform: async (positions) => run(fast, positions) };
}

interface ChoiceOptions {
  readonly area: Envelope | null;
  /** Asked only where it may not be there: asking takes as long as a comparison. */
  readonly hasGdal: () => Promise<boolean>;
}

async function choose(from: Crs, to: Crs, { area, hasGdal }: ChoiceOptions): Promise<CoordinateOperation> {
  return rebuildOperation(await chooseMethod(from, to, { area, hasGdal }));
}

async function chooseMethod(
  from: Crs,
  to: Crs,
  { area, hasGdal }: ChoiceOptions,
): Promise<CoordinateOperationReport> {
  const names = { from: from.code, to: to.code };
  const uncompared = { ...names, largest_difference: null, compared_points: 0 };
  if (from.code === to.code) {
    const detail = 'The coordinates are the source\u2019s own.';
    return { ...uncompared, method: 'none', certified: true, detail };
  }
  const kernel = createKernel(from, to);
  if (kernel === null && !(await hasGdal())) {
    throw new EngineError(
      'crs-operation',
      `From ${from.code} to ${to.code} needs PROJ: install GDAL (gdal-bin), or choose another CRS.`,
    );
  }
  if (kernel === null) {
    const detail = 'PROJ itself, through gdaltransform: proj4 has no such operation.';
    return { ...uncompared, method: 'proj', certified: true, detail };
  }
  const comparison = await compare(from, to, { kernel, area }).catch(async (error: unknown) => {
    if (await hasGdal()) throw error;
    return null;
  });
  if (comparison === null) {
    const detail = 'Not certified: this machine has no GDAL to compare with.';
    return { ...uncompared, method: 'proj4', certified: false, detail };
  }
  const { largest, points } = comparison;
  const compared = { ...names, largest_difference: largest, compared_points: points, certified: true };
  const difference = `${largest.toPrecision(2)} ${to.kind === 'geographic' ? 'degree' : to.unit}`;
  if (largest <= tolerances[to.kind]) {
    const detail = `proj4 differs from PROJ by at most ${difference} on ${points} points over the data.`;
    return { ...compared, method: 'proj4', detail };
  }
  const detail = `PROJ itself, through gdaltransform: proj4 differs from it by ${difference}.`;
  return { ...compared, method: 'proj', detail };
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
