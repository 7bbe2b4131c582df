import { closeSync, openSync, readSync, writevSync } from 'node:fs';

import { loadRasterCodec, type RasterCodec } from './raster-codec.ts';
import {
  pixelBytes,
  retileBytes,
  slotRows,
  sourceBlockBytes,
  sourceRowsOf,
  targetRowsOf,
} from './retile-layout.ts';
import {
  counter,
  packedOf,
  type RetileState,
  stopRetiling,
  type ThreadMemory,
  unpackedOf,
} from './retile-state.ts';
import { stepNumbers, unpackStep } from './retile-steps.ts';
import { rowsOfBlock } from '../tiff/tiff-image.ts';

/** Thrown where others have stopped. */
class Stopped extends Error {}

/** How long to sleep before looking whether others have stopped. */
const napMs = 200;

/** One thread of a copy. */
export class RetileThread implements Disposable {
  readonly #state: RetileState;
  readonly #own: ThreadMemory;
  readonly #codec: RasterCodec;
  readonly #bytes: Uint8Array;
  readonly #sizes: ReturnType<typeof retileBytes>;
  readonly #source: number;
  /** Opened when there is something to write. */
  #target: number | null = null;

  constructor(state: RetileState, number: number) {
    this.#state = state;
    this.#own = state.threads[number]!;
    this.#codec = loadRasterCodec(state.memory);
    this.#bytes = new Uint8Array(state.memory.buffer);
    this.#sizes = retileBytes(state.layout);
    this.#source = openSync(state.sourcePath, 'r');
  }

  [Symbol.dispose](): void {
    closeSync(this.#source);
    if (this.#target !== null) closeSync(this.#target);
  }

  /**
   * Takes steps until there are no more, or another thread has stopped.
   *
   * @throws Error where a block is not what the file says; the other threads stop then
   */
  run(): void {
    const { steps, counters } = this.#state;
    try {
      for (;;) {
        const at = Atomics.add(counters, counter.nextStep, 1) * stepNumbers;
        if (at >= steps.length) return;
        const [kind, band, row, column] = steps.subarray(at, at + stepNumbers) as unknown as Step;
        if (kind === unpackStep) this.#unpack(band, row, column);
        else this.#pack(band, row, column);
      }
    } catch (error) {
      if (error instanceof Stopped) return;
      stopRetiling(this.#state);
      throw error;
    }
  }

  #unpack(band: number, row: number, column: number): void {
    const { layout, counters, ring } = this.#state;
    const { source, sourceRow, ringRows, stride } = layout;
    this.#waitForRing(band, row);
    const { sourceColumn, sourceColumns } = layout.bands[band]!;
    const block = (sourceRow + row) * source.blocksAcross + sourceColumn + column;
    const from = this.#readBlock(block, sourceBlockBytes(source, sourceRow + row));
    const rowBytes = source.blockWidth * pixelBytes(source);
    const to = ring + (row % ringRows) * source.blockHeight * stride + column * rowBytes;
    const rows = rowsOfBlock(source, sourceRow + row);
    if (source.hasDifferences) {
      const undo = source.sampleBytes === 1 ? this.#codec.undoBytes : this.#codec.undoShorts;
      undo(from, rowBytes, to, stride, rows, rowBytes, source.samples);
    } else {
      for (let line = 0; line < rows; line++) {
        const start = from + line * rowBytes;
        this.#bytes.copyWithin(to + line * stride, start, start + rowBytes);
      }
    }
    this.#count(unpackedOf(layout, band, row), sourceColumns, counters);
  }

  /** Waits until nothing that was in that part of the ring before is needed any more. */
  #waitForRing(band: number, row: number): void {
    const { layout } = this.#state;
    const { bands, ringRows, targetRows } = layout;
    const before = row - ringRows;
    if (before >= 0) {
      const [first, last] = targetRowsOf(layout, before);
      const { targetColumns } = bands[band]!;
      for (let target = first; target <= last; target++) {
        this.#waitFor(packedOf(layout, band, target), targetColumns);
      }
    } else if (band > 0) {
      const { targetColumns } = bands[band - 1]!;
      for (let target = 0; target < targetRows; target++) {
        this.#waitFor(packedOf(layout, band - 1, target), targetColumns);
      }
    }
  }

  /** Reads and unpacks a block of the source. Returns its address. */
  #readBlock(block: number, length: number): number {
    const { source } = this.#state.layout;
    const { packed, unpacked, scratch } = this.#own;
    const count = source.counts[block]!;
    const to = source.isCompressed ? packed : unpacked;
    const read = readSync(this.#source, this.#bytes, to, count, source.offsets[block]!);
    if (read < count) throw new Error(`block ${block} of ${this.#state.sourcePath} ends too early`);
    if (source.isCompressed && this.#codec.inflate(packed, count, unpacked, length, scratch) === 0) {
      throw new Error(`block ${block} of ${this.#state.sourcePath} cannot be unpacked`);
    }
    return unpacked;
  }

  #pack(band: number, row: number, column: number): void {
    const { layout, counters, slots } = this.#state;
    const { targetRows, blockHeight, window } = layout;
    const { sourceColumns, targetColumns } = layout.bands[band]!;
    const [first, last] = sourceRowsOf(layout, row);
    for (let source = first; source <= last; source++) {
      this.#waitFor(unpackedOf(layout, band, source), sourceColumns);
    }
    const place = band * targetRows + row;
    this.#waitFor(counter.rowsWritten, place - slotRows + 1);
    this.#cut(band, row, column, Math.min(blockHeight, window.height - row * blockHeight));
    const { slotRow, slot, block } = this.#sizes;
    const slotsOfRow = slots + (place % slotRows) * slotRow;
    const to = slotsOfRow + column * slot;
    const length = this.#codec.deflate(this.#own.block, block, to, this.#own.scratch);
    this.#state.counts[this.#blockAt(band, row, column)] = length;
    Atomics.add(counters, counter.blocksPacked, 1);
    if (this.#count(packedOf(layout, band, row), targetColumns, counters)) {
      this.#writeRow(band, row, slotsOfRow);
    }
  }

