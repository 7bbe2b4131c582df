import type { Column, FeatureBatch, NumberColumn, TextColumn } from '../features/feature-batch.ts';
import type { GeometryArray } from '../features/geometry-array.ts';
import type { BlockEncoder, EncodedBlock } from './block-format.ts';
import { FileGdbBuffer } from './filegdb-buffer.ts';
import { type FileGdbColumn, fileGdbTypes } from './filegdb-column.ts';
import { fileGdbDate } from './filegdb-date.ts';
import type { FileGdbGrid } from './filegdb-grid.ts';
import { FileGdbShapeWriter, noShapeBounds } from './filegdb-shape.ts';
import { hasPositions } from './flatgeobuf-geometry.ts';
import { integerValue } from './integer-value.ts';
import { LossLog } from './loss-log.ts';
import type { ShapeFamily } from './shape-type.ts';

/** A block as rows of a `.gdbtable`, each behind its length in four bytes. */
export interface FileGdbPiece {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each row ends. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** minX minY maxX maxY of each row as the file has them; NaN where it has no place. Empty for a table. */
  readonly boxes: Float64Array<ArrayBuffer>;
  /** Around all rows, exact, and least and greatest Z. */
  readonly bounds: Float64Array<ArrayBuffer>;
}

/** What rows are made of. */
export interface FileGdbRows {
  readonly columns: readonly FileGdbColumn[];
  /** Null for a table. */
  readonly shape: { readonly family: ShapeFamily; readonly grid: FileGdbGrid } | null;
  /** Makes texts such as the format can hold them. */
  readonly clean: (column: TextColumn, length: number, field: string, losses: LossLog) => TextColumn;
}

/** Bytes of a value that is neither text nor blob, at most. */
const valueBytes = 8;

/**
 * Encodes blocks as rows of a table: which of the nullable fields are null, a bit each; then the shape and the values of
 * the others, in the order of the fields. All fields are nullable, and the id is in no row.
 */
export class FileGdbEncoder implements BlockEncoder<FileGdbPiece> {
  readonly #buffer = new FileGdbBuffer();
  readonly #columns: readonly FileGdbColumn[];
  readonly #shapes: FileGdbShapeWriter | null;
  readonly #clean: FileGdbRows['clean'];
  readonly #nullBytes: number;
  #losses = new LossLog();

  constructor({ columns, shape, clean }: FileGdbRows) {
    this.#columns = columns;
    this.#shapes = shape === null ? null : new FileGdbShapeWriter(this.#buffer, shape.grid, shape.family);
    this.#clean = clean;
    this.#nullBytes = Math.ceil((columns.length + (shape === null ? 0 : 1)) / 8);
  }

  encode(batch: FeatureBatch, losses: LossLog): EncodedBlock<FileGdbPiece> {
    this.#losses = losses;
    const ends = new Uint32Array(batch.length);
    const boxes = new Float64Array(this.#shapes === null ? 0 : batch.length * 4);
    const bounds = noShapeBounds();
    const columns = this.#columns.map(({ column, field }) => this.#cleaned(batch, column, field));
    for (let row = 0; row < batch.length; row++) {
      const start = this.#buffer.length;
      this.#buffer.require(4 + this.#nullBytes + this.#columns.length * valueBytes);
      this.#buffer.int(0);
      this.#buffer.fill(0xff, this.#nullBytes);
      if (this.#shapes !== null) {
        const box = boxes.subarray(row * 4, row * 4 + 4);
        this.#writeShape(batch.geometry!, row, { box, bounds });
      }
      this.#writeValues(columns, row, start + 4);
      this.#buffer.patchInt(start, this.#buffer.length - start - 4);
      ends[row] = this.#buffer.length;
    }
    const piece = { bytes: this.#buffer.take(), ends, boxes, bounds };
    return { piece, transfer: [piece.bytes.buffer, ends.buffer, boxes.buffer, bounds.buffer] };
  }

  #cleaned({ columns, length }: FeatureBatch, column: number, field: string): Column {
    const values = columns[column]!;
    return values.kind === 'text' ? this.#clean(values, length, field, this.#losses) : values;
  }

  /** The shape behind its size. An empty one is none: that is what readers make of it too. */
  #writeShape(
    geometry: GeometryArray,
    row: number,
    place: { box: Float64Array; bounds: Float64Array },
  ): void {
    const buffer = this.#buffer;
    const [first, end] = [geometry.featureParts[row]!, geometry.featureParts[row + 1]!];
    if (!hasPositions(geometry, first, end)) {
      place.box.fill(NaN);
      if (geometry.kinds[row] !== 0) this.#losses.add('geometry-dropped', emptyDetail);
      return;
    }
    buffer.clearBit(buffer.length - this.#nullBytes, 0);
    buffer.byte(0);
    const start = buffer.length;
    this.#shapes!.write(geometry, row, place);
    buffer.sizeInFront(start);
  }

  #writeValues(columns: readonly Column[], row: number, nullsAt: number): void {
    const firstBit = this.#shapes === null ? 0 : 1;
    this.#buffer.require(columns.length * valueBytes);
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index]!;
      const isWritten =
        column.kind === 'number'
          ? this.#writeNumber(column, row, this.#columns[index]!)
          : this.#writeOther(column.values[row] ?? null, this.#columns[index]!);
      if (isWritten) this.#buffer.clearBit(nullsAt, firstBit + index);
    }
  }

  /** False where the value is null. */
  #writeNumber({ values, nulls, exact }: NumberColumn, row: number, column: FileGdbColumn): boolean {
    if (nulls[row] === 1) return false;
    const value = exact?.get(row) ?? values[row]!;
    const { type, field, holds } = column;
    if (holds === 'flags') this.#buffer.int(Number(value) === 0 ? 0 : 1);
    else {
      const written = holds === 'integers' ? integerValue(value, field, this.#losses) : value;
      if (written === null) return false;
      if (type === fileGdbTypes.int) this.#buffer.int(Number(written));
      else this.#buffer.double(Number(written));
    }
    return true;
  }

  #writeOther(value: string | Uint8Array | null, { type, field }: FileGdbColumn): boolean {
    if (value === null) return false;
    const rest = this.#columns.length * valueBytes;
    if (typeof value !== 'string') this.#buffer.blob(value);
    else if (type === fileGdbTypes.date) return this.#writeDate(value, field);
    else this.#buffer.text(value);
    this.#buffer.require(rest);
    return true;
  }

  #writeDate(value: string, field: string): boolean {
    const date = fileGdbDate(value);
    if (date === null) {
      this.#losses.add('value-dropped', 'What is not a date of ISO 8601 is left out.', { field });
      return false;
    }
    if (date.isRounded) {
      this.#losses.add('value-rounded', 'File Geodatabase has whole seconds: times are rounded to them.', {
        field,
      });
    }
    this.#buffer.double(date.days);
    return true;
  }
}

const emptyDetail = 'An empty geometry is handed on as none: these features have no geometry.';
