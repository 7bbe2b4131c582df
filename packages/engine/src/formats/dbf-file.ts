import type { Column, FeatureBatch } from '../features/feature-batch.ts';
import { BlockFile } from './block-file.ts';
import type { DbfField } from './dbf-schema.ts';
import type { LossLog } from './loss-log.ts';
import { numberText } from './number-text.ts';

const flushAt = 1 << 20;
const space = 32;
const endOfFile = 0x1a;
const endOfHeader = 0x0d;
/** What fills a field whose value is null, by type, as GDAL and the programs that follow it read it. */
const nullFill: Readonly<Record<DbfField['code'], number>> = { C: 0, N: 42, L: 63, D: 48 };

/** A dBase III table in UTF-8 (dBase file header, level 5; the `.cpg` beside it names the encoding). */
export class DbfFile {
  readonly #file: BlockFile;
  readonly #fields: readonly DbfField[];
  readonly #names: readonly string[];
  readonly #losses: LossLog;
  readonly #modified: string;
  readonly recordBytes: number;
  readonly #buffer: Buffer;
  #length = 0;
  #records = 0;

  constructor(
    path: string,
    options: {
      fields: readonly DbfField[];
      columnNames: readonly string[];
      modified: string;
      losses: LossLog;
    },
  ) {
    this.#fields = options.fields;
    this.#names = options.columnNames;
    this.#losses = options.losses;
    this.#modified = options.modified;
    this.recordBytes = 1 + options.fields.reduce((sum, { width }) => sum + width, 0);
    this.#buffer = Buffer.alloc(flushAt + this.recordBytes);
    this.#file = new BlockFile(`${path}.dbf`);
    this.#file.append(Buffer.alloc(this.#headerBytes));
  }

  /** Bytes so far. */
  get length(): number {
    return this.#file.length + this.#length;
  }

  append(batch: FeatureBatch, row: number): void {
    const buffer = this.#buffer;
    buffer[this.#length] = space;
    let at = this.#length + 1;
    for (const field of this.#fields) {
      if (field.column === null) this.#putNumber(String(batch.fids[row]), at, field);
      else this.#putValue(batch.columns[field.column]!, { row, at, field });
      at += field.width;
    }
    this.#length = at;
    this.#records += 1;
    if (this.#length >= flushAt) this.#flush();
  }

  finish(): void {
    this.#flush();
    this.#file.append(Uint8Array.of(endOfFile));
    this.#file.writeHead(this.#header());
    this.close();
  }

  close(): void {
    this.#file.close();
  }

  get #headerBytes(): number {
    return 32 + this.#fields.length * 32 + 1;
  }

  #header(): Buffer {
    const header = Buffer.alloc(this.#headerBytes);
    const modified = new Date(this.#modified);
    header[0] = 3;
    header[1] = modified.getUTCFullYear() - 1900;
    header[2] = modified.getUTCMonth() + 1;
    header[3] = modified.getUTCDate();
    header.writeUInt32LE(this.#records, 4);
    header.writeUInt16LE(this.#headerBytes, 8);
    header.writeUInt16LE(this.recordBytes, 10);
    for (const [index, field] of this.#fields.entries()) {
      const at = 32 + index * 32;
      header.write(field.name, at, 10, 'utf8');
      header.write(field.code, at + 11, 'latin1');
      header[at + 16] = field.width;
      header[at + 17] = field.decimals;
    }
    header[this.#headerBytes - 1] = endOfHeader;
    return header;
  }

  #putValue(column: Column, { row, at, field }: { row: number; at: number; field: DbfField }): void {
    if (column.kind === 'number') {
      const text =
        field.code === 'L' && column.nulls[row] === 0
          ? column.values[row] === 0
            ? 'F'
            : 'T'
          : numberText(column, row);
      if (text === null) this.#fillNull(at, field);
      else this.#putNumber(text, at, field);
      return;
    }
    const value = column.values[row] ?? null;
    if (typeof value !== 'string') this.#fillNull(at, field);
    else if (field.code === 'D') this.#putDate(value, at, field);
    else this.#putText(value, at, field);
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
    const start = at + field.width - fitting.length;
    this.#buffer.fill(space, at, start);
    this.#buffer.write(fitting, start, 'latin1');
  }

  #putDate(value: string, at: number, field: DbfField): void {
    const date = /^(\d{4})-(\d{2})-(\d{2})/.exec(value);
    if (date === null) {
      this.#lose('value-dropped', 'A value was not a date of the form 2026-11-22.', field);
      this.#fillNull(at, field);
      return;
    }
    this.#buffer.write(`${date[1]}${date[2]}${date[3]}`, at, 'latin1');
  }

  /** Cut on a character's border: Node writes no part of one. */
  #putText(value: string, at: number, field: DbfField): void {
    const written = this.#buffer.write(value, at, field.width, 'utf8');
    this.#buffer.fill(space, at + written, at + field.width);
    if (value.length * 3 <= field.width || Buffer.byteLength(value) <= field.width) return;
    this.#lose('value-truncated', `Text is cut to ${field.width} bytes.`, field);
  }

  #lose(code: string, detail: string, field: DbfField): void {
    this.#losses.add(code, detail, { field: this.#names[field.column ?? -1] ?? field.name });
  }

  #flush(): void {
    this.#file.append(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
  }
}
