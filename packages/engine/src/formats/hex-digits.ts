const digitCodes = Buffer.from('0123456789ABCDEF');
/** The four digits of every two bytes, the first in the lowest byte: numbers are looked up by two bytes at once. */
const digits = Uint32Array.from({ length: 1 << 16 }, (_, word) => {
  const first = digitAt(word, 4) | (digitAt(word, 0) << 8);
  return first | (digitAt(word, 12) << 16) | (digitAt(word, 8) << 24);
});

function digitAt(word: number, shift: number): number {
  return digitCodes[(word >> shift) & 15]!;
}

/** Bytes in the order of memory, by two: those of the words from one to before another. */
export interface HexWords {
  readonly words: Uint16Array;
  readonly from: number;
  readonly end: number;
}

/** Writes bytes as hexadecimal digits; returns where they end. */
export function writeHex(target: DataView, start: number, { words, from, end }: HexWords): number {
  let to = start;
  for (let at = from; at < end; at++, to += 4) target.setUint32(to, digits[words[at]!]!, true);
  return to;
}
