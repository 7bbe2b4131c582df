/** Where a Transverse Mercator projection has its origin; angles in radians, lengths in metres. */
export interface TransverseMercator {
  /** Semi-major axis. */
  readonly a: number;
  /** Eccentricity squared. */
  readonly es: number;
  readonly lat0: number;
  readonly long0: number;
  readonly k0: number;
  readonly x0: number;
  readonly y0: number;
}

/** Beyond this many radians from the central meridian, measured on the plane, the series mean nothing: PROJ's limit too. */
const farthest = 2.623395162778;

/** A projection over coordinates in place: `stride` values a position, x and y first. NaN goes through. */
export interface PlaneKernel {
  /** From radians of longitude and latitude to metres. */
  readonly forward: (coordinates: Float64Array, stride: number, positions: number) => void;
  /** From metres to radians of longitude (within a turn of the central meridian) and latitude. */
  readonly inverse: (coordinates: Float64Array, stride: number, positions: number) => void;
}

/**
 * Transverse Mercator by Krüger's series in the third flattening to the sixth order, which is exact to nanometres within
 * thousands of kilometres of the central meridian (C. F. F. Karney, "Transverse Mercator with an accuracy of a few
 * nanometers", 2011, equations 7 to 15 and 35, 36; latitude from its conformal one by the series of the same order).
 * The series in multiples of one angle are summed after Clenshaw, in complex numbers written out.
 */
export function transverseMercator(definition: TransverseMercator): PlaneKernel {
  const { a, es, lat0, long0, k0, x0, y0 } = definition;
  const e = Math.sqrt(es);
  const n = (1 - Math.sqrt(1 - es)) / (1 + Math.sqrt(1 - es));
  const radius = ((a * k0) / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64 + n ** 6 / 256);
  const alpha = Float64Array.from(forwardSeries, (terms) => polynomial(terms, n));
  const beta = Float64Array.from(inverseSeries, (terms) => polynomial(terms, n));
  const delta = Float64Array.from(latitudeSeries, (terms) => polynomial(terms, n));
  const sum = new Float64Array(2);
  // The northing of the origin: on the meridian both series are real.
  const xi0 = Math.atan(conformalTangent(Math.tan(lat0), e));
  addSeries(alpha, xi0, 0, sum);
  const north = y0 - radius * (xi0 + sum[0]!);
  return {
    forward: (coordinates, stride, positions) => {
      for (let k = 0; k < positions * stride; k += stride) {
        const longitude = coordinates[k]! - long0;
        const tangent = conformalTangent(Math.tan(coordinates[k + 1]!), e);
        const cosine = Math.cos(longitude);
        const xi = Math.atan2(tangent, cosine);
        const across = Math.asinh(Math.sin(longitude) / Math.sqrt(tangent * tangent + cosine * cosine));
        const eta = Math.abs(across) <= farthest ? across : NaN;
        addSeries(alpha, xi, eta, sum);
        coordinates[k] = x0 + radius * (eta + sum[1]!);
        coordinates[k + 1] = north + radius * (xi + sum[0]!);
      }
    },
    inverse: (coordinates, stride, positions) => {
      for (let k = 0; k < positions * stride; k += stride) {
        const xi = (coordinates[k + 1]! - north) / radius;
        const across = (coordinates[k]! - x0) / radius;
        const eta = Math.abs(across) <= farthest ? across : NaN;
        addSeries(beta, xi, eta, sum);
        const xiSphere = xi - sum[0]!;
        const growth = Math.expm1(eta - sum[1]!);
        const sinhEta = (growth + growth / (growth + 1)) / 2;
        const cosXi = Math.cos(xiSphere);
        const tangent = Math.sin(xiSphere) / Math.sqrt(sinhEta * sinhEta + cosXi * cosXi);
        coordinates[k] = onFirstTurn(long0 + Math.atan2(sinhEta, cosXi));
        coordinates[k + 1] = Math.atan(tangent) + latitudeCorrection(delta, tangent);
      }
    },
  };
}

/** A longitude within half a turn of Greenwich; on the antimeridian, the side it came out on. */
function onFirstTurn(longitude: number): number {
  return Math.abs(longitude) <= Math.PI ? longitude : longitude - Math.sign(longitude) * 2 * Math.PI;
}

