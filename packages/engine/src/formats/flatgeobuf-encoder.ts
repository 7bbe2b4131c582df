import type { Column, FeatureBatch } from '../features/feature-batch.ts';
import {
  type GeometryArray,
  type GeometryKind,
  envelopeInto,
  geometryKind,
} from '../features/geometry-array.ts';
import type { BlockEncoder, EncodedBlock, EncodeOptions } from './block-format.ts';
import { FeatureBuffer } from './feature-buffer.ts';
import { type FlatGeobufColumn, flatGeobufColumns } from './flatgeobuf-column.ts';
import { FlatGeobufGeometryWriter, hasPositions } from './flatgeobuf-geometry.ts';
import { integerValue } from './integer-value.ts';
import { LossLog } from './loss-log.ts';

/**
 * A block as records: the feature's box, four doubles, and behind it the feature as it will be in the file; or the features
 * alone, where nobody sorts them.
 */
export interface FlatGeobufPiece {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each record ends. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** x y of the middle of each feature's box; NaN where it has no place. */
  readonly centres: Float32Array<ArrayBuffer>;
  /** Around all boxes of the block; infinite and turned around where there is none. */
  readonly envelope: Float64Array<ArrayBuffer>;
}

/** Bytes of a record before the feature. */
export const boxBytes = 32;
/** The table `Feature`: its vtable with the slots geometry and properties, and itself. */
const featureVtableBytes = 8;
const featureTableBytes = 12;
/** Bytes of a property that are not text or blob, at most: its column and a value. */
const propertyBytes = 16;

/** Encodes blocks as features of FlatGeobuf, byte by byte: the objects of a flatbuffers builder would take most of the time. */
export class FlatGeobufEncoder implements BlockEncoder<FlatGeobufPiece> {
  readonly #buffer = new FeatureBuffer();
  readonly #geometries = new FlatGeobufGeometryWriter(this.#buffer);
  readonly #columns: readonly FlatGeobufColumn[];
  readonly #promote: boolean;
  readonly #box = new Float64Array(4);
  #losses = new LossLog();

  readonly #hasBoxes: boolean;

  constructor({ schema }: EncodeOptions, { hasBoxes }: { hasBoxes: boolean }) {
    this.#hasBoxes = hasBoxes;
    this.#columns = flatGeobufColumns(schema, new LossLog());
    this.#promote = schema.geometry?.type.startsWith('MULTI') === true;
  }

  encode(batch: FeatureBatch, losses: LossLog): EncodedBlock<FlatGeobufPiece> {
    this.#losses = losses;
    const ends = new Uint32Array(batch.length);
    const centres = new Float32Array(batch.length * 2);
    const envelope = Float64Array.of(Infinity, Infinity, -Infinity, -Infinity);
    const box = this.#box;
    for (let row = 0; row < batch.length; row++) {
      envelopeInto(batch.geometry!, row, box);
      centres[row * 2] = (box[0]! + box[2]!) / 2;
      centres[row * 2 + 1] = (box[1]! + box[3]!) / 2;
      if (Number.isNaN(box[0])) box.set([Infinity, Infinity, -Infinity, -Infinity]);
      widen(envelope, box);
      this.#writeRecord(batch, row);
      ends[row] = this.#buffer.length;
    }
    const piece = { bytes: this.#buffer.take(), ends, centres, envelope };
    return { piece, transfer: [piece.bytes.buffer, ends.buffer, centres.buffer, envelope.buffer] };
  }

  #writeRecord(batch: FeatureBatch, row: number): void {
    const buffer = this.#buffer;
    buffer.require(boxBytes + 64);
    if (this.#hasBoxes) for (let side = 0; side < 4; side++) buffer.double(this.#box[side]!);
    const start = buffer.length;
    buffer.int(0);
    buffer.int(4 + featureVtableBytes);
    const kind = this.#kindOf(batch.geometry!, row);
    buffer.short(featureVtableBytes);
    buffer.short(featureTableBytes);
    buffer.short(kind === geometryKind.none ? 0 : 8);
    buffer.short(4);
    const table = buffer.length;
    buffer.int(featureVtableBytes);
    buffer.int(0);
    buffer.int(0);
    buffer.patch(table + 4, buffer.length - (table + 4));
    this.#writeProperties(batch, row);
    if (kind !== geometryKind.none) {
      const { featureParts } = batch.geometry!;
      const parts = { kind, first: featureParts[row]!, end: featureParts[row + 1]! };
      buffer.patch(table + 8, this.#geometries.write(batch.geometry!, parts) - (table + 8));
    }
    buffer.require(8);
    buffer.align(8);
    buffer.patch(start, buffer.length - start - 4);
  }

  /** The kind to write a geometry as; none for an empty one, which common readers take for damage. */
  #kindOf(geometry: GeometryArray, row: number): GeometryKind {
    const kind = geometry.kinds[row] as GeometryKind;
    if (kind === geometryKind.none) return kind;
    if (!hasPositions(geometry, geometry.featureParts[row]!, geometry.featureParts[row + 1]!)) {
      this.#losses.add('geometry-dropped', 'FlatGeobuf has no empty geometries: these features have none.');
      return geometryKind.none;
    }
    return this.#promote && kind <= geometryKind.polygon ? ((kind + 3) as GeometryKind) : kind;
  }

  #writeProperties(batch: FeatureBatch, row: number): void {
    const buffer = this.#buffer;
    const start = buffer.length;
    buffer.require(4 + this.#columns.length * propertyBytes);
    buffer.int(0);
    for (let index = 0; index < this.#columns.length; index++) {
      buffer.require(propertyBytes);
      this.#writeValue(batch.columns[index]!, row, index);
    }
    buffer.patch(start, buffer.length - start - 4);
  }

  /** A null is not written at all. */
  #writeValue(column: Column, row: number, index: number): void {
    const buffer = this.#buffer;
    switch (column.kind) {
      case 'text': {
        const value = column.values[row] ?? null;
        if (value === null) return;
        buffer.short(index);
        buffer.text(this.#columns[index]!.code === dateTimeCode ? isoDateTime(value) : value);
        return;
      }
      case 'blob': {
        const value = column.values[row] ?? null;
        if (value === null) return;
        buffer.short(index);
        buffer.blob(value);
        return;
      }
      case 'number':
        if (column.nulls[row] === 0) this.#writeNumber(column.exact?.get(row) ?? column.values[row]!, index);
    }
  }

  #writeNumber(value: number | bigint, index: number): void {
    const buffer = this.#buffer;
    const { name, type, isLong } = this.#columns[index]!;
    if (type === 'real' || type === 'boolean') {
      buffer.short(index);
      if (type === 'real') buffer.double(Number(value));
      else buffer.byte(Number(value) === 0 ? 0 : 1);
      return;
    }
    const whole = integerValue(value, name, this.#losses);
    if (whole === null) return;
    buffer.short(index);
    if (isLong) buffer.long(whole);
    else buffer.int(Number(whole));
  }
}

function widen(envelope: Float64Array, box: Float64Array): void {
  for (let side = 0; side < 4; side++) {
    const value = box[side]!;
    if (side < 2 ? value < envelope[side]! : value > envelope[side]!) envelope[side] = value;
  }
}

const dateTimeCode = 13;
const dateLength = 10;

/** A date or SQLite's text of a date and time as ISO 8601 has them. */
function isoDateTime(value: string): string {
  if (value.length === dateLength) return `${value}T00:00:00`;
  return value[dateLength] === ' ' ? `${value.slice(0, dateLength)}T${value.slice(dateLength + 1)}` : value;
}
