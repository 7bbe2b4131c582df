import type { CoordinateOperationReport } from '@outcrop/contract';

import { EngineError } from '../engine-error.ts';
import type { Envelope } from '../features/geometry-array.ts';
import { areasAround } from './areas-around.ts';
import { type ComparedPair, type Comparison, Comparisons } from './comparison.ts';
import { type Crs, findCrs } from './crs.ts';
import { gdalTransform, hasGdalTransform } from './gdal-transform.ts';
import { createKernel, isSmooth, type Kernel } from './kernel.ts';
import { polynomialPatches } from './polynomial-patches.ts';
import type { Positions } from './positions.ts';

/** The grids of points on which our kernel is compared with PROJ, so many on a side: over an area itself, and over a larger one. */
const gridSizes = { itself: 21, larger: 41 } as const;
/** Over a larger area, whose points are further apart, so much of the tolerance must do. */
const shareOfLarger = 0.5;
/** So many tolerances away it is another datum, and in no smaller area better. */
const hopeless = 1000;
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
 * with PROJ on a grid of points over an area that holds that one, else by PROJ itself. On a machine without GDAL the kernel is used
 * where there is one, and the report says that it is not certified.
 *
 * A larger area is compared first, as it serves the next region too, then smaller ones. Which depends on the CRSs and
 * the area alone, so that the report does.
 */
export class CoordinateOperations {
  readonly #chosen = new Map<string, Promise<CoordinateOperation>>();
  readonly #known: KnownOperations;
  readonly #comparisons: Comparisons;
  #hasGdal: Promise<boolean> | undefined;

  /**
   * @param known what was chosen before, which is not compared again
   * @param comparisons those that this process has made. Default: none.
   */
  constructor(known: KnownOperations = {}, comparisons = new Comparisons()) {
    this.#known = known;
    this.#comparisons = comparisons;
  }

  /**
   * @param area the envelope of what will be transformed, in the coordinates of `from`; its area of use where null
   * @throws EngineError `crs-operation` where neither kernel nor PROJ can do it.
   */
  choose(from: Crs, to: Crs, area: Envelope | null): Promise<CoordinateOperation> {
    const grown = area === null ? null : grow(area);
    const key = `${from.code} ${to.code} ${grown?.map((value) => value.toPrecision(6)).join(' ')}`;
    let operation = this.#chosen.get(key);
    if (operation === undefined) {
      operation = this.#choose(from, to, { area: grown, known: this.#known[key] });
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
    const [comparisons, hasGdal] = [this.#comparisons, () => (this.#hasGdal ??= hasGdalTransform())];
    return rebuildOperation(await chooseMethod(from, to, { area, comparisons, hasGdal }));
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

/** A kernel as an operation, before PROJ has been asked. */
export function kernelOperation(from: Crs, to: Crs, kernel: Kernel): CoordinateOperation {
  const names = { from: from.code, to: to.code };
  const detail = 'Not compared with PROJ yet.';
  const uncompared = { largest_difference: null, compared_points: 0, certified: false, detail };
  const report: CoordinateOperationReport = { ...names, ...uncompared, method: 'proj4' };
  return { from, to, report, transform: async (positions) => run(kernel, positions) };
}

interface ChoiceOptions {
  readonly area: Envelope | null;
  readonly comparisons: Comparisons;
  /** Asked only where it may not be there: asking takes as long as a comparison. */
  readonly hasGdal: () => Promise<boolean>;
}

async function chooseMethod(
  from: Crs,
  to: Crs,
  { area, comparisons, hasGdal }: ChoiceOptions,
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
  const pair = { from, to, kernel };
  const found = await findComparison(pair, area ?? defaultArea(from), comparisons).catch(
    async (error: unknown) => {
      if (await hasGdal()) throw error;
      return null;
    },
  );
  if (found === null) {
    const detail = 'Not certified: this machine has no GDAL to compare with.';
    return { ...uncompared, method: 'proj4', certified: false, detail };
  }
  const { largest, points, over } = found;
  const compared = { ...names, largest_difference: largest, compared_points: points, certified: true };
  const difference = `${largest.toPrecision(2)} ${to.kind === 'geographic' ? 'degree' : to.unit}`;
  if (largest <= tolerances[to.kind]) {
    const detail = `proj4 differs from PROJ by at most ${difference} on ${points} points over ${over}.`;
    return { ...compared, method: 'proj4', detail };
  }
  const detail = `PROJ itself, through gdaltransform: proj4 differs from it by ${difference}.`;
  return { ...compared, method: 'proj', detail };
}

/** The comparison that decides: over the largest area in which the kernel is good enough, or else over the area itself. */
async function findComparison(
  pair: ComparedPair,
  area: Envelope,
  comparisons: Comparisons,
): Promise<Comparison & { readonly over: string }> {
  const tolerance = tolerances[pair.to.kind];
  for (const larger of areasAround(area, pair)) {
    const comparison = await comparisons.of(pair, larger, gridSizes.larger).catch(() => null);
    const largest = comparison?.largest ?? Infinity;
    if (comparison !== null && largest <= tolerance * shareOfLarger) {
      return { ...comparison, over: `the area ${describe(larger, pair.from)}, which holds the data` };
    }
    if (largest < Infinity && largest > tolerance * hopeless) break;
  }
  return { ...(await comparisons.of(pair, area, gridSizes.itself)), over: 'the data' };
}

/** Corners, in the coordinates of the data. */
function describe(area: Envelope, { kind }: Crs): string {
  const [minX, minY, maxX, maxY] = area.map((value) => value.toFixed(kind === 'geographic' ? 2 : 0));
  return `from ${minX} ${minY} to ${maxX} ${maxY}`;
}

/** An area to six digits, outwards: what differs by less is one area, whoever asks first. */
function grow([minX, minY, maxX, maxY]: Envelope): Envelope {
  const largest = Math.max(...[minX, minY, maxX, maxY].map(Math.abs), 1e-3);
  const power = Math.ceil(Math.log10(largest)) - 6;
  // Whole powers of ten are exact, their reciprocals are not: 90 degrees must stay 90.
  const scale = 10 ** Math.abs(power);
  const rounded = (value: number, round: (value: number) => number): number =>
    power > 0 ? round(value / scale) * scale : round(value * scale) / scale;
  return [
    rounded(minX, Math.floor),
    rounded(minY, Math.floor),
    rounded(maxX, Math.ceil),
    rounded(maxY, Math.ceil),
  ];
}

function run(kernel: Kernel, { coordinates, stride, count }: Positions): void {
  kernel(coordinates, stride, count);
}

/** The area of use in the CRS's own degrees; only a geographic CRS is ever asked without an area. */
function defaultArea(crs: Crs): Envelope {
  const [west, south, east, north] = crs.areaOfUse ?? [-180, -90, 180, 90];
  return [west, south, east < west ? east + 360 : east, north];
}
