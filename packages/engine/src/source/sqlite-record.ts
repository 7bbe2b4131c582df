/** What a value of a record is stored as. */
export type StorageClass = 'null' | 'number' | 'text' | 'blob';

/** A value as SQLite would give it; integers that a double does not hold exactly as bigint. */
export type StoredValue = number | bigint | string | Buffer | null;

/** First serial types of blobs (even) and texts (odd). */
const firstBlob = 12;
const firstText = 13;
/** Bytes of the serial types below those. */
const numberSizes = Uint8Array.of(0, 1, 2, 3, 4, 6, 8, 8, 0, 0);

/**
 * The values of a row as SQLite stores them (file format, section 2.1): a head with the type of each, then the values
 * behind each other. One object serves all rows.
 */
export class SqliteRecord {
  readonly #types: Float64Array;
  readonly #starts: Float64Array;
  #bytes: Buffer = Buffer.alloc(0);
  #count = 0;

  /** @param columns how many columns of a row are looked at, from the first */
  constructor(columns: number) {
    this.#types = new Float64Array(columns);
    this.#starts = new Float64Array(columns);
  }

  /** Reads the head of the record from `start` to `end`. Answers false where it is none. */
  read(bytes: Buffer, start: number, end: number): boolean {
    const types = this.#types;
    const starts = this.#starts;
    this.#bytes = bytes;
    readVarint(bytes, start);
    let at = varintEnd;
    let value = start + varint;
    const headEnd = value;
    if (headEnd > end) return false;
    let column = 0;
    for (; column < types.length && at < headEnd; column++) {
      readVarint(bytes, at);
      at = varintEnd;
      types[column] = varint;
      starts[column] = value;
      value += varint >= firstBlob ? Math.floor((varint - firstBlob) / 2) : (numberSizes[varint] ?? NaN);
    }
    this.#count = column;
    return at <= headEnd && value <= end;
  }

  /** A column that the row was written without is null. */
  storageClass(column: number): StorageClass {
    const type = column < this.#count ? this.#types[column]! : 0;
    if (type === 0) return 'null';
    if (type < firstBlob) return 'number';
    return type % 2 === 0 ? 'blob' : 'text';
  }

  /** Where the bytes of a text or blob begin. */
  startOf(column: number): number {
    return this.#starts[column]!;
  }

  endOf(column: number): number {
    return this.#starts[column]! + Math.floor((this.#types[column]! - firstBlob) / 2);
  }

  value(column: number): StoredValue {
    const type = column < this.#count ? this.#types[column]! : 0;
    if (type >= firstBlob) return this.#sizedValue(column, type);
    const bytes = this.#bytes;
    const start = this.#starts[column]!;
    switch (type) {
      case 0:
        return null;
      case 1:
        return bytes.readInt8(start);
      case 2:
        return bytes.readInt16BE(start);
      case 3:
        return bytes.readIntBE(start, 3);
      case 4:
        return bytes.readInt32BE(start);
      case 5:
        return bytes.readIntBE(start, 6);
      case 6:
        return exactNumber(bytes.readBigInt64BE(start));
      case 7:
        return bytes.readDoubleBE(start);
      default:
        return type - 8;
    }
  }

  #sizedValue(column: number, type: number): string | Buffer {
    const [start, end] = [this.#starts[column]!, this.endOf(column)];
    if (type >= firstText && type % 2 === 1) return this.#bytes.toString('utf8', start, end);
    return Buffer.from(this.#bytes.subarray(start, end));
  }
}

function exactNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The number that `readVarint` has read, and where it ended. */
export let varint = 0;
export let varintEnd = 0;

/**
 * Reads a variable-length integer (file format, section 1.6) into `varint` and `varintEnd`: two results without an
 * object for each. Beyond 2^53 it is not exact; a negative one is.
 */
export function readVarint(bytes: Uint8Array, start: number): void {
  const first = bytes[start]!;
  if (first < 0x80) {
    varint = first;
    varintEnd = start + 1;
    return;
  }
  let value = first & 0x7f;
  let at = start + 1;
  for (; at < start + 8; at++) {
    const byte = bytes[at]!;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      varint = value;
      varintEnd = at + 1;
      return;
    }
  }
  // The ninth byte gives all its bits; such a number may be negative.
  const isNegative = (first & 0x40) !== 0;
  varint = isNegative ? Number(BigInt.asIntN(64, ninthByte(bytes, start))) : value * 256 + bytes[at]!;
  varintEnd = at + 1;
}

function ninthByte(bytes: Uint8Array, start: number): bigint {
  let value = 0n;
  for (let at = start; at < start + 8; at++) value = (value << 7n) | BigInt(bytes[at]! & 0x7f);
  return (value << 8n) | BigInt(bytes[start + 8]!);
}
