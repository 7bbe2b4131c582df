import type { FeatureBatch, NumberColumn } from '../features/feature-batch.ts';
import { envelopeOfPositions, type GeometryArray, geometryKind } from '../features/geometry-array.ts';
import type { BlockEncoder, EncodedBlock, EncodeOptions } from './block-format.ts';
import { integerValue } from './integer-value.ts';
import { isDay, isoDateTime } from './iso-time.ts';
import { LossLog } from './loss-log.ts';
import { MidColumnTexts } from './mid-column-texts.ts';
import { type MifColumn, mifColumns } from './mif-schema.ts';
import { MifShapeWriter } from './mif-shape-writer.ts';
import { TextBuffer } from './text-buffer.ts';

const comma = 44;
const lineFeed = 10;
const emptyText = '""';
const notDigits = /\D/g;
/** Digits of a date and time in UTC, to the millisecond. */
const momentDigits = 17;
const details = {
  empty: 'MapInfo has no empty geometries: these features have none.',
  completed: 'A line or ring of one position is written with two.',
  merged:
    'A collection of MapInfo\u2019s has one region, one set of lines and one set of points: parts of a kind are one.',
  nulls: 'MapInfo has no nulls: they are 0 or an empty text.',
  time: 'What is no date, or no date and time, of ISO 8601 and the years 1 to 9999 is left out.',
  infinite: 'MapInfo has no numbers that are infinite: they are left out.',
  long: 'MapInfo keeps 53 bits of a number; these have more.',
} as const;

/** A block of shapes and their attributes. */
export interface MifPiece {
  readonly mif: Uint8Array<ArrayBuffer>;
  /** In the charset where that is known beforehand, else in UTF-8. */
  readonly mid: Uint8Array<ArrayBuffer>;
  /** Characters that are not ASCII, and in how many values each is; empty where the charset is known. */
  readonly characters: readonly (readonly [number, number])[];
  /** minX minY maxX maxY of all that has a place; NaN where nothing has. */
  readonly envelope: Float64Array<ArrayBuffer>;
}

/** Encodes blocks as shapes of a `.mif` and lines of a `.mid`. */
export class MifEncoder implements BlockEncoder<MifPiece> {
  readonly #mif = new TextBuffer();
  readonly #mid = new TextBuffer();
  readonly #shapes: MifShapeWriter;
  readonly #columns: readonly MifColumn[];
  readonly #texts: MidColumnTexts;
  /** Of each column, how many nulls the block has. */
  #nulls: number[] = [];
  #losses = new LossLog();

  constructor({ schema, coordinatePrecision }: EncodeOptions) {
    this.#shapes = new MifShapeWriter(this.#mif, coordinatePrecision);
    this.#columns = mifColumns(schema, new LossLog());
    this.#texts = new MidColumnTexts(this.#mid, schema);
  }

  encode(batch: FeatureBatch, losses: LossLog): EncodedBlock<MifPiece> {
    this.#losses = losses;
    this.#nulls = this.#columns.map(() => 0);
    for (let row = 0; row < batch.length; row++) {
      this.#writeShape(batch.geometry, row);
      for (let index = 0; index < this.#columns.length; index++) {
        if (index > 0) this.#mid.byte(comma);
        this.#writeValue(batch, row, index);
      }
      this.#mid.byte(lineFeed);
    }
    this.#noteNulls();
    const [mif, mid] = [this.#mif.take(), this.#mid.take()];
    const piece = { mif, mid, characters: this.#texts.takeCharacters(), envelope: envelopeOf(batch) };
    return { piece, transfer: [mif.buffer, mid.buffer, piece.envelope.buffer] };
  }

  #writeShape(geometry: GeometryArray | null, row: number): void {
    if (geometry === null || geometry.kinds[row] === geometryKind.none) return this.#mif.ascii('NONE\n');
    this.#shapes.write(geometry, row);
    if (this.#shapes.isCompleted) this.#losses.add('geometry-completed', details.completed);
    if (geometry.featureParts[row] === geometry.featureParts[row + 1]) {
      this.#losses.add('geometry-dropped', details.empty);
    } else if (geometry.kinds[row] === geometryKind.collection) {
      this.#losses.add('geometry-merged', details.merged);
    }
  }

  #writeValue(batch: FeatureBatch, row: number, index: number): void {
    const { field, column, type } = this.#columns[index]!;
    if (field === null) return this.#mid.number(batch.fids[row]!);
    const values = batch.columns[column]!;
    if (values.kind === 'blob') return;
    if (values.kind === 'number') return this.#writeNumber(values, row, index);
    const value = values.values[row] ?? null;
    if (value === null) {
      this.#nulls[index]! += 1;
      if (type === 'Char') this.#mid.ascii(emptyText);
      return;
    }
    if (type === 'Char') this.#texts.write(value, field.name, this.#losses);
    else this.#writeTime(type === 'Date' ? dayDigits(value) : timeDigits(value), field.name);
  }

  #writeTime(digits: string | null, field: string): void {
    if (digits === null) this.#losses.add('value-dropped', details.time, { field });
    else this.#mid.ascii(digits);
  }

  #writeNumber(column: NumberColumn, row: number, index: number): void {
    const { field, type } = this.#columns[index]!;
    const { name, type: declared } = field!;
    if (column.nulls[row] === 1) {
      this.#nulls[index]! += 1;
      return;
    }
    const exact = column.exact?.get(row);
    const value = column.values[row]!;
    if (declared === 'boolean') return this.#mid.number(value === 0 ? 0 : 1);
    if (exact !== undefined) this.#losses.add('value-rounded', details.long, { field: name });
    if (type === 'Integer' && !Number.isInteger(value)) {
      return this.#mid.ascii(String(integerValue(value, name, this.#losses) ?? ''));
    }
    if (Number.isFinite(value)) return this.#mid.value(column, row, '');
    this.#losses.add('value-dropped', details.infinite, { field: name });
  }

  #noteNulls(): void {
    for (const [index, { field }] of this.#columns.entries()) {
      const count = this.#nulls[index]!;
      if (count === 0 || field === null) continue;
      this.#losses.add('null-written-as-value', details.nulls, { field: field.name, count });
    }
  }
}

function envelopeOf({ geometry }: FeatureBatch): Float64Array<ArrayBuffer> {
  const envelope = new Float64Array(4).fill(NaN);
  if (geometry !== null) envelopeOfPositions(geometry, { first: 0, end: geometry.positionCount }, envelope);
  return envelope;
}

function dayDigits(value: string): string | null {
  return isDay(value) ? value.slice(0, 4) + value.slice(5, 7) + value.slice(8) : null;
}

/** In UTC: a time of MapInfo's has no zone. */
function timeDigits(value: string): string | null {
  const text = isoDateTime(value);
  if (text === null) return null;
  const digits = new Date(text.replace(' ', 'T')).toISOString().replaceAll(notDigits, '');
  // Of another length are those that their zone brings beyond the year 9999.
  return digits.length === momentDigits ? digits : null;
}
