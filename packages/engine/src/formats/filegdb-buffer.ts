const initialBytes = 1 << 20;
/** Text up to this length is written character by character while it is ASCII: cheaper than a call into the runtime. */
const shortText = 48;
/** Bytes of a whole number of variable length, at most: of 53 bits and a sign. */
const mostVariableBytes = 8;
/** Beyond 30 bits the operators of integers do not reach. */
const smallLimit = 2 ** 30;

/** Rows of a File Geodatabase being put together, little-endian, in one growing buffer. */
export class FileGdbBuffer {
  #bytes = Buffer.allocUnsafeSlow(initialBytes);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  /** Makes sure that so many bytes can be written without another look. */
  require(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  /** A copy of everything so far, in memory of its own; the buffer begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.length);
    bytes.set(this.#bytes.subarray(0, this.length));
    this.length = 0;
    return bytes;
  }

  byte(value: number): void {
    this.#bytes[this.length++] = value;
  }

  /** So many bytes of the same value. */
  fill(value: number, count: number): void {
    for (let k = 0; k < count; k++) this.#bytes[this.length++] = value;
  }

  int(value: number): void {
    this.#view.setInt32(this.length, value, true);
    this.length += 4;
  }

  double(value: number): void {
    this.#view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** Clears a bit of what has been written. */
  clearBit(position: number, bit: number): void {
    this.#bytes[position + (bit >> 3)]! &= ~(1 << (bit & 7));
  }

  /** Writes over four bytes. */
  patchInt(position: number, value: number): void {
    this.#view.setInt32(position, value, true);
  }

  /** A whole number from 0 to 2^53: seven bits a byte, the lowest first, and the highest bit where there are more. */
  unsigned(value: number): void {
    let rest = value;
    for (; rest >= smallLimit; rest = Math.floor(rest / 128)) {
      this.#bytes[this.length++] = (rest % 128) | 0x80;
    }
    for (; rest > 0x7f; rest >>>= 7) this.#bytes[this.length++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.length++] = rest;
  }

  /** A whole number of either sign: as `unsigned`, but the first byte has the sign and six bits. */
  signed(value: number): void {
    const sign = value < 0 ? 0x40 : 0;
    const size = value < 0 ? -value : value;
    if (size < 64) {
      this.#bytes[this.length++] = size | sign;
      return;
    }
    if (size < smallLimit) {
      this.#bytes[this.length++] = (size & 0x3f) | sign | 0x80;
      let rest = size >>> 6;
      for (; rest > 0x7f; rest >>>= 7) this.#bytes[this.length++] = (rest & 0x7f) | 0x80;
      this.#bytes[this.length++] = rest;
      return;
    }
    this.#bytes[this.length++] = (size % 64) | sign | 0x80;
    this.unsigned(Math.floor(size / 64));
  }

  /** The length of a text in bytes, and the text in UTF-8. */
  text(text: string): void {
    this.require(text.length * 3 + mostVariableBytes);
    if (this.#writeShort(text)) return;
    const size = Buffer.byteLength(text);
    this.unsigned(size);
    this.length += this.#bytes.write(text, this.length, 'utf8');
  }

  /** The number of some bytes, and the bytes. */
  blob(bytes: Uint8Array): void {
    this.require(bytes.length + mostVariableBytes);
    this.unsigned(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Writes the size of what stands from a position on in front of it, where one byte has been left for that. */
  sizeInFront(start: number): void {
    const size = this.length - start;
    if (size <= 0x7f) {
      this.#bytes[start - 1] = size;
      return;
    }
    this.require(mostVariableBytes);
    const width = Math.ceil((32 - Math.clz32(size)) / 7);
    this.#bytes.copyWithin(start - 1 + width, start, start + size);
    this.length = start - 1;
    this.unsigned(size);
    this.length += size;
  }

  #writeShort(text: string): boolean {
    if (text.length > shortText) return false;
    const at = this.length + 1;
    for (let k = 0; k < text.length; k++) {
      const code = text.charCodeAt(k);
      if (code > 127) return false;
      this.#bytes[at + k] = code;
    }
    this.#bytes[this.length] = text.length;
    this.length = at + text.length;
    return true;
  }
}
