import type { Envelope } from '../features/geometry-array.ts';
import type { Kernel } from './kernel.ts';

/** Degree of the polynomials, in both coordinates together. */
const degree = 5;
/** Chebyshev nodes on a side, from which a patch is made. */
const nodeCount = degree + 1;
/** Coefficients of one polynomial. */
const termCount = ((degree + 1) * (degree + 2)) / 2;
/** Places on a side, edges and corners among them, where a patch is compared with what it stands for. */
const checkCount = 5;
/** Patches on a side of the area: the fewest that are good enough at a few places, before each is looked at by itself. */
const sideCounts: readonly number[] = [4, 8, 16, 32, 64];

/** A cell's two polynomials, x then y; `exact` where none is good enough; not there until it is needed. */
type Patch = Float64Array | 'exact' | undefined;

/**
 * Stands in for a kernel over an area: the area is cut into cells, and in each both results are polynomials of degree 5
 * in the position, made from the kernel at Chebyshev nodes when the first position falls into the cell. A cell whose
 * polynomials differ from the kernel by more than the tolerance at any of 25 places, and every position outside the
 * area, goes to the kernel itself. The kernel must be smooth within the area.
 *
 * @param tolerance the largest difference, in units of the result
 */
export function polynomialPatches(kernel: Kernel, area: Envelope, tolerance: number): Kernel {
  const sides = sideCounts.find((count) =>
    isGoodAtSomePlaces(new PatchGrid(kernel, area, { count, tolerance })),
  );
  if (sides === undefined) return kernel;
  const grid = new PatchGrid(kernel, area, { count: sides, tolerance });
  return (coordinates, stride, positions) => grid.apply(coordinates, stride, positions);
}

/** Looks at the cells in the corners and in the middle, as projections bend most at the rim. */
function isGoodAtSomePlaces(grid: PatchGrid): boolean {
  const last = grid.count - 1;
  const middle = grid.count >> 1;
  const places = [
    [0, 0],
    [last, 0],
    [0, last],
    [last, last],
    [middle, middle],
  ] as const;
  return places.every(([column, row]) => grid.patchAt(column, row) !== 'exact');
}

class PatchGrid {
  readonly count: number;
  readonly #kernel: Kernel;
  readonly #tolerance: number;
  readonly #minX: number;
  readonly #minY: number;
  /** Cells to a unit. */
  readonly #perX: number;
  readonly #perY: number;
  readonly #patches: Patch[];
  readonly #single = new Float64Array(2);

  constructor(
    kernel: Kernel,
    [minX, minY, maxX, maxY]: Envelope,
    { count, tolerance }: { count: number; tolerance: number },
  ) {
    this.count = count;
    this.#kernel = kernel;
    this.#tolerance = tolerance;
    this.#minX = minX;
    this.#minY = minY;
    this.#perX = count / Math.max(maxX - minX, Number.MIN_VALUE);
    this.#perY = count / Math.max(maxY - minY, Number.MIN_VALUE);
    this.#patches = Array.from({ length: count * count }, () => undefined);
  }

  apply(coordinates: Float64Array, stride: number, positions: number): void {
    const { count } = this;
    const [minX, minY, perX, perY] = [this.#minX, this.#minY, this.#perX, this.#perY];
    let cell = -1;
    let patch: Patch = undefined;
    for (let k = 0; k < positions * stride; k += stride) {
      const across = (coordinates[k]! - minX) * perX;
      const up = (coordinates[k + 1]! - minY) * perY;
      // NaN is in no cell.
      if (!(across >= 0 && across < count && up >= 0 && up < count)) {
        this.#applyExactly(coordinates, k);
        continue;
      }
      const column = Math.trunc(across);
      const row = Math.trunc(up);
      if (row * count + column !== cell) {
        cell = row * count + column;
        patch = this.patchAt(column, row);
      }
      if (patch === 'exact' || patch === undefined) this.#applyExactly(coordinates, k);
      else evaluateBoth(patch, { coordinates, k, u: 2 * (across - column) - 1, v: 2 * (up - row) - 1 });
    }
  }

  /** The polynomials of a cell, made when first asked for. */
  patchAt(column: number, row: number): Patch {
    const cell = row * this.count + column;
    return (this.#patches[cell] ??= this.#makePatch(column, row));
  }

  #applyExactly(coordinates: Float64Array, k: number): void {
    const single = this.#single;
    single[0] = coordinates[k]!;
    single[1] = coordinates[k + 1]!;
    this.#kernel(single, 2, 1);
    coordinates[k] = single[0];
    coordinates[k + 1] = single[1];
  }

  #makePatch(column: number, row: number): Float64Array | 'exact' {
    const samples = this.#transformed(column, row, nodes);
    const patch = new Float64Array(2 * termCount);
    for (let term = 0; term < termCount; term++) {
      for (let sample = 0; sample < nodeCount * nodeCount; sample++) {
        const weight = weights[term * nodeCount * nodeCount + sample]!;
        patch[term]! += weight * samples[2 * sample]!;
        patch[termCount + term]! += weight * samples[2 * sample + 1]!;
      }
    }
    return this.#isGood(patch, column, row) ? patch : 'exact';
  }

