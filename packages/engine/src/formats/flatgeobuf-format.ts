import { join } from 'node:path';

import type { Envelope } from '../features/geometry-array.ts';
import type { AssembleOptions, BlockAssembler, BlockFormat } from './block-format.ts';
import { type FlatGeobufColumn, flatGeobufColumns } from './flatgeobuf-column.ts';
import { boxBytes, FlatGeobufEncoder, type FlatGeobufPiece } from './flatgeobuf-encoder.ts';
import { flatGeobufHeader } from './flatgeobuf-header.ts';
import { FlatGeobufIndex } from './flatgeobuf-index.ts';
import { hilbertOrder } from './hilbert-order.ts';
import type { LossLog } from './loss-log.ts';
import { PositionedFile } from './positioned-file.ts';
import type { OutputSchema } from './output-schema.ts';
import { RecordSpool, type RecordWindow } from './record-spool.ts';

/**
 * FlatGeobuf 3 with its packed R-tree, features along a Hilbert curve. The order is known only when all features are, so
 * they wait in a file of their own and are gathered from it in windows. Features without a place come first, under boxes
 * that meet nothing.
 */
export const flatGeobufFormat: BlockFormat<FlatGeobufPiece> = {
  createEncoder: (options) => new FlatGeobufEncoder(options, { hasBoxes: true }),
  createAssembler: (options, losses) => new FlatGeobufAssembler(options, losses),
};

class FlatGeobufAssembler implements BlockAssembler<FlatGeobufPiece> {
  readonly #schema: OutputSchema;
  readonly #columns: readonly FlatGeobufColumn[];
  readonly #spool: RecordSpool;
  readonly #file: PositionedFile;
  readonly #centres: Float32Array[] = [];
  readonly #envelope: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];

  constructor({ schema, folder, pieceFolder }: AssembleOptions, losses: LossLog) {
    this.#schema = schema;
    this.#columns = flatGeobufColumns(schema, losses);
    this.#file = new PositionedFile(join(folder, `${schema.name}.fgb`));
    this.#spool = new RecordSpool(join(pieceFolder, 'flatgeobuf.spool'));
  }

  append({ bytes, ends, centres, envelope }: FlatGeobufPiece): void {
    this.#spool.append(bytes, ends);
    this.#centres.push(centres);
    const whole = this.#envelope;
    whole[0] = Math.min(whole[0], envelope[0]!);
    whole[1] = Math.min(whole[1], envelope[1]!);
    whole[2] = Math.max(whole[2], envelope[2]!);
    whole[3] = Math.max(whole[3], envelope[3]!);
  }

  finish(): void {
    const featureCount = this.#spool.count;
    const envelope = Number.isFinite(this.#envelope[0]) ? this.#envelope : null;
    const header = flatGeobufHeader({ schema: this.#schema, columns: this.#columns, featureCount, envelope });
    this.#file.write(header, 0);
    if (featureCount > 0) this.#writeFeatures(header.length, envelope ?? [0, 0, 0, 0]);
    this.#file.close();
    this.#spool[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#file.close();
    this.#spool[Symbol.dispose]();
  }

  #writeFeatures(indexStart: number, envelope: Envelope): void {
    const index = new FlatGeobufIndex(this.#spool.count);
    const featuresStart = indexStart + index.length;
    let leavesAt = indexStart + index.leavesStart;
    let length = 0;
    for (const window of this.#spool.windows(this.#order(envelope))) {
      const { boxes, offsets, features } = splitRecords(window, length);
      const leaves = index.leaves(window.first, boxes, offsets);
      this.#file.write(leaves, leavesAt);
      this.#file.write(features, featuresStart + length);
      leavesAt += leaves.length;
      length += features.length;
    }
    this.#file.write(index.levelsAbove(), indexStart);
  }

  #order(envelope: Envelope): Uint32Array {
    const count = this.#spool.count;
    const centres = new Float32Array(count * 2);
    let at = 0;
    // Let go one by one, so that they are not in memory twice.
    for (let block = this.#centres.shift(); block !== undefined; block = this.#centres.shift()) {
      centres.set(block, at);
      at += block.length;
    }
    return hilbertOrder({
      count,
      envelope,
      centreX: (k) => centres[k * 2]!,
      centreY: (k) => centres[k * 2 + 1]!,
    });
  }
}

/** Takes the boxes out of a window's records, in place; offsets count from a first one on. */
function splitRecords(
  { bytes, ends }: RecordWindow,
  firstOffset: number,
): { boxes: Float64Array; offsets: Float64Array; features: Uint8Array } {
  const boxes = new Float64Array(ends.length * 4);
  const offsets = new Float64Array(ends.length);
  let length = 0;
  for (let k = 0, start = 0; k < ends.length; start = ends[k++]!) {
    for (let side = 0; side < 4; side++) boxes[k * 4 + side] = bytes.readDoubleLE(start + side * 8);
    offsets[k] = firstOffset + length;
    bytes.copyWithin(length, start + boxBytes, ends[k]);
    length += ends[k]! - start - boxBytes;
  }
  return { boxes, offsets, features: bytes.subarray(0, length) };
}
