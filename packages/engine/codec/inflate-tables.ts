import {
  DISTANCE_LIMIT,
  distanceBase,
  distanceExtra,
  END_OF_BLOCK,
  LENGTH_LIMIT,
  lengthBase,
  lengthExtra,
  reverseBits,
} from './deflate-symbols';
import { DISTANCE_BITS, DISTANCE_SIZE, GROUP_BITS, GROUP_SIZE, SYMBOL_BITS, SYMBOL_SIZE } from './scratch';

/**
 * Finds symbols by the next bits: `symbol << 4 | bits`, 0 where the code is longer than the table's bits. The longer ones are found by
 * `longSymbol`, in what this leaves in `counts`.
 *
 * @returns false where the lengths are those of no code
 */
export function buildSymbols(lengths: usize, count: i32, table: usize, counts: usize, offsets: usize): bool {
  memory.fill(counts, 0, 32);
  for (let symbol = 0; symbol < count; symbol++) {
    const at = counts + ((<usize>load<u8>(lengths + symbol)) << 1);
    store<u16>(at, load<u16>(at) + 1);
  }
  store<u16>(counts, 0);
  let left = 1;
  let offset = 0;
  for (let length = 1; length < 16; length++) {
    const many = <i32>load<u16>(counts + (length << 1));
    left = (left << 1) - many;
    if (left < 0) return false;
    store<u16>(offsets + (length << 1), <u16>offset);
    offset += many;
  }
  // A set that leaves codes unused is allowed where it has one code or none.
  if (left > 0 && offset > 1) return false;
  const symbols = counts + 32;
  for (let symbol = 0; symbol < count; symbol++) {
    const length = <usize>load<u8>(lengths + symbol);
    if (length == 0) continue;
    const at = offsets + (length << 1);
    const place = load<u16>(at);
    store<u16>(symbols + ((<usize>place) << 1), <u16>symbol);
    store<u16>(at, place + 1);
  }
  fillSymbols(table, counts);
  return true;
}

function fillSymbols(table: usize, counts: usize): void {
  memory.fill(table, 0, SYMBOL_SIZE << 1);
  let code: u32 = 0;
  let place = counts + 32;
  for (let length = 1; length <= SYMBOL_BITS; length++) {
    for (let many = <i32>load<u16>(counts + (length << 1)); many > 0; many--) {
      const entry = (load<u16>(place) << 4) | <u16>length;
      place += 2;
      for (let index = <i32>reverseBits(code, length); index < SYMBOL_SIZE; index += 1 << length) {
        store<u16>(table + ((<usize>index) << 1), entry);
      }
      code++;
    }
    code <<= 1;
  }
}

/** A symbol by its code, bit by bit: `symbol << 4 | bits`, or 0 where there is none. */
export function longSymbol(next: u64, counts: usize): u32 {
  let code = 0;
  let first = 0;
  let place = 0;
  let bits = next;
  for (let length = 1; length < 16; length++) {
    code |= <i32>(bits & 1);
    bits >>= 1;
    const many = <i32>load<u16>(counts + (length << 1));
    if (code - many < first) {
      return ((<u32>load<u16>(counts + 32 + ((<usize>(place + code - first)) << 1))) << 4) | <u32>length;
    }
    place += many;
    first = (first + many) << 1;
    code <<= 1;
  }
  return 0;
}

/**
 * Joins what the next bits hold: up to four literals, then the length of a match. 0 where not even one symbol fits, or it is the end.
 * From bit 0: bits of all with the length's extra ones (4), whether there is a length (1), literals (3), bits without the
 * extra ones (4), a mask of those (5), the length without them (9); from bit 32 the literals.
 */
export function buildGroups(symbols: usize, table: usize): void {
  for (let index = 0; index < GROUP_SIZE; index++) {
    let bits = 0;
    let count = 0;
    let literals: u64 = 0;
    let match: u64 = 0;
    while (true) {
      const next = <i32>load<u16>(symbols + ((<usize>(index >> bits)) << 1));
      const symbol = next >> 4;
      const together = bits + (next & 15);
      if (next == 0 || together > GROUP_BITS || symbol == END_OF_BLOCK || symbol >= LENGTH_LIMIT) break;
      if (symbol > END_OF_BLOCK) {
        bits = together;
        const extra = lengthExtra(symbol);
        match = 16 | (bits << 8) | (((1 << extra) - 1) << 12) | (lengthBase(symbol) << 17);
        match += extra;
        break;
      }
      if (count == 4) break;
      literals |= (<u64>symbol) << (count << 3);
      count++;
      bits = together;
    }
    store<u64>(table + ((<usize>index) << 3), (match + bits) | (count << 5) | (literals << 32));
  }
}

/**
 * Distances in place of their symbols, 0 where the code is longer than the table's bits. From bit 0: bits with the extra ones (5),
 * bits without (4), the distance without them.
 */
export function buildDistances(symbols: usize, table: usize): void {
  for (let index = 0; index < DISTANCE_SIZE; index++) {
    const one = <i32>load<u16>(symbols + ((<usize>index) << 1));
    const symbol = one >> 4;
    const bits = one & 15;
    const isHere = one != 0 && symbol < DISTANCE_LIMIT && bits <= DISTANCE_BITS;
    const entry = isHere ? (bits + distanceExtra(symbol)) | (bits << 5) | (distanceBase(symbol) << 9) : 0;
    store<u32>(table + ((<usize>index) << 2), entry);
  }
}
