import { adler32 } from './adler32';
import {
  END_OF_BLOCK,
  distanceBase,
  distanceExtra,
  DISTANCE_LIMIT,
  LENGTH_LIMIT,
  lengthBase,
  lengthExtra,
  sentOrder,
} from './deflate-symbols';
import { buildDistances, buildGroups, buildSymbols, longSymbol } from './inflate-tables';
import {
  COUNTS,
  DISTANCE_SIZE,
  DISTANCES,
  FAR_COUNTS,
  FAR_SYMBOLS,
  GROUP_SIZE,
  GROUPS,
  LENGTHS,
  OFFSETS,
  SYMBOL_SIZE,
  SYMBOLS,
} from './scratch';

// The stream: its next byte, the bits that were read and not used, how many those are; and the next byte that is made.
let next: usize = 0;
let end: usize = 0;
let buffer: u64 = 0;
let bits: i32 = 0;
let out: usize = 0;
let outEnd: usize = 0;

/** Reads beyond the end see no more than this, and are found out after it. */
const OVERREAD: usize = 8;
/** A byte of the lengths of literals, and of those of distances behind them. */
const FIXED: i32 = 1;
const STORED: i32 = 0;

/**
 * Unpacks a zlib stream (RFC 1950, 1951) of a known length. 32 bytes behind the source can be read, and 320 behind the target can be
 * written.
 *
 * @returns whether it was one, whole and with the right checksum
 */
export function inflate(
  source: usize,
  sourceLength: i32,
  target: usize,
  targetLength: i32,
  scratch: usize,
): bool {
  // Method 8, no dictionary, and a check of the two bytes.
  if (sourceLength < 6 || (load<u8>(source) & 15) != 8 || (load<u8>(source, 1) & 32) != 0) return false;
  if (<i32>bswap<u16>(load<u16>(source)) % 31 != 0) return false;
  next = source + 2;
  end = source + sourceLength;
  buffer = 0;
  bits = 0;
  out = target;
  outEnd = target + targetLength;
  let isLast = false;
  while (!isLast) {
    refill();
    if (next > end + OVERREAD) return false;
    isLast = take(1) != 0;
    const kind = take(2);
    if (kind == STORED) {
      if (!copyStored()) return false;
    } else if (kind > 2 || !readCodes(kind == FIXED, scratch) || !unpack(target, scratch)) return false;
  }
  next -= bits >> 3;
  return out == outEnd && next + 4 <= end && bswap<u32>(load<u32>(next)) == adler32(target, targetLength);
}

function refill(): void {
  buffer |= load<u64>(next) << bits;
  next += (63 - bits) >> 3;
  bits |= 56;
}

/** Takes so many bits, of those that are there. */
function take(count: i32): i32 {
  const value = <i32>(buffer & (((<u64>1) << count) - 1));
  buffer >>= count;
  bits -= count;
  return value;
}

function copyStored(): bool {
  next -= bits >> 3;
  buffer = 0;
  bits = 0;
  if (next + 4 > end) return false;
  const length = <i32>load<u16>(next);
  if ((length ^ 0xffff) != <i32>load<u16>(next, 2)) return false;
  next += 4;
  if (next + length > end || out + length > outEnd) return false;
  memory.copy(out, next, length);
  next += length;
  out += length;
  return true;
}

/** Reads the codes of a block, and builds the tables that find their symbols. */
function readCodes(isFixed: bool, scratch: usize): bool {
  const lengths = scratch + LENGTHS;
  let literals = 288;
  let distances = 32;
  if (isFixed) {
    memory.fill(lengths, 8, 144);
    memory.fill(lengths + 144, 9, 112);
    memory.fill(lengths + 256, 7, 24);
    memory.fill(lengths + 280, 8, 8);
    memory.fill(lengths + 288, 5, 32);
  } else {
    literals = take(5) + 257;
    distances = take(5) + 1;
    if (literals > LENGTH_LIMIT || distances > DISTANCE_LIMIT) return false;
    if (!readLengths(literals + distances, scratch)) return false;
    if (load<u8>(lengths + END_OF_BLOCK) == 0) return false;
  }
  const offsets = scratch + OFFSETS;
  if (!buildSymbols(lengths, literals, scratch + SYMBOLS, scratch + COUNTS, offsets)) return false;
  const farLengths = lengths + literals;
  if (!buildSymbols(farLengths, distances, scratch + FAR_SYMBOLS, scratch + FAR_COUNTS, offsets))
    return false;
  buildGroups(scratch + SYMBOLS, scratch + GROUPS);
  buildDistances(scratch + FAR_SYMBOLS, scratch + DISTANCES);
  return true;
}

