import type { Column, FeatureBatch, NumberColumn } from '../features/feature-batch.ts';
import type { DbfField } from './dbf-schema.ts';
import type { LossLog } from './loss-log.ts';
import { mostShortBytes, numberText, writeShortNumber } from './number-text.ts';

const space = 32;
const [zero, nine] = [48, 57];
/** Where the digits of a date of the form 2026-11-22 are. */
const dateDigits = [0, 1, 2, 3, 5, 6, 8, 9] as const;
/** What fills a field whose value is null, by type, as GDAL and the programs that follow it read it. */
const nullFill: Readonly<Record<DbfField['code'], number>> = { C: 0, N: 42, L: 63, D: 48 };

/** Encodes rows as records of a `.dbf`. */
export class DbfEncoder {
  readonly #fields: readonly DbfField[];
  readonly #names: readonly string[];
  readonly #recordBytes: number;
  #buffer = Buffer.alloc(1 << 18);
  readonly #digits = new Uint8Array(mostShortBytes);
  #length = 0;
  #losses: LossLog | null = null;

  /** @param columnNames the names of the source's columns, for the record of losses */
  constructor(fields: readonly DbfField[], columnNames: readonly string[]) {
    this.#fields = fields;
    this.#names = columnNames;
    this.#recordBytes = recordBytesOf(fields);
  }

  append(batch: FeatureBatch, row: number, losses: LossLog): void {
    this.#losses = losses;
    this.#require(this.#recordBytes);
    this.#buffer.fill(space, this.#length, this.#length + this.#recordBytes);
    let at = this.#length + 1;
    for (const field of this.#fields) {
      if (field.column === null) this.#putNumber(String(batch.fids[row]), at, field);
      else this.#putValue(batch.columns[field.column]!, { row, at, field });
      at += field.width;
    }
    this.#length = at;
  }

  /** The records so far, in memory of their own; the next begin anew. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#length);
    bytes.set(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    return bytes;
  }

  #putValue(column: Column, { row, at, field }: { row: number; at: number; field: DbfField }): void {
    if (column.kind === 'number') {
      this.#putColumnNumber(column, { row, at, field });
      return;
    }
    const value = column.values[row] ?? null;
    if (typeof value !== 'string') this.#fillNull(at, field);
    else if (field.code === 'D') this.#putDate(value, at, field);
    else this.#putText(value, at, field);
  }

  #putColumnNumber(
    column: NumberColumn,
    { row, at, field }: { row: number; at: number; field: DbfField },
  ): void {
    if (field.code === 'L' && column.nulls[row] === 0) {
      this.#putNumber(column.values[row] === 0 ? 'F' : 'T', at, field);
      return;
    }
    const isPlain = column.nulls[row] === 0 && column.exact === null;
    const length = isPlain ? writeShortNumber(this.#digits, 0, column.values[row]!) : -1;
    if (length >= 0 && length <= field.width) {
      this.#putDigits(length, at + field.width);
      return;
    }
    const text = numberText(column, row);
    if (text === null) this.#fillNull(at, field);
    else this.#putNumber(text, at, field);
  }

  /** Puts the last digits written so that they end at a place; what is before them in the field is spaces already. */
  #putDigits(length: number, end: number): void {
    const buffer = this.#buffer;
    const digits = this.#digits;
    for (let at = end - length, digit = 0; digit < length; digit++) buffer[at + digit] = digits[digit]!;
  }

  #fillNull(at: number, field: DbfField): void {
    this.#buffer.fill(nullFill[field.code], at, at + field.width);
  }

  /** Right-aligned; a number too wide for its field is written with an exponent, or as null. */
  #putNumber(text: string, at: number, field: DbfField): void {
    const digits = Math.min(16, Math.max(0, field.width - 8));
    const fitting = text.length <= field.width ? text : Number(text).toExponential(digits);
    if (fitting.length > field.width) {
      this.#lose('value-dropped', 'A number was too large for its field.', field);
      this.#fillNull(at, field);
      return;
    }
    this.#buffer.write(fitting, at + field.width - fitting.length, 'latin1');
  }

  #putDate(value: string, at: number, field: DbfField): void {
    const buffer = this.#buffer;
    let put = at;
    for (const place of dateDigits) {
      const code = value.charCodeAt(place);
      if (!(code >= zero && code <= nine)) break;
      buffer[put++] = code;
    }
    if (put - at === dateDigits.length && value[4] === '-' && value[7] === '-') return;
    this.#lose('value-dropped', 'A value was not a date of the form 2026-11-22.', field);
    this.#fillNull(at, field);
  }

  /** Cut on a character's border: Node writes no part of one. */
  #putText(value: string, at: number, field: DbfField): void {
    this.#buffer.write(value, at, field.width, 'utf8');
    if (value.length * 3 > field.width && Buffer.byteLength(value) > field.width) {
      this.#lose('value-truncated', `Text is cut to ${field.width} bytes.`, field);
    } else if (value.charCodeAt(value.length - 1) === space) {
      const detail = 'Spaces at the end of a text are lost: a .dbf fills texts up with spaces.';
      this.#lose('value-changed', detail, field);
    }
  }

  #lose(code: string, detail: string, field: DbfField): void {
    this.#losses?.add(code, detail, { field: this.#names[field.column ?? -1] ?? field.name });
  }

  #require(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.alloc(Math.max(this.#length + bytes, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

/** Bytes of a record: a mark for deleted ones, then the fields. */
export function recordBytesOf(fields: readonly DbfField[]): number {
  return 1 + fields.reduce((sum, { width }) => sum + width, 0);
}
