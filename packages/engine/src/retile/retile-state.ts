import { type CodecMemory, loadRasterCodec, overread, overwrite, sharedMemory } from './raster-codec.ts';
import { largestBlock, retileBytes, type RetileLayout, sourceBlockBytes } from './retile-layout.ts';
import { retileSteps } from './retile-steps.ts';

/** Addresses of what one thread has for itself. */
export interface ThreadMemory {
  readonly scratch: number;
  /** A block of the source as it is in the file, and unpacked. */
  readonly packed: number;
  readonly unpacked: number;
  /** Differences of a block of the target. */
  readonly block: number;
}

/** What the threads of a copy share. Plain data and shared memory: it is sent to them. */
export interface RetileState {
  readonly layout: RetileLayout;
  readonly sourcePath: string;
  readonly targetPath: string;
  readonly memory: CodecMemory;
  readonly threads: readonly ThreadMemory[];
  /** Addresses of the ring of lines, and of the packed blocks that wait. */
  readonly ring: number;
  readonly slots: number;
  readonly steps: Int32Array;
  /** See {@link counter}; then blocks unpacked of each row of each band; then blocks packed. */
  readonly counters: Int32Array;
  /** Where the next block is written in the target's file. */
  readonly position: Float64Array;
  /** Of each block of the target, rows from the top. */
  readonly offsets: Float64Array;
  readonly counts: Float64Array;
}

/** Places in the counters. Rows written are -1 until it is known where. */
export const counter = { stop: 0, nextStep: 1, rowsWritten: 2, blocksPacked: 3, first: 4 } as const;

const alignment = 64;

/** Sets aside all that a copy needs. */
export function retileState(
  layout: RetileLayout,
  { threads, ...paths }: { threads: number; sourcePath: string; targetPath: string },
): RetileState {
  const { ring, slots, block } = retileBytes(layout);
  let end = alignment;
  const set = (bytes: number): number => {
    const at = end;
    end = Math.ceil((at + bytes) / alignment) * alignment;
    return at;
  };
  const scratchBytes = loadRasterCodec(sharedMemory(1)).scratchBytes();
  const own = Array.from({ length: threads }, (): ThreadMemory => ({
    scratch: set(scratchBytes),
    packed: set(largestBlock(layout)! + overread),
    unpacked: set(sourceBlockBytes(layout.source, 0) + overwrite),
    block: set(block + alignment),
  }));
  const places = { ring: set(ring + alignment), slots: set(slots) };
  const { bands, sourceRows, targetRows, targetColumns } = layout;
  const blocks = targetRows * targetColumns;
  const state: RetileState = {
    ...paths,
    ...places,
    layout,
    memory: sharedMemory(end),
    threads: own,
    steps: retileSteps(layout),
    counters: new Int32Array(shared(counter.first + bands.length * (sourceRows + targetRows), 4)),
    position: new Float64Array(shared(1, 8)),
    offsets: new Float64Array(shared(blocks, 8)),
    counts: new Float64Array(shared(blocks, 8)),
  };
  state.counters[counter.rowsWritten] = -1;
  return state;
}

function shared(count: number, bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(count * bytes);
}

/** The counter of blocks unpacked of a row. */
export function unpackedOf({ sourceRows }: RetileLayout, band: number, row: number): number {
  return counter.first + band * sourceRows + row;
}

/** The counter of blocks packed of a row. */
export function packedOf({ bands, sourceRows, targetRows }: RetileLayout, band: number, row: number): number {
  return counter.first + bands.length * sourceRows + band * targetRows + row;
}

/** Lets threads write blocks into the target's file, which is there, from a position on. */
export function startWriting({ counters, position }: RetileState, start: number): void {
  position[0] = start;
  Atomics.store(counters, counter.rowsWritten, 0);
  Atomics.notify(counters, counter.rowsWritten);
}

/** Lets no thread take another step. */
export function stopRetiling({ counters }: RetileState): void {
  Atomics.store(counters, counter.stop, 1);
}
