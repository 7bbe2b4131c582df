import { PositionedFile } from './positioned-file.ts';

/** Records of a window, in bytes: what is held in memory at a time. */
const windowBytes = 16 * 1024 ** 2;
/** Of one read; and what is rather read and thrown away than read around. */
const runBytes = 1024 ** 2;
const gapBytes = 8192;
/** Records of a window at the most, for a record's place in it to fit beside its number in 53 bits. */
const windowRecords = 2 ** 20;

/** How much more room is made for what is to come: millions of records make it count. */
const growth = 1.3;

/** Some records in a row of the order that was asked for. */
export interface RecordWindow {
  /** Place of its first record in the order. */
  readonly first: number;
  /** The records, one behind the other. */
  readonly bytes: Buffer;
  /** Where each ends in `bytes`. */
  readonly ends: Uint32Array;
}

/** Keeps records in a file as they come, and gives them back in another order with bounded memory. */
export class RecordSpool {
  readonly #file: PositionedFile;
  /** Where each record ends in the file. */
  #ends = new Float64Array(4096);
  #count = 0;
  #length = 0;

  constructor(path: string) {
    this.#file = new PositionedFile(path);
  }

  get count(): number {
    return this.#count;
  }

  /** Adds records, by where each ends in `bytes`. */
  append(bytes: Uint8Array, ends: Uint32Array): void {
    this.#file.write(bytes, this.#length);
    this.#require(ends.length);
    for (let k = 0; k < ends.length; k++) this.#ends[this.#count++] = this.#length + ends[k]!;
    this.#length += bytes.length;
  }

  /**
   * All records in an order, in windows. A window is valid until the next. What of it lies close together in the file is
   * read at once: layers are mostly stored in some order of space already.
   */
  *windows(order: Uint32Array): Generator<RecordWindow> {
    let window = Buffer.allocUnsafeSlow(0);
    for (let first = 0; first < order.length;) {
      const ends: number[] = [];
      let length = 0;
      while (first + ends.length < order.length && ends.length < windowRecords) {
        const size = this.#sizeOf(order[first + ends.length]!);
        if (ends.length > 0 && length + size > windowBytes) break;
        length += size;
        ends.push(length);
      }
      if (window.length < length)
        window = Buffer.allocUnsafeSlow(Math.max(length, Math.min(windowBytes, this.#length)));
      const chosen = order.subarray(first, first + ends.length);
      this.#gather(chosen, Uint32Array.from(ends), window);
      yield { first, bytes: window.subarray(0, length), ends: Uint32Array.from(ends) };
      first += ends.length;
    }
  }

  /** Deletes the file. */
  [Symbol.dispose](): void {
    this.#file.remove();
  }

  /** Reads the chosen records to their places, in the order of the file. */
  #gather(chosen: Uint32Array, ends: Uint32Array, target: Buffer): void {
    const inFile = Float64Array.from(chosen, (record, place) => record * windowRecords + place).toSorted();
    let run = Buffer.allocUnsafeSlow(runBytes);
    for (let first = 0; first < inFile.length;) {
      const start = this.#startOf(Math.floor(inFile[first]! / windowRecords));
      const { next, end } = this.#runFrom(inFile, first);
      if (run.length < end - start) run = Buffer.allocUnsafeSlow(end - start);
      this.#file.read(run.subarray(0, end - start), start);
      for (let k = first; k < next; k++) {
        const record = Math.floor(inFile[k]! / windowRecords);
        const place = inFile[k]! % windowRecords;
        const from = this.#startOf(record) - start;
        run.copy(target, place === 0 ? 0 : ends[place - 1]!, from, from + this.#sizeOf(record));
      }
      first = next;
    }
  }

  /** How far one read goes from a record on: `next` is the first record that it leaves, `end` where it ends. */
  #runFrom(inFile: Float64Array, first: number): { next: number; end: number } {
    const record = (k: number): number => Math.floor(inFile[k]! / windowRecords);
    const start = this.#startOf(record(first));
    let end = this.#ends[record(first)]!;
    let next = first + 1;
    for (; next < inFile.length; next++) {
      const endOfNext = this.#ends[record(next)]!;
      if (this.#startOf(record(next)) - end > gapBytes || endOfNext - start > runBytes) break;
      end = endOfNext;
    }
    return { next, end };
  }

  #startOf(record: number): number {
    return record === 0 ? 0 : this.#ends[record - 1]!;
  }

  #sizeOf(record: number): number {
    return this.#ends[record]! - this.#startOf(record);
  }

  #require(more: number): void {
    const needed = this.#count + more;
    if (needed <= this.#ends.length) return;
    const larger = new Float64Array(Math.max(needed, Math.ceil(this.#ends.length * growth)));
    larger.set(this.#ends.subarray(0, this.#count));
    this.#ends = larger;
  }
}
