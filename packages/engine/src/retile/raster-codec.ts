import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Memory of WebAssembly that threads share. */
export interface CodecMemory {
  readonly buffer: SharedArrayBuffer;
}

/** What is used of it: TypeScript declares WebAssembly with the DOM only, which Node has not. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number; maximum: number; shared: true }) => CodecMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { env: { memory: CodecMemory } },
  ) => { readonly exports: unknown };
};

/** Where differences, or values, are taken from and go to: addresses, bytes from row to row, bytes of a row, values of a pixel. */
type Rows = (
  ...places: readonly [
    source: number,
    sourceStride: number,
    target: number,
    targetStride: number,
    rows: number,
    rowBytes: number,
    samples: number,
  ]
) => void;

/**
 * Packs and unpacks the blocks of TIFFs, in WebAssembly (`packages/engine/codec`). Its memory may be shared with other threads, whose
 * codecs work beside it in other places of it.
 */
export interface RasterCodec {
  /** Bytes of working memory for `inflate` and `deflate`. */
  scratchBytes(): number;
  /**
   * Unpacks a zlib stream to a known length, and tells whether that is what it was (1, else 0). 32 bytes behind the source can be read, and 320 behind
   * the target can be written.
   */
  inflate(
    source: number,
    sourceLength: number,
    target: number,
    targetLength: number,
    scratch: number,
  ): number;
  /**
   * Packs bytes as a zlib stream by Huffman codes and runs only, and tells its length, of at most {@link packedBytes}.
   */
  deflate(source: number, length: number, target: number, scratch: number): number;
  /** TIFF's predictor 2, of values of one byte and of two. */
  readonly undoBytes: Rows;
  readonly undoShorts: Rows;
  readonly takeBytes: Rows;
  readonly takeShorts: Rows;
}

/** Bytes that `inflate` may read behind its source, and write behind its target. */
export const overread = 32;
export const overwrite = 320;

/** Bytes that `deflate` needs for so many. */
export function packedBytes(length: number): number {
  return Math.ceil((length * 7) / 4) + 2048;
}

/** Bytes of a page of WebAssembly's memory. */
const pageBytes = 65_536;
const maxPages = 65_536;

/** Memory that threads share. */
export function sharedMemory(bytes: number): CodecMemory {
  const initial = Math.ceil(bytes / pageBytes);
  return new WebAssembly.Memory({ initial, maximum: maxPages, shared: true });
}

let compiled: object | null = null;

/** Starts a codec on a memory. It is compiled once in each thread. */
export function loadRasterCodec(memory: CodecMemory): RasterCodec {
  const module = (compiled ??= compile());
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as RasterCodec;
}

function compile(): object {
  const path = createRequire(import.meta.url).resolve('@outcrop/engine/raster-codec.wasm');
  return new WebAssembly.Module(readFileSync(path));
}
