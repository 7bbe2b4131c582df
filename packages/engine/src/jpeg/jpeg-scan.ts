import { EngineError } from '../engine-error.ts';
import { huffmanCodes, huffmanLookup, type HuffmanTable } from './huffman-table.ts';
import { codingUnit, type JpegFrame, type PixelSize } from './jpeg-frame.ts';

/** How the blocks of a scan follow each other, and with which tables they are coded. */
export interface ScanLayout {
  /** Pixels that are coded together. */
  readonly unit: PixelSize;
  /** For each block of a unit its tables: of the first coefficient, and of the others. */
  readonly blocks: readonly (readonly [dc: number, ac: number])[];
}

/** Compressed pixels of a strip, and how many pixels they are. */
export interface Strip {
  readonly pixels: Buffer;
  readonly size: PixelSize;
}

/** Tables by twice their number, and one more where they are for all coefficients but the first. */
export type HuffmanTables = readonly (HuffmanTable | undefined)[];

/** Each is a symbol of a table, with the bits that follow it: the table above 24 bits, the symbol above 16, and those bits. */
export type ScanTokens = Uint32Array;

/** Coefficients of a block. */
const blockSize = 64;
/** Of a run of zeros that goes on. */
const longRun = 0xf0;

/** The layout that the headers of a frame and its scan tell. */
export function scanLayout({ header, scan }: JpegFrame): ScanLayout {
  const count = header[9]!;
  const components = Array.from({ length: count }, (_, index) => {
    const factors = header[11 + index * 3]!;
    const tables = scan[6 + index * 2]!;
    const blocks = count === 1 ? 1 : (factors >> 4) * (factors & 0xf);
    return Array.from({ length: blocks }, () => [(tables >> 4) * 2, (tables & 0xf) * 2 + 1] as const);
  });
  return { unit: codingUnit(header), blocks: components.flat() };
}

/** Takes the compressed pixels of strips apart, without a look at what they mean. */
export class ScanReader {
  readonly #layout: ScanLayout;
  readonly #lookups: readonly Uint16Array[];
  #tokens = new Uint32Array(0);
  #bytes: Buffer = Buffer.alloc(0);
  #bits = 0;
  #count = 0;
  #at = 0;

  constructor(layout: ScanLayout, tables: HuffmanTables) {
    this.#layout = layout;
    this.#lookups = tables.map((table) => huffmanLookup(table ?? noTable));
  }

  /**
   * The tokens of a strip. They are there until the next strip is read.
   *
   * @throws EngineError `gdal-failed` where it is damaged
   */
  read({ pixels, size }: Strip): ScanTokens {
    const { unit, blocks } = this.#layout;
    this.#bytes = withoutStuffing(pixels);
    this.#bits = (this.#bytes.length - padding) * 8;
    // A token takes a bit at the least.
    if (this.#tokens.length < this.#bits) this.#tokens = new Uint32Array(this.#bits);
    this.#count = 0;
    this.#at = 0;
    const units = Math.ceil(size.width / unit.width) * Math.ceil(size.height / unit.height);
    for (let left = units; left > 0; left--) {
      for (const [dc, ac] of blocks) this.#readBlock(dc, ac);
    }
    return this.#tokens.subarray(0, this.#count);
  }

  #readBlock(dc: number, ac: number): void {
    this.#next(dc);
    let index = 1;
    while (index < blockSize) {
      const symbol = this.#next(ac);
      if ((symbol & 0xf) === 0 && symbol !== longRun) return;
      index += (symbol >> 4) + 1;
    }
    if (index > blockSize) throw damaged();
  }

  #next(table: number): number {
    const code = this.#lookups[table]![peek(this.#bytes, this.#at)]!;
    const length = code >> 8;
    const symbol = code & 0xff;
    const extra = symbol & 0xf;
    const from = this.#at + length;
    if (length === 0 || from + extra > this.#bits) throw damaged();
    const value = extra === 0 ? 0 : peek(this.#bytes, from) >> (16 - extra);
    this.#tokens[this.#count++] = (table << 24) | (symbol << 16) | value;
    this.#at = from + extra;
    return symbol;
  }
}

const noTable: HuffmanTable = { counts: new Uint8Array(16), symbols: new Uint8Array() };

/** Adds up how often each symbol of each table is there. */
export function countSymbols(tokens: ScanTokens, frequencies: readonly Float64Array[]): void {
  for (const token of tokens) frequencies[token >>> 24]![(token >>> 16) & 0xff]! += 1;
}

/** Puts tokens together again, with the codes of other tables. */
export function writeScan(tokens: ScanTokens, tables: HuffmanTables): Buffer {
  const coders = tables.map((table) => huffmanCodes(table ?? noTable));
  // No token has more than 32 bits, and each byte may need another behind it.
  const bytes = Buffer.allocUnsafe(tokens.length * 8 + 2);
  let [length, bits, filled] = [0, 0, 0];
  const put = (value: number, width: number): void => {
    bits = (bits << width) | value;
    filled += width;
    while (filled >= 8) {
      filled -= 8;
      const byte = (bits >> filled) & 0xff;
      bytes[length++] = byte;
      if (byte === 0xff) bytes[length++] = 0;
    }
    bits &= 0xff;
  };
  for (const token of tokens) {
    const { codes, lengths } = coders[token >>> 24]!;
    const symbol = (token >>> 16) & 0xff;
    put(codes[symbol]!, lengths[symbol]!);
    put(token & 0xffff, symbol & 0xf);
  }
  // What is left of the last byte is ones.
  if (filled > 0) put(0xff >> filled, 8 - filled);
  return bytes.subarray(0, length);
}

/** Bytes behind the last, so that bits can be read beyond. */
const padding = 4;

/** The bytes without the zeros that stand behind each of ones alone. */
function withoutStuffing(pixels: Buffer): Buffer {
  const bytes = Buffer.alloc(pixels.length + padding, 0xff);
  let [length, from] = [0, 0];
  for (let at = pixels.indexOf(0xff); at >= 0; at = pixels.indexOf(0xff, from)) {
    length += pixels.copy(bytes, length, from, at + 1);
    from = at + 2;
  }
  length += pixels.copy(bytes, length, from);
  return bytes.subarray(0, length + padding).fill(0xff, length);
}

/** The 16 bits from a place. */
function peek(bytes: Buffer, at: number): number {
  const byte = at >>> 3;
  const word = (bytes[byte]! << 16) | (bytes[byte + 1]! << 8) | bytes[byte + 2]!;
  return (word >>> (8 - (at & 7))) & 0xffff;
}

function damaged(): EngineError {
  return new EngineError('gdal-failed', 'GDAL wrote a strip of a JPEG that cannot be read.');
}
