import type { Hasher } from '../digest/hasher.ts';

const blockBytes = 64;

/**
 * A SHA-256 that is fed chunk by chunk (FIPS 180-4). WebCrypto wants all bytes at once, which an archive of gigabytes
 * is not, and is missing on pages that came by plain http.
 */
export function createSha256(): Hasher {
  return new Sha256();
}

class Sha256 implements Hasher {
  readonly #state: Uint32Array;
  readonly #constants: Uint32Array;
  readonly #schedule = new Uint32Array(64);
  readonly #block = new Uint8Array(blockBytes);
  #filled = 0;
  #total = 0;

  constructor() {
    const primes = firstPrimes(64);
    // FIPS 180-4, 5.3.3 and 4.2.2: the fractions of square and of cube roots of the first primes.
    this.#state = Uint32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
    this.#constants = Uint32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
  }

  update(chunk: Uint8Array): void {
    this.#total += chunk.byteLength;
    let offset = 0;
    if (this.#filled > 0) {
      offset = Math.min(blockBytes - this.#filled, chunk.byteLength);
      this.#block.set(chunk.subarray(0, offset), this.#filled);
      this.#filled += offset;
      if (this.#filled < blockBytes) return;
      this.#compress(this.#block, 0);
    }
    for (; offset + blockBytes <= chunk.byteLength; offset += blockBytes) this.#compress(chunk, offset);
    this.#block.set(chunk.subarray(offset));
    this.#filled = chunk.byteLength - offset;
  }

  digest(): string {
    const bits = BigInt(this.#total) * 8n;
    // A one bit, zeros up to the last eight bytes of a block, and the length there.
    const padding = new Uint8Array(((119 - (this.#total % blockBytes)) % blockBytes) + 9);
    padding[0] = 0x80;
    new DataView(padding.buffer).setBigUint64(padding.byteLength - 8, bits);
    this.update(padding);
    return Array.from(this.#state, (word) => word.toString(16).padStart(8, '0')).join('');
  }

  /** FIPS 180-4, 6.2.2, with its names. */
  #compress(bytes: Uint8Array, offset: number): void {
    const state = this.#state;
    const k = this.#constants;
    const w = this.#expand(bytes, offset);
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let t = 0; t < 64; t += 1) {
      const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const t1 = (h + sum1 + ((e & f) ^ (~e & g)) + k[t]! + w[t]!) | 0;
      const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const t2 = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, index) => {
      state[index]! += word;
    });
  }

  #expand(bytes: Uint8Array, offset: number): Uint32Array {
    const view = new DataView(bytes.buffer, bytes.byteOffset + offset, blockBytes);
    const w = this.#schedule;
    for (let t = 0; t < 16; t += 1) w[t] = view.getUint32(t * 4);
    for (let t = 16; t < 64; t += 1) {
      const early = w[t - 15]!;
      const late = w[t - 2]!;
      const sigma0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
      const sigma1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
      w[t] = w[t - 16]! + sigma0 + w[t - 7]! + sigma1;
    }
    return w;
  }
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function fraction(root: number): number {
  return (root % 1) * 2 ** 32;
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n += 1) {
    if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  }
  return primes;
}
