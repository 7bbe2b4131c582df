import type { BlobColumn, FeatureBatch, NumberColumn, TextColumn } from '../features/feature-batch.ts';
import { type GeometryArray, geometryKind } from '../features/geometry-array.ts';
import type { BlockEncoder, EncodedBlock, EncodeOptions } from './block-format.ts';
import { EwkbHexWriter } from './ewkb-hex-writer.ts';
import { integerValue } from './integer-value.ts';
import { isDay, isoDateTime } from './iso-time.ts';
import { LossLog } from './loss-log.ts';
import { type PostgresColumn, type PostgresFindings, postgresTable } from './postgres-schema.ts';
import { TextBuffer } from './text-buffer.ts';

const tab = 9;
const lineFeed = 10;
const nullText = '\\N';
const letterOf = { true: 116, false: 102 } as const;
const completedDetail =
  'PostGIS wants two positions of a line and four of a ring, whose last is its first: these got what they lacked.';
const greatestInt = 2 ** 31 - 1;
/** What COPY has escapes for, and NUL, which no text of PostgreSQL can hold. */
const special = /[\\\t\n\r\0]/;
const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\uFFFD',
};

/** A block of rows, and what they tell of the columns. */
export interface PostgresPiece extends PostgresFindings {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Encodes blocks as rows of a COPY (PostgreSQL, COPY, text format): the geometry, the id and the fields. */
export class PostgresEncoder implements BlockEncoder<PostgresPiece> {
  readonly #text = new TextBuffer();
  readonly #columns: readonly PostgresColumn[];
  readonly #ewkb: EwkbHexWriter;
  #isOverlong: boolean[] = [];
  #losses = new LossLog();

  constructor({ schema }: EncodeOptions) {
    this.#columns = postgresTable(schema, new LossLog()).columns;
    this.#ewkb = new EwkbHexWriter(this.#text, {
      srid: schema.geometry?.crs?.epsg ?? 0,
      promote: schema.geometry?.type.startsWith('MULTI') === true,
    });
  }

  encode(batch: FeatureBatch, losses: LossLog): EncodedBlock<PostgresPiece> {
    this.#losses = losses;
    this.#isOverlong = this.#columns.map(() => false);
    const text = this.#text;
    let hasLongIds = false;
    for (let row = 0; row < batch.length; row++) {
      if (batch.geometry !== null) this.#writeGeometry(batch.geometry, row);
      const fid = batch.fids[row]!;
      if (fid > greatestInt || fid < -greatestInt) hasLongIds = true;
      text.number(fid);
      for (let index = 0; index < this.#columns.length; index++) {
        text.byte(tab);
        this.#writeValue(batch, row, index);
      }
      text.byte(lineFeed);
    }
    const bytes = text.take();
    return { piece: { bytes, hasLongIds, isOverlong: this.#isOverlong }, transfer: [bytes.buffer] };
  }

  #writeGeometry(geometry: GeometryArray, row: number): void {
    if (geometry.kinds[row] === geometryKind.none) this.#text.ascii(nullText);
    else {
      this.#ewkb.write(geometry, row);
      if (this.#ewkb.isCompleted) this.#losses.add('geometry-completed', completedDetail);
    }
    this.#text.byte(tab);
  }

  #writeValue(batch: FeatureBatch, row: number, index: number): void {
    const column = batch.columns[index]!;
    switch (column.kind) {
      case 'text':
        return this.#writeText(column, row, index);
      case 'blob':
        return this.#writeBlob(column, row);
      case 'number':
        return this.#writeNumber(column, row, index);
    }
  }

  #writeText({ values }: TextColumn, row: number, index: number): void {
    const value = values[row] ?? null;
    const { field, maxLength } = this.#columns[index]!;
    if (value === null) return this.#text.ascii(nullText);
    if (field.type === 'date') return this.#writeTime(isDay(value) ? value : null, field.name);
    if (field.type === 'datetime') return this.#writeTime(isoDateTime(value), field.name);
    if (maxLength !== null && value.length > maxLength && [...value].length > maxLength) {
      this.#isOverlong[index] = true;
    }
    this.#text.text(special.test(value) ? this.#escaped(value, field.name) : value);
  }

  #escaped(value: string, field: string): string {
    if (value.includes('\0')) {
      const detail = 'PostgreSQL has no NUL in texts: it is replaced.';
      this.#losses.add('value-changed', detail, { field });
    }
    return value.replaceAll(/[\\\t\n\r\0]/g, (character) => escapes[character]!);
  }

  #writeTime(value: string | null, field: string): void {
    if (value !== null) return this.#text.ascii(value);
    const detail = 'What is no date, or no date and time, of ISO 8601 and the years 1 to 9999 is left out.';
    this.#losses.add('value-dropped', detail, { field });
    this.#text.ascii(nullText);
  }

  #writeBlob({ values }: BlobColumn, row: number): void {
    const value = values[row] ?? null;
    if (value === null) return this.#text.ascii(nullText);
    const { buffer, byteOffset, byteLength } = value;
    this.#text.ascii('\\\\x');
    this.#text.ascii(Buffer.from(buffer, byteOffset, byteLength).toString('hex'));
  }

  #writeNumber(column: NumberColumn, row: number, index: number): void {
    const text = this.#text;
    const { field } = this.#columns[index]!;
    if (column.nulls[row] === 1) return text.ascii(nullText);
    const value = column.values[row]!;
    if (field.type === 'boolean') return text.byte(value === 0 ? letterOf.false : letterOf.true);
    // PostgreSQL spells what is no number as JavaScript does.
    if (field.type === 'real') {
      return Number.isFinite(value) ? text.value(column, row, '') : text.ascii(String(value));
    }
    const exact = column.exact?.get(row);
    if (exact === undefined && Number.isSafeInteger(value)) return text.number(value);
    text.ascii(String(integerValue(exact ?? value, field.name, this.#losses) ?? nullText));
  }
}