  #isGood(patch: Float64Array, column: number, row: number): boolean {
    const expected = this.#transformed(column, row, checks);
    const result = new Float64Array(2);
    let k = 0;
    for (const v of checks) {
      for (const u of checks) {
        evaluateBoth(patch, { coordinates: result, k: 0, u, v });
        const difference = Math.max(
          Math.abs(result[0]! - expected[k]!),
          Math.abs(result[1]! - expected[k + 1]!),
        );
        if (!(difference <= this.#tolerance)) return false;
        k += 2;
      }
    }
    return true;
  }

  /** The kernel's results at places in a cell, given from -1 to 1 on both sides: x and y, along the rows. */
  #transformed(column: number, row: number, places: readonly number[]): Float64Array {
    const positions = new Float64Array(2 * places.length ** 2);
    let k = 0;
    for (const v of places) {
      for (const u of places) {
        positions[k++] = this.#minX + (column + (u + 1) / 2) / this.#perX;
        positions[k++] = this.#minY + (row + (v + 1) / 2) / this.#perY;
      }
    }
    this.#kernel(positions, 2, places.length ** 2);
    return positions;
  }
}

/** Where in a cell, from -1 to 1 on both sides, and which position takes the result. */
interface Place {
  readonly coordinates: Float64Array;
  readonly k: number;
  readonly u: number;
  readonly v: number;
}

function evaluateBoth(patch: Float64Array, { coordinates, k, u, v }: Place): void {
  coordinates[k] = evaluate(patch, 0, u, v);
  coordinates[k + 1] = evaluate(patch, termCount, u, v);
}

/** Horner's scheme in u, whose coefficients are polynomials in v; written out, as it is run for every vertex. */
function evaluate(c: Float64Array, t: number, u: number, v: number): number {
  const q0 = c[t]! + v * (c[t + 1]! + v * (c[t + 2]! + v * (c[t + 3]! + v * (c[t + 4]! + v * c[t + 5]!))));
  const q1 = c[t + 6]! + v * (c[t + 7]! + v * (c[t + 8]! + v * (c[t + 9]! + v * c[t + 10]!)));
  const q2 = c[t + 11]! + v * (c[t + 12]! + v * (c[t + 13]! + v * c[t + 14]!));
  const q3 = c[t + 15]! + v * (c[t + 16]! + v * c[t + 17]!);
  const q4 = c[t + 18]! + v * c[t + 19]!;
  return q0 + u * (q1 + u * (q2 + u * (q3 + u * (q4 + u * c[t + 20]!))));
}

const nodes: readonly number[] = Array.from({ length: nodeCount }, (_, k) =>
  Math.cos((Math.PI * (k + 0.5)) / nodeCount),
);
const checks: readonly number[] = Array.from(
  { length: checkCount },
  (_, k) => (2 * k) / (checkCount - 1) - 1,
);

/** Chebyshev polynomials as sums of powers: the coefficients of each, by power. */
const chebyshev: readonly (readonly number[])[] = [
  [1, 0, 0, 0, 0, 0],
  [0, 1, 0, 0, 0, 0],
  [-1, 0, 2, 0, 0, 0],
  [0, -3, 0, 4, 0, 0],
  [1, 0, -8, 0, 8, 0],
  [0, 5, 0, -20, 0, 16],
];

/** The pairs of orders, or of powers, up to the total degree. */
const orders: readonly (readonly [number, number])[] = Array.from({ length: nodeCount ** 2 }, (_, k) => {
  return [Math.floor(k / nodeCount), k % nodeCount] as const;
}).filter(([i, j]) => i + j <= degree);

/**
 * What each sample adds to each coefficient: the discrete Chebyshev transform on both sides, cut at the total degree and
 * written in powers. `weights[term * samples + sample]`, samples along the rows.
 */
const weights: Float64Array = makeWeights();

function makeWeights(): Float64Array {
  const all = new Float64Array(termCount * nodeCount ** 2);
  for (const [i, j] of orders) {
    const scale = ((i === 0 ? 1 : 2) * (j === 0 ? 1 : 2)) / nodeCount ** 2;
    const powers = orders.flatMap(([p, q]) => {
      const power = (chebyshev[i]![p] ?? 0) * (chebyshev[j]![q] ?? 0);
      return power === 0 ? [] : [{ first: termOf(p, q) * nodeCount ** 2, power }];
    });
    for (let sample = 0; sample < nodeCount ** 2; sample++) {
      const u = nodes[sample % nodeCount]!;
      const v = nodes[Math.floor(sample / nodeCount)]!;
      const share = scale * chebyshevAt(i, u) * chebyshevAt(j, v);
      for (const { first, power } of powers) all[first + sample]! += share * power;
    }
  }
  return all;
}

function chebyshevAt(order: number, x: number): number {
  return Math.cos(order * Math.acos(x));
}

/** Index of the coefficient of u^p v^q. */
function termOf(p: number, q: number): number {
  return p * (degree + 1) - (p * (p - 1)) / 2 + q;
}