  #blockAt(band: number, row: number, column: number): number {
    const { bands, targetColumns } = this.#state.layout;
    return row * targetColumns + bands[band]!.targetColumn + column;
  }

  /** Takes the differences of a block's lines from the ring. Beyond the edge of the window they are 0. */
  #cut(band: number, row: number, column: number, lines: number): void {
    const { layout, ring } = this.#state;
    const { source, window, blockWidth, blockHeight, stride, ringRows, lineOffset } = layout;
    const { targetColumn, pixelOffset } = layout.bands[band]!;
    const size = pixelBytes(source);
    const rowBytes = blockWidth * size;
    const pixels = Math.min(blockWidth, window.width - (targetColumn + column) * blockWidth);
    const to = this.#own.block;
    if (pixels < blockWidth || lines < blockHeight) this.#bytes.fill(0, to, to + blockHeight * rowBytes);
    const take = source.sampleBytes === 1 ? this.#codec.takeBytes : this.#codec.takeShorts;
    const ringLines = ringRows * source.blockHeight;
    const left = ring + (pixelOffset + column * blockWidth) * size;
    for (let done = 0; done < lines;) {
      const line = (lineOffset + row * blockHeight + done) % ringLines;
      const count = Math.min(lines - done, ringLines - line);
      take(
        left + line * stride,
        stride,
        to + done * rowBytes,
        rowBytes,
        count,
        pixels * size,
        source.samples,
      );
      done += count;
    }
  }

  /** Writes a row of packed blocks behind the one before. */
  #writeRow(band: number, row: number, from: number): void {
    const { layout, counters, position, offsets, counts } = this.#state;
    const place = band * layout.targetRows + row;
    this.#waitFor(counter.rowsWritten, place);
    const parts: Uint8Array[] = [];
    const start = position[0]!;
    let end = start;
    for (let column = 0; column < layout.bands[band]!.targetColumns; column++) {
      const block = this.#blockAt(band, row, column);
      const at = from + column * this.#sizes.slot;
      parts.push(this.#bytes.subarray(at, at + counts[block]!));
      offsets[block] = end;
      end += counts[block]!;
    }
    this.#target ??= openSync(this.#state.targetPath, 'r+');
    writeAll(this.#target, parts, start);
    position[0] = end;
    Atomics.store(counters, counter.rowsWritten, place + 1);
    Atomics.notify(counters, counter.rowsWritten);
  }

  /** Counts one more. Returns whether that were all. */
  #count(index: number, all: number, counters: Int32Array): boolean {
    const isLast = Atomics.add(counters, index, 1) + 1 === all;
    if (isLast) Atomics.notify(counters, index);
    return isLast;
  }

  #waitFor(index: number, least: number): void {
    const { counters } = this.#state;
    for (;;) {
      if (Atomics.load(counters, counter.stop) !== 0) throw new Stopped();
      const value = Atomics.load(counters, index);
      if (value >= least) return;
      Atomics.wait(counters, index, value, napMs);
    }
  }
}

type Step = readonly [kind: number, band: number, row: number, column: number];

/** The kernel takes so many parts at once. */
const maxParts = 1024;

function writeAll(file: number, parts: readonly Uint8Array[], start: number): void {
  let position = start;
  for (let at = 0; at < parts.length; at += maxParts) {
    const some = parts.slice(at, at + maxParts);
    const bytes = some.reduce((sum, { length }) => sum + length, 0);
    const written = writevSync(file, some, position);
    if (written < bytes) throw new Error(`only ${written} of ${bytes} bytes could be written`);
    position += bytes;
  }
}
