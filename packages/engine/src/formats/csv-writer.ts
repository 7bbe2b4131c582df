import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Column, FeatureBatch } from '../features/feature-batch.ts';
import { geometryKind } from '../features/geometry-array.ts';
import type { Field } from '../source/layer.ts';
import { BlockFile, withDiskErrors } from './block-file.ts';
import { decimalsOf } from './coordinate-decimals.ts';
import { csvVrt } from './csv-vrt.ts';
import type { FeatureWriter, WriterOptions } from './feature-writer.ts';
import { numberText } from './number-text.ts';
import { TextBuffer } from './text-buffer.ts';
import { uniqueName } from './unique-name.ts';
import { WktWriter } from './wkt-writer.ts';

const comma = 44;
const quote = 34;
const flushAt = 1 << 20;
const byteOrderMark = '\uFEFF';
/** What must be quoted (RFC 4180, 2.6), and leading or trailing space, which some readers drop. */
const mustQuote = /[",\r\n]|^\s|\s$/;

/**
 * CSV (RFC 4180) in UTF-8 with a byte order mark, the geometry as WKT in the first column, and a `.vrt` beside it that
 * tells GDAL and QGIS the types and the CRS. A null is an empty field; an empty text is `""`.
 */
export class CsvWriter implements FeatureWriter {
  readonly #file: BlockFile;
  readonly #text = new TextBuffer();
  readonly #wkt: WktWriter | null;
  readonly #options: WriterOptions;
  readonly #wktColumn: string;

  constructor(options: WriterOptions) {
    const { schema, folder } = options;
    this.#options = options;
    const hasWkt = schema.geometry !== null && options.includeGeometryField;
    this.#wkt = hasWkt ? new WktWriter(this.#text, decimalsOf(options)) : null;
    if (schema.geometry !== null && !hasWkt)
      options.losses.add('geometry-dropped', 'The geometry column was not asked for.');
    const names = schema.fields.map(({ name }) => name);
    this.#wktColumn = uniqueName('WKT', names);
    this.#file = new BlockFile(join(folder, `${schema.name}.csv`));
    const header = hasWkt ? [this.#wktColumn, ...names] : names;
    this.#text.text(`${byteOrderMark}${header.map(quoted).join(',')}\r\n`);
  }

  write(batch: FeatureBatch): void {
    const text = this.#text;
    const fields = this.#options.schema.fields;
    for (let row = 0; row < batch.length; row++) {
      const start = text.length;
      if (this.#wkt !== null && batch.geometry !== null) {
        if (batch.geometry.kinds[row] !== geometryKind.none) {
          text.byte(quote);
          this.#wkt.write(batch.geometry, row);
          text.byte(quote);
        }
        if (fields.length > 0) text.byte(comma);
      }
      for (let index = 0; index < fields.length; index++) {
        if (index > 0) text.byte(comma);
        this.#writeValue(batch.columns[index]!, row, fields[index]!);
      }
      // Readers skip empty lines: a null in the only column must not be one.
      if (text.length === start) text.ascii('""');
      text.ascii('\r\n');
      if (text.length > flushAt) this.#flush();
    }
    this.#flush();
  }

  finish(): void {
    this.#flush();
    this.#file.close();
    const { folder, schema } = this.#options;
    const path = join(folder, `${schema.name}.vrt`);
    const vrt = csvVrt(schema, this.#wkt === null ? null : this.#wktColumn);
    withDiskErrors(path, () => writeFileSync(path, vrt));
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  #flush(): void {
    this.#file.append(this.#text.bytes());
    this.#text.clear();
  }

  #writeValue(column: Column, row: number, field: Field): void {
    switch (column.kind) {
      case 'text': {
        const value = column.values[row] ?? null;
        if (value !== null) this.#text.text(value === '' ? '""' : quoted(value));
        break;
      }
      case 'blob': {
        const value = column.values[row] ?? null;
        if (value === null) break;
        this.#options.losses.add('value-retyped', 'Binary values are written as base64 text.', {
          field: field.name,
        });
        this.#text.ascii(Buffer.from(value).toString('base64'));
        break;
      }
      case 'number':
        this.#text.ascii(numberText(column, row) ?? '');
        break;
    }
  }
}

function quoted(value: string): string {
  return mustQuote.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
