import type { NumberColumn } from '../features/feature-batch.ts';
import {
  mostFixedBytes,
  mostShortBytes,
  mostSignificantBytes,
  numberText,
  writeFixed,
  writeShortNumber,
  writeSignificant,
} from './number-text.ts';

const lineFeed = 10;
const space = 32;
const comma = 44;
const open = 91;
const close = 93;
const quote = 34;
const backslash = 92;
const firstPrintable = 32;
const firstNotAscii = 128;
/** Decimals that a number of fifteen digits can have where the fast way has no room for it. */
const leastDecimals = 5;
/** Room to begin with. */
const leastBytes = 1 << 20;
/** Longer texts are faster by Node's own writing. */
const mostShortText = 48;

/** Bytes of text being put together, ASCII and UTF-8, in one growing buffer. */
export class TextBuffer {
  #bytes: Buffer<ArrayBuffer> = Buffer.alloc(0);
  /** The same memory. */
  #view = new DataView(this.#bytes.buffer, 0, 0);
  /** Bytes that are made room for at once. */
  #room = leastBytes;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Everything so far, in memory of its own; the buffer begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const { buffer, byteOffset } = this.#bytes;
    const bytes = new Uint8Array(buffer, byteOffset, this.#length);
    // The next piece will be about as long.
    this.#room = Math.max(leastBytes, Math.ceil(this.#length * 1.1));
    this.#useMemory(Buffer.alloc(0));
    this.#length = 0;
    return bytes;
  }

  /** Everything so far, which must be ASCII, as a string; the buffer begins anew. */
  takeAscii(): string {
    const text = this.#bytes.toString('latin1', 0, this.#length);
    this.#length = 0;
    return text;
  }

  /** Takes the last byte back. */
  dropLast(): void {
    this.#length -= 1;
  }

  /** Makes sure that so many bytes can be written without another look. */
  require(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#room, this.#bytes.length * 2, this.#length + bytes));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#useMemory(larger);
  }

