// The symbols of deflate: RFC 1951, sections 3.2.5 to 3.2.7.

export const END_OF_BLOCK: i32 = 256;
/** Literals, the end, and lengths; 286 and 287 have codes and no meaning. */
export const LENGTH_LIMIT: i32 = 286;
export const DISTANCE_LIMIT: i32 = 30;

/** The shortest match that a symbol from 257 stands for. */
export function lengthBase(symbol: i32): i32 {
  const step = symbol - 257;
  if (step < 8) return 3 + step;
  if (step == 28) return 258;
  return ((4 + (step & 3)) << ((step >> 2) - 1)) + 3;
}

/** Bits that are added to that. */
export function lengthExtra(symbol: i32): i32 {
  const step = symbol - 257;
  return step < 8 || step == 28 ? 0 : (step >> 2) - 1;
}

/** The symbol of a match of 3 to 258 bytes. */
export function lengthSymbol(length: i32): i32 {
  if (length == 258) return 285;
  if (length < 11) return 254 + length;
  const beyond = length - 3;
  const extra = 29 - clz(beyond);
  return 257 + ((extra + 1) << 2) + ((beyond >> extra) & 3);
}

/** The shortest distance that a symbol stands for. */
export function distanceBase(symbol: i32): i32 {
  if (symbol < 4) return 1 + symbol;
  return ((2 + (symbol & 1)) << ((symbol >> 1) - 1)) + 1;
}

/** Bits that are added to that. */
export function distanceExtra(symbol: i32): i32 {
  return symbol < 4 ? 0 : (symbol >> 1) - 1;
}

/** Which code's length is sent at a place: 16, 17, 18, 0, 8, 7, 9, 6, 10, ... */
export function sentOrder(place: i32): i32 {
  if (place < 3) return 16 + place;
  if (place == 3) return 0;
  const step = place - 4;
  return (step & 1) == 0 ? 8 + (step >> 1) : 7 - (step >> 1);
}

/** A code's bits in the order in which they are written. */
export function reverseBits(code: u32, length: i32): u32 {
  let bits = code;
  bits = ((bits & 0x5555) << 1) | ((bits >> 1) & 0x5555);
  bits = ((bits & 0x3333) << 2) | ((bits >> 2) & 0x3333);
  bits = ((bits & 0x0f0f) << 4) | ((bits >> 4) & 0x0f0f);
  bits = ((bits & 0x00ff) << 8) | ((bits >> 8) & 0x00ff);
  return bits >> (16 - length);
}
