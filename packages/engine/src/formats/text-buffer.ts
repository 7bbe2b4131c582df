const minus = 45;
const point = 46;
const zero = 48;
/** Above this a scaled coordinate is no exact integer any more. */
const exactLimit = 2 ** 53;
/** Below this a number is a 32-bit integer, whose digits are found fast. */
const integerLimit = 2 ** 31;
/** Digits that such an integer always has room for. */
const mostDigits = 9;
const powersOfTen = Float64Array.from({ length: mostDigits + 1 }, (_, power) => 10 ** power);

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
    this.require(40);
    const scale = powersOfTen[decimals]!;
    const magnitude = Math.abs(value);
    const scaled = Math.floor(magnitude * scale + 0.5);
    const whole = Math.floor(scaled / scale);
    // Also what is not a number, and more decimals than there are powers, go the long way.
    if (!(scaled < exactLimit && whole < integerLimit && decimals <= mostDigits)) {
      this.ascii(Number.isFinite(value) ? longDecimal(value, decimals) : 'nan');
      return;
    }
    const bytes = this.#bytes;
    let at = this.#length;
    if (value < 0 && scaled > 0) bytes[at++] = minus;
    at = writeDigits(bytes, at, whole | 0, digitCount(whole | 0));
    const fraction = (scaled - whole * scale) | 0;
    if (fraction !== 0) {
      bytes[at++] = point;
      at = writeDigits(bytes, at, fraction, decimals);
      while (bytes[at - 1] === zero) at -= 1;
    }
    this.#length = at;
  }
}

/** Writes the last `count` digits of a non-negative 32-bit integer, two at a time. Returns where they end. */
function writeDigits(bytes: Uint8Array, start: number, value: number, count: number): number {
  let rest = value;
  let at = start + count;
  while (at - start >= 2) {
    const next = (rest / 100) | 0;
    const pair = rest - next * 100;
    bytes[at - 1] = ones[pair]!;
    bytes[at - 2] = tens[pair]!;
    rest = next;
    at -= 2;
  }
  if (at > start) bytes[at - 1] = zero + (rest % 10);
  return start + count;
}

function digitCount(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  let count = 4;
  for (let rest = (value / 10_000) | 0; rest > 0; rest = (rest / 10) | 0) count += 1;
  return count;
}

/** The digits of 0 to 99. */
const ones = Uint8Array.from({ length: 100 }, (_, pair) => zero + (pair % 10));
const tens = Uint8Array.from({ length: 100 }, (_, pair) => zero + Math.floor(pair / 10));

/** The same for numbers of more digits than the fast way has room for. */
function longDecimal(value: number, decimals: number): string {
  // Beyond this a number has no fraction, and `toFixed` would write an exponent.
  if (Math.abs(value) >= 1e21) return BigInt(value).toString();
  const text = value.toFixed(decimals);
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return short === '-0' ? '0' : short;
}
