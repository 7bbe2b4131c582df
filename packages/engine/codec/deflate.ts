import { adler32 } from './adler32';
import {
  END_OF_BLOCK,
  LENGTH_LIMIT,
  lengthBase,
  lengthExtra,
  lengthSymbol,
  sentOrder,
} from './deflate-symbols';
import { assignCodes, codeLengths } from './huffman';
import { CODES, FREQUENCIES, LENGTHS, SENT, SENT_CODES, SENT_LENGTHS } from './scratch';

/** Four codes and a started byte fit in 64 bits. */
const LONGEST_CODE: i32 = 14;
/** Every fifth chunk of 16 bytes is counted. The step divides no usual length of a row, so that all columns have their turn. */
const SAMPLE_STEP: usize = 80;
const SAMPLE_SHARE: u32 = 5;
const LONGEST_RUN: usize = 256;
/** zlib's header: deflate, a window of 32 KiB, the fastest level. */
const ZLIB_HEADER: u16 = 0x0178;

// What is being written: the next byte, and bits that are not yet a byte.
let out: usize = 0;
let buffer: u64 = 0;
let bits: u64 = 0;

/**
 * Packs bytes as a zlib stream (RFC 1950, 1951) of one block with Huffman codes and runs of a byte, and no other matches: of
 * differences of pixels these find little. The target has room for seven quarters of the length and 2048 bytes.
 *
 * @returns its length
 */
export function deflate(source: usize, length: i32, target: usize, scratch: usize): i32 {
  const hasRuns = count(source, length, scratch);
  const lengths = scratch + LENGTHS;
  codeLengths(scratch + FREQUENCIES, LENGTH_LIMIT, LONGEST_CODE, lengths, scratch);
  assignCodes(lengths, LENGTH_LIMIT, scratch + CODES);
  store<u16>(target, ZLIB_HEADER);
  out = target + 2;
  buffer = 0;
  bits = 0;
  writeHeader(scratch);
  writeSymbols(source, length, hasRuns, scratch + CODES);
  out += <usize>((bits + 7) >> 3);
  store<u32>(out, bswap<u32>(adler32(source, length)));
  return <i32>(out + 4 - target);
}

/** Counts symbols in a sample. Each that may come counts once more. Returns whether there are runs. */
function count(source: usize, length: i32, scratch: usize): bool {
  const table = scratch + FREQUENCIES;
  memory.fill(table, 0, 4 * 1280);
  const end = source + length;
  let runs: u32 = 0;
  for (let at = source; at + 16 <= end; at += SAMPLE_STEP) {
    if (at > source && isRun(at, load<u8>(at - 1))) {
      runs++;
      continue;
    }
    countEight(table, load<u64>(at));
    countEight(table, load<u64>(at, 8));
  }
  for (let byte = 0; byte < 256; byte++) {
    const at = table + (byte << 2);
    const sum = load<u32>(at) + load<u32>(at, 1280) + load<u32>(at, 2560) + load<u32>(at, 3840);
    store<u32>(at, 1 + SAMPLE_SHARE * sum);
  }
  memory.fill(table + 1024, 0, (LENGTH_LIMIT - 256) << 2);
  store<u32>(table + (END_OF_BLOCK << 2), 1);
  if (runs == 0) return false;
  for (let long: i32 = 16; long <= <i32>LONGEST_RUN; long += 16) {
    store<u32>(table + (lengthSymbol(long) << 2), 1 + (SAMPLE_SHARE * runs) / 16);
  }
  return true;
}

/** Four tables, so that equal bytes in a row do not wait for each other. */
function countEight(table: usize, word: u64): void {
  increment(table + ((<usize>(word & 255)) << 2));
  increment(table + 1280 + ((<usize>((word >> 8) & 255)) << 2));
  increment(table + 2560 + ((<usize>((word >> 16) & 255)) << 2));
  increment(table + 3840 + ((<usize>((word >> 24) & 255)) << 2));
  increment(table + ((<usize>((word >> 32) & 255)) << 2));
  increment(table + 1280 + ((<usize>((word >> 40) & 255)) << 2));
  increment(table + 2560 + ((<usize>((word >> 48) & 255)) << 2));
  increment(table + 3840 + ((<usize>(word >> 56)) << 2));
}

function increment(at: usize): void {
  store<u32>(at, load<u32>(at) + 1);
}

/** Whether the next 16 bytes are all this one. */
function isRun(at: usize, byte: u8): bool {
  return i8x16.all_true(i8x16.eq(v128.load(at), i8x16.splat(<i8>byte)));
}