/** RFC 1951, section 3.2.7. */
function readLengths(all: i32, scratch: usize): bool {
  const lengths = scratch + LENGTHS;
  const sent = take(4) + 4;
  memory.fill(lengths, 0, 19);
  for (let place = 0; place < sent; place++) {
    refill();
    store<u8>(lengths + sentOrder(place), <u8>take(3));
  }
  const table = scratch + SYMBOLS;
  if (!buildSymbols(lengths, 19, table, scratch + COUNTS, scratch + OFFSETS)) return false;
  for (let at = 0; at < all;) {
    refill();
    if (next > end + OVERREAD) return false;
    const entry = <i32>load<u16>(table + ((<usize>(buffer & (SYMBOL_SIZE - 1))) << 1));
    if (entry == 0) return false;
    take(entry & 15);
    const symbol = entry >> 4;
    if (symbol < 16) {
      store<u8>(lengths + at++, <u8>symbol);
      continue;
    }
    if (symbol == 16 && at == 0) return false;
    const value = symbol == 16 ? load<u8>(lengths + at - 1) : 0;
    const repeat = symbol == 16 ? 3 + take(2) : symbol == 17 ? 3 + take(3) : 11 + take(7);
    if (at + repeat > all) return false;
    memory.fill(lengths + at, value, repeat);
    at += repeat;
  }
  return true;
}

/** Unpacks the symbols of a block. What is read and written is kept in locals: this is where the time goes. */
function unpack(target: usize, scratch: usize): bool {
  const groups = scratch + GROUPS;
  const distances = scratch + DISTANCES;
  const stop = end + OVERREAD;
  let at = next;
  let to = out;
  let ahead = buffer;
  let held = bits;
  while (true) {
    ahead |= load<u64>(at) << held;
    at += (63 - held) >> 3;
    held |= 56;
    if (at > stop || to > outEnd) return false;
    let group = load<u64>(groups + ((<usize>(ahead & (GROUP_SIZE - 1))) << 3));
    let length: usize;
    if ((group & 31) != 0) {
      store<u32>(to, <u32>(group >> 32));
      to += <usize>((group >> 5) & 7);
      const before = ahead;
      ahead >>= group & 15;
      held -= <i32>(group & 15);
      if ((group & 16) == 0) continue;
      length = <usize>(((group >> 17) & 511) + ((before >> ((group >> 8) & 15)) & ((group >> 12) & 31)));
    } else {
      // The end, or a code that is longer than the table's bits.
      let one = <u32>load<u16>(scratch + SYMBOLS + ((<usize>(ahead & (SYMBOL_SIZE - 1))) << 1));
      if (one == 0) one = longSymbol(ahead, scratch + COUNTS);
      if (one == 0) return false;
      ahead >>= one & 15;
      held -= one & 15;
      const symbol = <i32>(one >> 4);
      if (symbol == END_OF_BLOCK) break;
      if (symbol < END_OF_BLOCK) {
        store<u8>(to++, <u8>symbol);
        continue;
      }
      if (symbol >= LENGTH_LIMIT) return false;
      const extra = lengthExtra(symbol);
      length = <usize>lengthBase(symbol) + <usize>(ahead & ((1 << extra) - 1));
      ahead >>= extra;
      held -= extra;
    }
    const far = <u64>load<u32>(distances + ((<usize>(ahead & (DISTANCE_SIZE - 1))) << 2));
    let distance: usize;
    if (far != 0) {
      const all = far & 31;
      distance = <usize>((far >> 9) + ((ahead & (((<u64>1) << all) - 1)) >> ((far >> 5) & 15)));
      ahead >>= all;
      held -= <i32>all;
    } else {
      const one = longSymbol(ahead, scratch + FAR_COUNTS);
      const symbol = <i32>(one >> 4);
      if (one == 0 || symbol >= DISTANCE_LIMIT) return false;
      ahead >>= one & 15;
      const extra = distanceExtra(symbol);
      distance = <usize>distanceBase(symbol) + <usize>(ahead & (((<u64>1) << extra) - 1));
      ahead >>= extra;
      held -= <i32>(one & 15) + extra;
    }
    if (to - distance < target) return false;
    copyMatch(to, distance, length);
    to += length;
  }
  if (to > outEnd) return false;
  next = at;
  out = to;
  buffer = ahead;
  bits = held;
  return true;
}

/** Copies bytes from before; may write up to seven more. */
function copyMatch(to: usize, distance: usize, length: usize): void {
  const from = to - distance;
  if (distance >= 8) {
    for (let done: usize = 0; done < length; done += 8) store<u64>(to + done, load<u64>(from + done));
  } else if (distance == 1) {
    memory.fill(to, load<u8>(from), length);
  } else {
    for (let done: usize = 0; done < length; done++) store<u8>(to + done, load<u8>(from + done));
  }
}
