import type { Hasher } from '../digest/hasher.ts';

const blockBytes = 64;

/**
 * A SHA-256 that is fed chunk by chunk (FIPS 180-4). WebCrypto wants all bytes at once, which an archive of gigabytes
 * is not, and is missing on pages that came by plain http.
 */
export function createSha256(): Hasher {
  // FIPS 180-4, 5.3.3 and 4.2.2: the fractions of square and of cube roots of the first primes.
  const primes = firstPrimes(64);
  const state = Uint32Array.from(primes.slice(0, 8), (prime) => (Math.sqrt(prime) % 1) * 2 ** 32);
  const constants = Uint32Array.from(primes, (prime) => (Math.cbrt(prime) % 1) * 2 ** 32);
  const schedule = new Uint32Array(64);
  const compress = (bytes: Uint8Array, offset: number): void => {
    expand(schedule, new DataView(bytes.buffer, bytes.byteOffset + offset, blockBytes));
    mix(state, schedule, constants);
  };
  const block = new Uint8Array(blockBytes);
  let filled = 0;
  let total = 0;

  const update = (chunk: Uint8Array): void => {
    total += chunk.byteLength;
    let offset = 0;
    if (filled > 0) {
      offset = Math.min(blockBytes - filled, chunk.byteLength);
      block.set(chunk.subarray(0, offset), filled);
      filled += offset;
      if (filled < blockBytes) return;
      compress(block, 0);
    }
    for (; offset + blockBytes <= chunk.byteLength; offset += blockBytes) compress(chunk, offset);
    block.set(chunk.subarray(offset));
    filled = chunk.byteLength - offset;
  };

  const digest = async (): Promise<string> => {
    // A one bit, zeros up to the last eight bytes of a block, and the length in bits there.
    const padding = new Uint8Array(((119 - (total % blockBytes)) % blockBytes) + 9);
    padding[0] = 0x80;
    new DataView(padding.buffer).setBigUint64(padding.byteLength - 8, BigInt(total) * 8n);
    update(padding);
    return Array.from(state, (word) => word.toString(16).padStart(8, '0')).join('');
  };

  return {
    update: async (chunks) => chunks.forEach(update),
    digest,
  };
}

/** FIPS 180-4, 6.2.2, step 1. */
function expand(w: Uint32Array, block: DataView): void {
  for (let t = 0; t < 64; t += 1) {
    if (t < 16) {
      w[t] = block.getUint32(t * 4);
      continue;
    }
    const early = w[t - 15]!;
    const late = w[t - 2]!;
    const sigma0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const sigma1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    w[t] = w[t - 16]! + sigma0 + w[t - 7]! + sigma1;
  }
}

/** FIPS 180-4, 6.2.2, steps 2 to 4, with its names. */
function mix(state: Uint32Array, w: Uint32Array, k: Uint32Array): void {
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
  [a, b, c, d, e, f, g, h].forEach((word, index) => (state[index]! += word));
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n += 1) {
    if (primes.every((prime) => n % prime > 0)) primes.push(n);
  }
  return primes;
}