/** The codes of the block: RFC 1951, section 3.2.7. There is one code of a distance, of one bit: the byte before. */
function writeHeader(scratch: usize): void {
  const lengths = scratch + LENGTHS;
  let literals = LENGTH_LIMIT;
  while (literals > END_OF_BLOCK + 1 && load<u8>(lengths + literals - 1) == 0) literals--;
  store<u8>(lengths + literals, 1);
  const table = scratch + FREQUENCIES;
  memory.fill(table, 0, 76);
  const sentCount = joinLengths(literals + 1, table, scratch);
  const sentLengths = scratch + SENT_LENGTHS;
  codeLengths(table, 19, 7, sentLengths, scratch);
  assignCodes(sentLengths, 19, scratch + SENT_CODES);
  let places = 19;
  while (places > 4 && load<u8>(sentLengths + sentOrder(places - 1)) == 0) places--;
  // The last block, with codes of its own.
  write(1, 1);
  write(2, 2);
  write(literals - 257, 5);
  write(0, 5);
  write(places - 4, 4);
  for (let place = 0; place < places; place++) write(load<u8>(sentLengths + sentOrder(place)), 3);
  for (let index = 0; index < sentCount; index++) {
    const one = <i32>load<u16>(scratch + SENT + (index << 1));
    const symbol = one & 255;
    const code = load<u32>(scratch + SENT_CODES + (symbol << 2));
    write(code & 0xffff, code >> 16);
    if (symbol >= 16) write(one >> 8, symbol == 16 ? 2 : symbol == 17 ? 3 : 7);
  }
}

/** Lengths, with repeats as one symbol and how often: `extra << 8 | symbol`. Returns how many. */
function joinLengths(all: i32, table: usize, scratch: usize): i32 {
  const lengths = scratch + LENGTHS;
  let sent = 0;
  for (let at = 0; at < all;) {
    const value = <i32>load<u8>(lengths + at);
    let run = 1;
    while (at + run < all && <i32>load<u8>(lengths + at + run) == value) run++;
    let symbol = value;
    let extra = 0;
    let taken = 1;
    if (value == 0 && run >= 3) {
      taken = min(run, 138);
      symbol = taken < 11 ? 17 : 18;
      extra = taken - (taken < 11 ? 3 : 11);
    } else if (at > 0 && <i32>load<u8>(lengths + at - 1) == value && run >= 3) {
      taken = min(run, 6);
      symbol = 16;
      extra = taken - 3;
    }
    store<u16>(scratch + SENT + (sent++ << 1), <u16>((extra << 8) | symbol));
    increment(table + (symbol << 2));
    at += taken;
  }
  return sent;
}

function write(value: u32, count: u32): void {
  buffer |= (<u64>value) << bits;
  bits += count;
  store<u64>(out, buffer);
  out += <usize>(bits >> 3);
  buffer >>= bits & 56;
  bits &= 7;
}

function writeSymbols(source: usize, length: i32, hasRuns: bool, codes: usize): void {
  const end = source + length;
  let at = source;
  while (at + 16 <= end) {
    if (hasRuns && at > source && isRun(at, load<u8>(at - 1))) at = writeRun(at, end, codes);
    else at = writeLiterals(at, end, hasRuns, codes);
  }
  for (; at < end; at++) writeCode(load<u32>(codes + ((<usize>load<u8>(at)) << 2)));
  writeCode(load<u32>(codes + (END_OF_BLOCK << 2)));
}

function writeCode(code: u32): void {
  write(code & 0xffff, code >> 16);
}

/** Returns where it ends. */
function writeRun(at: usize, end: usize, codes: usize): usize {
  const byte = load<u8>(at - 1);
  let stop = at + 16;
  while (stop + 16 <= end && stop < at + LONGEST_RUN && isRun(stop, byte)) stop += 16;
  const length = <i32>(stop - at);
  const symbol = lengthSymbol(length);
  writeCode(load<u32>(codes + (symbol << 2)));
  // The distance's bit is 0.
  write(length - lengthBase(symbol), lengthExtra(symbol) + 1);
  return stop;
}

/** Writes sixteens of bytes up to the next run. What is written is kept in locals: this is where the time goes. */
function writeLiterals(source: usize, end: usize, hasRuns: bool, codes: usize): usize {
  let at = source;
  let to = out;
  let pending = buffer;
  let held = bits;
  do {
    for (let stop = at + 16; at < stop; at += 4) {
      const four = load<u32>(at);
      const first = load<u32>(codes + ((<usize>(four & 255)) << 2));
      const second = load<u32>(codes + ((<usize>((four >> 8) & 255)) << 2));
      const third = load<u32>(codes + ((<usize>((four >> 16) & 255)) << 2));
      const fourth = load<u32>(codes + ((<usize>(four >> 24)) << 2));
      const one = (first & 0xffff) | ((second & 0xffff) << (first >> 16));
      const two = (third & 0xffff) | ((fourth & 0xffff) << (third >> 16));
      const oneBits = (first >> 16) + (second >> 16);
      pending |= (<u64>one | ((<u64>two) << oneBits)) << held;
      held += oneBits + (third >> 16) + (fourth >> 16);
      store<u64>(to, pending);
      to += <usize>(held >> 3);
      pending >>= held & 56;
      held &= 7;
    }
  } while (at + 16 <= end && !(hasRuns && isRun(at, load<u8>(at - 1))));
  out = to;
  buffer = pending;
  bits = held;
  return at;
}
