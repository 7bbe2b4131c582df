/** Text up to this length is written character by character while it is ASCII: cheaper than a call into the runtime. */
const shortText = 48;
const initialBytes = 1 << 20;

/** Bytes of records being put together, little-endian, in one growing buffer whose records begin at multiples of 8. */
export class FeatureBuffer {
  #bytes = Buffer.allocUnsafeSlow(initialBytes);
  #view = new DataView(this.#bytes.buffer);
  #doubles = new Float64Array(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Makes sure that so many bytes can be written without another look. */
  require(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.ceil(Math.max(needed, this.#bytes.length * 2) / 8) * 8);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
    this.#doubles = new Float64Array(larger.buffer);
  }

  /** A copy of everything so far, in memory of its own; the buffer begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#length);
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return bytes;
  }

  /** Zeros up to the next position that is so far past a multiple of a size. */
  align(size: number, past = 0): void {
    while (this.#length % size !== past) this.#bytes[this.#length++] = 0;
  }

  byte(value: number): void {
    this.#bytes[this.#length++] = value;
  }

  short(value: number): void {
    this.#view.setUint16(this.#length, value, true);
    this.#length += 2;
  }

  int(value: number): void {
    this.#view.setInt32(this.#length, value, true);
    this.#length += 4;
  }

  long(value: number | bigint): void {
    this.#view.setBigInt64(this.#length, BigInt(value), true);
    this.#length += 8;
  }

  double(value: number): void {
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** Writes over four bytes. */
  patch(position: number, value: number): void {
    this.#view.setUint32(position, value, true);
  }

  /** Some values of each record of so many: `from`, `from + stride`, ... The position is a multiple of 8. */
  doubles(source: Float64Array, { from, count, stride, width }: Stretch): void {
    this.require(count * width * 8);
    let to = this.#length / 8;
    if (stride === width) this.#doubles.set(source.subarray(from, from + count * width), to);
    else {
      for (let k = 0, at = from; k < count; k++, at += stride) {
        for (let value = 0; value < width; value++) this.#doubles[to++] = source[at + value]!;
      }
    }
    this.#length += count * width * 8;
  }

  /** The length of a text in bytes, in four bytes, and the text in UTF-8. */
  text(text: string): void {
    this.require(text.length * 3 + 4);
    const at = this.#length + 4;
    const written = this.#writeShort(text, at) ? text.length : this.#bytes.write(text, at, 'utf8');
    this.int(written);
    this.#length = at + written;
  }

  /** The number of some bytes, and the bytes. */
  blob(bytes: Uint8Array): void {
    this.require(bytes.length + 4);
    this.int(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #writeShort(text: string, at: number): boolean {
    if (text.length > shortText) return false;
    for (let k = 0; k < text.length; k++) {
      const code = text.charCodeAt(k);
      if (code > 127) return false;
      this.#bytes[at + k] = code;
    }
    return true;
  }
}

/** Values of coordinates: `width` of every `stride`. */
export interface Stretch {
  readonly from: number;
  readonly count: number;
  readonly stride: number;
  readonly width: number;
}