  #useMemory(bytes: Buffer<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(value: number): void {
    this.require(1);
    this.#bytes[this.#length++] = value;
  }

  /** Bytes that were made beforehand. */
  bytes(bytes: Uint8Array): void {
    this.require(bytes.length);
    const target = this.#bytes;
    const start = this.#length;
    if (bytes.length > mostShortText) target.set(bytes, start);
    else for (let at = 0; at < bytes.length; at++) target[start + at] = bytes[at]!;
    this.#length = start + bytes.length;
  }

  /** The memory from its beginning, for those who write into it after `require`: valid until the next write here. */
  get view(): DataView {
    return this.#view;
  }

  /** Goes on where such writing has ended. */
  endAt(length: number): void {
    this.#length = length;
  }

  /** Text of ASCII characters only. */
  ascii(text: string): void {
    this.require(text.length);
    if (text.length > mostShortText || !this.#putShort(text, false)) {
      this.#length += this.#bytes.write(text, this.#length, 'latin1');
    }
  }

  text(text: string): void {
    this.require(text.length * 3);
    if (text.length > mostShortText || !this.#putShort(text, false)) {
      this.#length += this.#bytes.write(text, this.#length, 'utf8');
    }
  }

  /** Text as a JSON string (RFC 8259, section 7). */
  json(text: string): void {
    this.require(text.length + 2);
    const start = this.#length;
    this.#bytes[this.#length++] = quote;
    if (text.length <= mostShortText && this.#putShort(text, true)) {
      this.#bytes[this.#length++] = quote;
      return;
    }
    this.#length = start;
    this.text(JSON.stringify(text));
  }

  /**
   * Writes a short text byte by byte, which takes less than a call into Node. Writes nothing and answers false where a
   * character is no ASCII or would have to be escaped in JSON.
   */
  #putShort(text: string, isJson: boolean): boolean {
    const bytes = this.#bytes;
    const start = this.#length;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      const isEscaped = isJson && (code < firstPrintable || code === quote || code === backslash);
      if (code >= firstNotAscii || isEscaped) return false;
      bytes[start + at] = code;
    }
    this.#length = start + text.length;
    return true;
  }

  /** A number with all its digits. */
  number(value: number): void {
    this.require(mostShortBytes);
    const end = writeShortNumber(this.#bytes, this.#length, value);
    if (end < 0) this.ascii(String(value));
    else this.#length = end;
  }

  /** The value of a row with all its digits, or the other text for null and what is not a number. */
  value(column: NumberColumn, row: number, otherwise: string): void {
    this.require(mostShortBytes);
    const isPlain = column.nulls[row] === 0 && column.exact === null;
    const end = isPlain ? writeShortNumber(this.#bytes, this.#length, column.values[row]!) : -1;
    if (end < 0) this.ascii(numberText(column, row) ?? otherwise);
    else this.#length = end;
  }

  /** A number rounded to so many decimals, without trailing zeros and without an exponent. */
  fixed(value: number, decimals: number): void {
    this.require(mostFixedBytes);
    const end = writeFixed(this.#bytes, this.#length, value, decimals);
    if (end < 0) this.ascii(Number.isFinite(value) ? longDecimal(value, decimals) : 'nan');
    else this.#length = end;
  }

  /** Positions of a range, each on a line: x and y, rounded to so many decimals, or with fifteen digits for null. */
  lines(
    { coordinates, stride, first, last }: Omit<PositionRange, 'isReversed'>,
    decimals: number | null,
  ): void {
    for (let k = first * stride; k <= last * stride; k += stride) {
      this.coordinate(coordinates[k]!, decimals);
      this.byte(space);
      this.coordinate(coordinates[k + 1]!, decimals);
      this.byte(lineFeed);
    }
  }

  /** A number rounded to so many decimals, or with fifteen digits for null; without trailing zeros and an exponent. */
  coordinate(value: number, decimals: number | null): void {
    if (decimals !== null) return this.fixed(value, decimals);
    this.require(mostSignificantBytes);
    const end = writeSignificant(this.#bytes, this.#length, value);
    if (end >= 0) this.#length = end;
    else
      this.ascii(Number.isFinite(value) ? longDecimal(Number(value.toPrecision(15)), leastDecimals) : 'nan');
  }

  /** The x and y of positions as a JSON array of arrays, rounded to so many decimals. */
  positions({ coordinates, stride, first, last, isReversed }: PositionRange, decimals: number): void {
    const count = last - first + 1;
    const step = isReversed ? -stride : stride;
    let k = (isReversed ? last : first) * stride;
    this.byte(open);
    for (let done = 0; done < count; done++, k += step) {
      this.require(2 * mostFixedBytes + 3);
      const bytes = this.#bytes;
      let at = this.#length;
      if (done > 0) bytes[at++] = comma;
      bytes[at] = open;
      const middle = writeFixed(bytes, at + 1, coordinates[k]!, decimals);
      const end = middle < 0 ? -1 : writeFixed(bytes, middle + 1, coordinates[k + 1]!, decimals);
      if (end < 0) {
        this.#length = at + 1;
        this.fixedPair(coordinates[k]!, comma, coordinates[k + 1]!, decimals);
        this.byte(close);
        continue;
      }
      bytes[middle] = comma;
      bytes[end] = close;
      this.#length = end + 1;
    }
    this.byte(close);
  }

  /** Two such numbers with a byte between them, as most positions are. */
  fixedPair(x: number, between: number, y: number, decimals: number): void {
    this.require(2 * mostFixedBytes + 1);
    const bytes = this.#bytes;
    const middle = writeFixed(bytes, this.#length, x, decimals);
    const end = middle < 0 ? -1 : writeFixed(bytes, middle + 1, y, decimals);
    if (end < 0) {
      this.fixed(x, decimals);
      this.byte(between);
      this.fixed(y, decimals);
      return;
    }
    bytes[middle] = between;
    this.#length = end;
  }
}

/** Positions of an array of coordinates, forwards from the first or backwards from the last. */
export interface PositionRange {
  readonly coordinates: Float64Array;
  readonly stride: number;
  readonly first: number;
  readonly last: number;
  readonly isReversed: boolean;
}

/** A number rounded to so many decimals, for those of more digits than the fast way has room for. */
function longDecimal(value: number, decimals: number): string {
  // Beyond this a number has no fraction, and `toFixed` would write an exponent.
  if (Math.abs(value) >= 1e21) return BigInt(value).toString();
  const text = value.toFixed(decimals);
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return short === '-0' ? '0' : short;
}
