const minus = 45;
const point = 46;
const zero = 48;
/** Above this a scaled coordinate is no exact integer any more. */
const exactLimit = 2 ** 53;

/** Bytes of text being put together, ASCII and UTF-8, in one growing buffer. */
export class TextBuffer {
  #bytes = Buffer.allocUnsafe(1 << 20);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A copy of everything so far, in memory of its own; the buffer begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#length);
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return bytes;
  }

  /** Takes the last byte back. */
  dropLast(): void {
    this.#length -= 1;
  }

  /** Makes sure that so many bytes can be written without another look. */
  require(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + bytes));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }

  byte(value: number): void {
    this.require(1);
    this.#bytes[this.#length++] = value;
  }

  /** Text of ASCII characters only. */
  ascii(text: string): void {
    this.require(text.length);
    this.#length += this.#bytes.write(text, this.#length, 'latin1');
  }

  text(text: string): void {
    this.require(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  /** A number rounded to so many decimals, without trailing zeros and without an exponent. */
  fixed(value: number, decimals: number): void {
    const scale = 10 ** decimals;
    const scaled = Math.round(Math.abs(value) * scale);
    if (!(scaled < exactLimit)) {
      this.ascii(Number.isFinite(value) ? longDecimal(value, decimals) : 'nan');
      return;
    }
    this.require(40);
    if (value < 0 && scaled > 0) this.#bytes[this.#length++] = minus;
    const whole = Math.floor(scaled / scale);
    this.#digits(whole, 1);
    let fraction = scaled - whole * scale;
    if (fraction === 0) return;
    let width = decimals;
    while (fraction % 10 === 0) {
      fraction /= 10;
      width -= 1;
    }
    this.#bytes[this.#length++] = point;
    this.#digits(fraction, width);
  }

  /** The digits of a non-negative integer below 2^53, with zeros in front up to `width`. */
  #digits(value: number, width: number): void {
    let count = 1;
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) count += 1;
    count = Math.max(count, width);
    let rest = value;
    for (let at = this.#length + count - 1; at >= this.#length; at--) {
      const next = Math.floor(rest / 10);
      this.#bytes[at] = zero + (rest - next * 10);
      rest = next;
    }
    this.#length += count;
  }
}

/** The same for numbers of more than 15 digits, for which the fast way has no room. */
function longDecimal(value: number, decimals: number): string {
  // Beyond this a number has no fraction, and `toFixed` would write an exponent.
  if (Math.abs(value) >= 1e21) return BigInt(value).toString();
  const text = value.toFixed(decimals);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
