import type { NumberColumn } from '../features/feature-batch.ts';

const minus = 45;
const point = 46;
const zero = 48;
/** Below this a number is a 32-bit integer, whose digits are found fast. */
const integerLimit = 2 ** 31;
/** Decimals that most measured values have at most. */
const commonDecimals = 4;
const commonScale = 10 ** commonDecimals;

/** Above this a scaled number is no exact integer any more. */
const exactLimit = 2 ** 53;
/** Digits that a 32-bit integer always has room for. */
const mostDigits = 9;
/** Digits of a double that every reader keeps. */
const significantDigits = 15;
const powersOfTen = Float64Array.from({ length: significantDigits + 1 }, (_, power) => 10 ** power);
/** Decimals of the first of two parts that more of them are written in. */
const highDigits = 7;
const highScale = 10 ** highDigits;

/** Bytes that `writeShortNumber` needs at most. */
export const mostShortBytes = 16;
/** Bytes that `writeFixed` needs at most. */
export const mostFixedBytes = 21;
/** Bytes that `writeSignificant` needs at most. */
export const mostSignificantBytes = 27;

/** A number with all its digits (the shortest text that reads back as the same number), or null for null and NaN. */
export function numberText(column: NumberColumn, row: number): string | null {
  if (column.nulls[row] === 1) return null;
  const exact = column.exact?.get(row);
  if (exact !== undefined) return exact.toString();
  const value = column.values[row]!;
  return Number.isFinite(value) ? String(value) : null;
}

/**
 * Writes the shortest text that reads back as the same number, without making a string of it, where the number has few
 * digits: below 2^31 and with at most four decimals. With so few digits no other decimal of as many reads back as the
 * same double. Returns where the text ends, or -1 where it was not written.
 */
export function writeShortNumber(bytes: Uint8Array, start: number, value: number): number {
  const magnitude = Math.abs(value);
  // Also what is not a number goes the long way.
  if (!(magnitude < integerLimit)) return -1;
  const scaled = Math.round(magnitude * commonScale);
  if (scaled / commonScale !== magnitude) return -1;
  const whole = Math.floor(magnitude);
  let at = start;
  if (value < 0) bytes[at++] = minus;
  at = writeDigits(bytes, at, whole | 0, digitCount(whole | 0));
  const fraction = scaled - whole * commonScale;
  return fraction === 0 ? at : writeFraction(bytes, at, fraction | 0, commonDecimals);
}

/**
 * Writes a number rounded to so many decimals, without trailing zeros. Returns where it ends, or -1 where it was not
 * written: beyond 2^31, with more than nine decimals or with more digits than a double has.
 */
export function writeFixed(bytes: Uint8Array, start: number, value: number, decimals: number): number {
  const scale = powersOfTen[decimals]!;
  const magnitude = Math.abs(value);
  // Also what is not a number, and more decimals than there are powers, go the long way.
  if (!(magnitude * scale < exactLimit && magnitude < integerLimit - 1 && decimals <= mostDigits)) return -1;
  let whole = magnitude | 0;
  // The difference is exact, and the fraction has at most nine digits: integers of 32 bits, which are fast.
  let fraction = ((magnitude - whole) * scale + 0.5) | 0;
  if (fraction === scale) {
    whole += 1;
    fraction = 0;
  }
  let at = start;
  if (value < 0 && (whole > 0 || fraction > 0)) bytes[at++] = minus;
  at = writeDigits(bytes, at, whole, digitCount(whole));
  return fraction === 0 ? at : writeFraction(bytes, at, fraction, decimals);
}

/**
 * Writes a number with fifteen digits, or fifteen decimals where it is below 1, without trailing zeros. Returns where it
 * ends, or -1 where it was not written: beyond 2^31.
 */
export function writeSignificant(bytes: Uint8Array, start: number, value: number): number {
  // Most have few digits, which are found faster.
  const short = writeShortNumber(bytes, start, value);
  if (short >= 0) return short;
  const magnitude = Math.abs(value);
  if (!(magnitude < integerLimit - 1)) return -1;
  const whole = magnitude | 0;
  const decimals = whole === 0 ? significantDigits : significantDigits - digitCount(whole);
  if (decimals <= mostDigits) return writeFixed(bytes, start, value, decimals);
  // In two parts, as integers of 32 bits are fast. The difference is exact, and the last digit right to a ninth of it.
  const shifted = (magnitude - whole) * highScale;
  const lowDigits = decimals - highDigits;
  let high = shifted | 0;
  let low = ((shifted - high) * powersOfTen[lowDigits]! + 0.5) | 0;
  if (low === powersOfTen[lowDigits]!) {
    high += 1;
    low = 0;
  }
  if (low === 0) return writeFixed(bytes, start, value, highDigits);
  let at = start;
  if (value < 0) bytes[at++] = minus;
  at = writeDigits(bytes, at, whole, digitCount(whole));
  bytes[at] = point;
  at = writeDigits(bytes, at + 1, high, highDigits);
  at = writeDigits(bytes, at, low, lowDigits);
  while (bytes[at - 1] === zero) at -= 1;
  return at;
}

/** Writes a point and the fraction, given as an integer with so many decimals, without the zeros at its end. */
function writeFraction(bytes: Uint8Array, start: number, fraction: number, decimals: number): number {
  bytes[start] = point;
  let at = writeDigits(bytes, start + 1, fraction, decimals);
  while (bytes[at - 1] === zero) at -= 1;
  return at;
}

/** Writes the last `count` digits of a non-negative 32-bit integer, four or two at a time. Returns where they end. */
function writeDigits(bytes: Uint8Array, start: number, value: number, count: number): number {
  let rest = value;
  let at = start + count;
  while (at - start >= 4) {
    const next = (rest / 10_000) | 0;
    const four = rest - next * 10_000;
    const high = (four / 100) | 0;
    const low = four - high * 100;
    bytes[at - 1] = ones[low]!;
    bytes[at - 2] = tens[low]!;
    bytes[at - 3] = ones[high]!;
    bytes[at - 4] = tens[high]!;
    rest = next;
    at -= 4;
  }
  while (at - start >= 2) {
    const next = (rest / 100) | 0;
    const pair = rest - next * 100;
    bytes[at - 1] = ones[pair]!;
    bytes[at - 2] = tens[pair]!;
    rest = next;
    at -= 2;
  }
  if (at > start) bytes[at - 1] = zero + (rest % 10);
  return start + count;
}

/** Digits of a non-negative 32-bit integer. */
function digitCount(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  let count = 4;
  for (let rest = (value / 10_000) | 0; rest > 0; rest = (rest / 10) | 0) count += 1;
  return count;
}

/** The digits of 0 to 99. */
const ones = Uint8Array.from({ length: 100 }, (_, pair) => zero + (pair % 10));
const tens = Uint8Array.from({ length: 100 }, (_, pair) => zero + Math.floor(pair / 10));
