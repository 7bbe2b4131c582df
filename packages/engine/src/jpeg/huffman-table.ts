/** A Huffman table as a JPEG has it: symbols by the lengths of their codes (ITU-T T.81, B.2.4.2). */
export interface HuffmanTable {
  /** How many codes have 1, 2, ... 16 bits. */
  readonly counts: Uint8Array;
  /** Symbols in the order of their codes. */
  readonly symbols: Uint8Array;
}

const maxBits = 16;
const symbolCount = 256;

/** What a code is for each symbol; codes of no bits are not there. */
export interface HuffmanCodes {
  readonly codes: Uint16Array;
  readonly lengths: Uint8Array;
}

/** The codes of a table's symbols. */
export function huffmanCodes({ counts, symbols }: HuffmanTable): HuffmanCodes {
  const [codes, lengths] = [new Uint16Array(symbolCount), new Uint8Array(symbolCount)];
  let [code, at] = [0, 0];
  for (let length = 1; length <= maxBits; length++, code <<= 1) {
    for (let left = counts[length - 1]!; left > 0; left--) {
      const symbol = symbols[at++]!;
      codes[symbol] = code++;
      lengths[symbol] = length;
    }
  }
  return { codes, lengths };
}

/** For each 16 bits the length of the code that they begin with, times 256, and its symbol; 0 where they begin with none. */
export function huffmanLookup(table: HuffmanTable): Uint16Array {
  const { codes, lengths } = huffmanCodes(table);
  const lookup = new Uint16Array(1 << maxBits);
  for (const symbol of table.symbols) {
    const length = lengths[symbol]!;
    const first = codes[symbol]! << (maxBits - length);
    lookup.fill((length << 8) | symbol, first, first + (1 << (maxBits - length)));
  }
  return lookup;
}

/** The table with the shortest codes of at most 16 bits for symbols that are so frequent (ITU-T T.81, K.2). */
export function bestHuffmanTable(frequencies: Float64Array): HuffmanTable {
  const sizes = codeSizes(frequencies);
  const symbols = [...frequencies.keys()]
    .filter((symbol) => frequencies[symbol]! > 0)
    .toSorted((a, b) => sizes[a]! - sizes[b]!);
  return { counts: codesOfLengths(sizes), symbols: Uint8Array.from(symbols) };
}

/**
 * Bits of each symbol's code, without a limit. Behind the symbols stands one more, the least frequent: it takes the code of ones
 * alone, which is not allowed.
 */
function codeSizes(frequencies: Float64Array): Uint16Array {
  const weights = [...frequencies, 1];
  const sizes = new Uint16Array(weights.length);
  // Symbols whose codes begin alike.
  const groups = [...weights.keys()].filter((symbol) => weights[symbol]! > 0).map((symbol) => [symbol]);
  const sums = groups.map(([symbol]) => weights[symbol!]!);
  while (groups.length > 1) {
    const first = takeLeast(groups, sums);
    const second = takeLeast(groups, sums);
    const group = [...first.group, ...second.group];
    for (const symbol of group) sizes[symbol]! += 1;
    groups.unshift(group);
    sums.unshift(first.sum + second.sum);
  }
  return sizes;
}

/** Of equal ones the last. */
function takeLeast(groups: number[][], sums: number[]): { group: number[]; sum: number } {
  const least = sums.lastIndexOf(Math.min(...sums));
  return { group: groups.splice(least, 1)[0]!, sum: sums.splice(least, 1)[0]! };
}

/** How many codes have 1 to 16 bits, when those of more are shortened at the cost of others (K.3). */
function codesOfLengths(sizes: Uint16Array): Uint8Array {
  const counts = Array.from({ length: Math.max(maxBits, ...sizes) + 1 }, () => 0);
  for (const size of sizes) if (size > 0) counts[size]! += 1;
  for (let length = counts.length - 1; length > maxBits; length--) {
    while (counts[length]! > 0) {
      let shorter = length - 2;
      while (counts[shorter] === 0) shorter -= 1;
      counts[length]! -= 2;
      counts[length - 1]! += 1;
      counts[shorter + 1]! += 2;
      counts[shorter]! -= 1;
    }
  }
  // The code of ones alone is one of the longest.
  counts[counts.findLastIndex((count, length) => length <= maxBits && count > 0)]! -= 1;
  return Uint8Array.from(counts.slice(1, maxBits + 1));
}