/** The tangent of the conformal latitude, from that of the latitude (Karney, equation 7). */
function conformalTangent(tangent: number, e: number): number {
  const secant = Math.sqrt(1 + tangent * tangent);
  const sigma = Math.sinh(e * Math.atanh((e * tangent) / secant));
  return tangent * Math.sqrt(1 + sigma * sigma) - sigma * secant;
}

/** Sums c_j sin(2 j zeta) for the complex zeta = xi + i eta; the real part and the imaginary one. */
function addSeries(terms: Float64Array, xi: number, eta: number, sum: Float64Array): void {
  const sine = Math.sin(2 * xi);
  const cosine = Math.cos(2 * xi);
  const growth = Math.expm1(2 * eta);
  const sinh = (growth + growth / (growth + 1)) / 2;
  const cosh = 1 + (growth * growth) / (2 * (growth + 1));
  const real = 2 * cosine * cosh;
  const imaginary = -2 * sine * sinh;
  let real1 = 0;
  let imaginary1 = 0;
  let real2 = 0;
  let imaginary2 = 0;
  for (let j = terms.length - 1; j >= 0; j--) {
    const nextReal = real * real1 - imaginary * imaginary1 - real2 + terms[j]!;
    const nextImaginary = real * imaginary1 + imaginary * real1 - imaginary2;
    real2 = real1;
    imaginary2 = imaginary1;
    real1 = nextReal;
    imaginary1 = nextImaginary;
  }
  const sineReal = sine * cosh;
  const sineImaginary = cosine * sinh;
  sum[0] = sineReal * real1 - sineImaginary * imaginary1;
  sum[1] = sineReal * imaginary1 + sineImaginary * real1;
}

/** Latitude less conformal latitude: c_j sin(2 j chi), with sine and cosine of 2 chi from its tangent. */
function latitudeCorrection(terms: Float64Array, tangent: number): number {
  const square = tangent * tangent;
  const sine = (2 * tangent) / (1 + square);
  const twiceCosine = (2 * (1 - square)) / (1 + square);
  let last = 0;
  let beforeLast = 0;
  for (let j = terms.length - 1; j >= 0; j--) {
    const next = twiceCosine * last - beforeLast + terms[j]!;
    beforeLast = last;
    last = next;
  }
  return sine * last;
}

/** A polynomial without a constant term. */
function polynomial(terms: readonly number[], n: number): number {
  return terms.reduceRight((sum, term) => (sum + term) * n, 0);
}

/** Coefficients of n, n^2, … n^6 of each term. */
type Series = readonly (readonly number[])[];

const forwardSeries: Series = [
  [1 / 2, -2 / 3, 5 / 16, 41 / 180, -127 / 288, 7891 / 37_800],
  [0, 13 / 48, -3 / 5, 557 / 1440, 281 / 630, -1_983_433 / 1_935_360],
  [0, 0, 61 / 240, -103 / 140, 15_061 / 26_880, 167_603 / 181_440],
  [0, 0, 0, 49_561 / 161_280, -179 / 168, 6_601_661 / 7_257_600],
  [0, 0, 0, 0, 34_729 / 80_640, -3_418_889 / 1_995_840],
  [0, 0, 0, 0, 0, 212_378_941 / 319_334_400],
];

const inverseSeries: Series = [
  [1 / 2, -2 / 3, 37 / 96, -1 / 360, -81 / 512, 96_199 / 604_800],
  [0, 1 / 48, 1 / 15, -437 / 1440, 46 / 105, -1_118_711 / 3_870_720],
  [0, 0, 17 / 480, -37 / 840, -209 / 4480, 5569 / 90_720],
  [0, 0, 0, 4397 / 161_280, -11 / 504, -830_251 / 7_257_600],
  [0, 0, 0, 0, 4583 / 161_280, -108_847 / 3_991_680],
  [0, 0, 0, 0, 0, 20_648_693 / 638_668_800],
];

const latitudeSeries: Series = [
  [2, -2 / 3, -2, 116 / 45, 26 / 45, -2854 / 675],
  [0, 7 / 3, -8 / 5, -227 / 45, 2704 / 315, 2323 / 945],
  [0, 0, 56 / 15, -136 / 35, -1262 / 105, 73_814 / 2835],
  [0, 0, 0, 4279 / 630, -332 / 35, -399_572 / 14_175],
  [0, 0, 0, 0, 4174 / 315, -144_838 / 6237],
  [0, 0, 0, 0, 0, 601_676 / 22_275],
];
