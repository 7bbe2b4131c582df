import { reverseBits } from './deflate-symbols';
import { DEPTHS, OFFSETS, PARENTS, SORTED, WEIGHTS } from './scratch';

/** Frequencies and symbols are sorted as one number: the symbol in the low bits. */
const SYMBOL_MASK: u32 = 511;
const SYMBOL_WIDTH: u32 = 9;
const MOST: u32 = 0x7f_ffff;

/**
 * Lengths of the codes of symbols that come so often, of at most `limit` bits.
 *
 * @param frequencies u32[count]
 * @param lengths u8[count], 0 for symbols that do not come. At least two have a code, as some readers want.
 */
export function codeLengths(
  frequencies: usize,
  count: i32,
  limit: i32,
  lengths: usize,
  scratch: usize,
): void {
  memory.fill(lengths, 0, count);
  const sorted = scratch + SORTED;
  let used = 0;
  for (let symbol = 0; symbol < count; symbol++) {
    const frequency = load<u32>(frequencies + (symbol << 2));
    if (frequency > 0) store<u32>(sorted + (used++ << 2), (min(frequency, MOST) << SYMBOL_WIDTH) | symbol);
  }
  if (used < 2) {
    const only = used == 0 ? 0 : <i32>(load<u32>(sorted) & SYMBOL_MASK);
    store<u8>(lengths + only, 1);
    store<u8>(lengths + (only == 0 ? 1 : 0), 1);
    return;
  }
  sort(sorted, used);
  joinRarest(used, scratch);
  const counts = scratch + OFFSETS;
  countDepths(used, limit, scratch);
  shorten(counts, limit);
  // The rarest get the longest.
  let rank = 0;
  for (let length = limit; length >= 1; length--) {
    for (let many = <i32>load<u16>(counts + (length << 1)); many > 0; many--) {
      store<u8>(lengths + (load<u32>(sorted + (rank++ << 2)) & SYMBOL_MASK), <u8>length);
    }
  }
}

/** By Shell's method: they are a few hundred. */
function sort(values: usize, count: i32): void {
  for (let gap = count >> 1; gap > 0; gap >>= 1) {
    for (let place = gap; place < count; place++) {
      const value = load<u32>(values + (place << 2));
      let at = place;
      for (; at >= gap && load<u32>(values + ((at - gap) << 2)) > value; at -= gap) {
        store<u32>(values + (at << 2), load<u32>(values + ((at - gap) << 2)));
      }
      store<u32>(values + (at << 2), value);
    }
  }
}

/** Huffman's tree by two queues: the sorted leaves, and the nodes that are made, which come sorted. */
function joinRarest(used: i32, scratch: usize): void {
  const weights = scratch + WEIGHTS;
  const parents = scratch + PARENTS;
  for (let leaf = 0; leaf < used; leaf++) {
    store<u32>(weights + (leaf << 2), load<u32>(scratch + SORTED + (leaf << 2)) >> SYMBOL_WIDTH);
  }
  let leaf = 0;
  let inner = used;
  for (let made = used; made < 2 * used - 1; made++) {
    let sum: u32 = 0;
    for (let side = 0; side < 2; side++) {
      const isLeaf =
        leaf < used &&
        (inner >= made || load<u32>(weights + (leaf << 2)) <= load<u32>(weights + (inner << 2)));
      const chosen = isLeaf ? leaf++ : inner++;
      sum += load<u32>(weights + (chosen << 2));
      store<u16>(parents + (chosen << 1), <u16>made);
    }
    store<u32>(weights + (made << 2), sum);
  }
}

/** How many leaves lie how deep, those too deep at the limit. */
function countDepths(used: i32, limit: i32, scratch: usize): void {
  const parents = scratch + PARENTS;
  const depths = scratch + DEPTHS;
  const counts = scratch + OFFSETS;
  memory.fill(counts, 0, 32);
  const root = 2 * used - 2;
  store<u16>(depths + (root << 1), 0);
  for (let node = root - 1; node >= 0; node--) {
    const depth = <i32>load<u16>(depths + ((<usize>load<u16>(parents + (node << 1))) << 1)) + 1;
    store<u16>(depths + (node << 1), <u16>depth);
    if (node >= used) continue;
    const at = counts + (min(depth, limit) << 1);
    store<u16>(at, load<u16>(at) + 1);
  }
}

/** Where codes were cut to the limit there are too many: shorter ones get longer until all fit (Kraft's inequality). */
function shorten(counts: usize, limit: i32): void {
  let room = 1 << limit;
  for (let length = 1; length <= limit; length++) {
    room -= (<i32>load<u16>(counts + (length << 1))) << (limit - length);
  }
  for (; room < 0; room++) {
    let length = limit - 1;
    while (load<u16>(counts + (length << 1)) == 0) length--;
    add(counts + (length << 1), -1);
    add(counts + ((length + 1) << 1), 2);
    add(counts + (limit << 1), -1);
  }
}

function add(at: usize, value: i32): void {
  store<u16>(at, <u16>(<i32>load<u16>(at) + value));
}

/** The codes of such lengths: `length << 16 | bits`, the bits as they are written (RFC 1951, section 3.2.2). */
export function assignCodes(lengths: usize, count: i32, codes: usize): void {
  let code: u32 = 0;
  for (let length = 1; length < 16; length++) {
    for (let symbol = 0; symbol < count; symbol++) {
      if (<i32>load<u8>(lengths + symbol) != length) continue;
      store<u32>(codes + (symbol << 2), reverseBits(code++, length) | ((<u32>length) << 16));
    }
    code <<= 1;
  }
}
