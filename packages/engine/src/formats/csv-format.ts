import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Column, FeatureBatch } from '../features/feature-batch.ts';
import { type GeometryArray, geometryKind } from '../features/geometry-array.ts';
import type { Field } from '../source/layer.ts';
import { withDiskErrors } from './block-file.ts';
import type { BlockEncoder, BlockFormat, EncodedBlock, EncodeOptions } from './block-format.ts';
import { decimalsOf, noteRounding } from './coordinate-decimals.ts';
import { csvVrt } from './csv-vrt.ts';
import { LossLog } from './loss-log.ts';
import { TextAssembler } from './text-assembler.ts';
import { TextBuffer } from './text-buffer.ts';
import { uniqueName } from './unique-name.ts';
import { WktWriter } from './wkt-writer.ts';

const comma = 44;
const quote = 34;
const byteOrderMark = '\uFEFF';
/** What must be quoted (RFC 4180, 2.6), and leading or trailing space, which some readers drop. */
const mustQuote = /[",\r\n]|^\s|\s$/;

/**
 * CSV (RFC 4180) in UTF-8 with a byte order mark, the geometry as WKT in the first column, and a `.vrt` beside it that
 * tells GDAL and QGIS the types and the CRS. A null is an empty field; an empty text is `""`.
 */
export const csvFormat: BlockFormat<Uint8Array> = {
  createEncoder: (options) => new CsvEncoder(options),
  createAssembler: (options, losses) => {
    const { schema, folder } = options;
    const wkt = wktColumn(options);
    if (wkt !== null) noteRounding(options, losses);
    else if (schema.geometry !== null)
      losses.add('geometry-dropped', 'The geometry column was not asked for.');
    const path = join(folder, `${schema.name}.vrt`);
    withDiskErrors(path, () => writeFileSync(path, csvVrt(schema, wkt)));
    const names = schema.fields.map(({ name }) => name);
    const header = (wkt === null ? names : [wkt, ...names]).map(quoted).join(',');
    const frame = { head: `${byteOrderMark}${header}\r\n`, foot: '', separatorBytes: 0 };
    return new TextAssembler(join(folder, `${schema.name}.csv`), frame);
  },
};

/** The name of the column of the geometry, or null where there is none. */
function wktColumn({ schema, includeGeometryField }: EncodeOptions): string | null {
  if (schema.geometry === null || !includeGeometryField) return null;
  return uniqueName(
    'WKT',
    schema.fields.map(({ name }) => name),
  );
}

class CsvEncoder implements BlockEncoder<Uint8Array> {
  readonly #text = new TextBuffer();
  readonly #wkt: WktWriter | null;
  readonly #fields: readonly Field[];
  #losses = new LossLog();

  constructor(options: EncodeOptions) {
    this.#fields = options.schema.fields;
    this.#wkt = wktColumn(options) === null ? null : new WktWriter(this.#text, decimalsOf(options));
  }

  encode(batch: FeatureBatch, losses: LossLog): EncodedBlock<Uint8Array> {
    this.#losses = losses;
    const text = this.#text;
    for (let row = 0; row < batch.length; row++) {
      const start = text.length;
      if (this.#wkt !== null && batch.geometry !== null) this.#writeWkt(this.#wkt, batch.geometry, row);
      for (let index = 0; index < this.#fields.length; index++) {
        if (index > 0) text.byte(comma);
        this.#writeValue(batch.columns[index]!, row, this.#fields[index]!);
      }
      // Readers skip empty lines: a null in the only column must not be one.
      if (text.length === start) text.ascii('""');
      text.ascii('\r\n');
    }
    const piece = text.take();
    return { piece, transfer: [piece.buffer] };
  }

  #writeWkt(wkt: WktWriter, geometry: GeometryArray, row: number): void {
    if (geometry.kinds[row] !== geometryKind.none) {
      this.#text.byte(quote);
      wkt.write(geometry, row);
      this.#text.byte(quote);
    }
    if (this.#fields.length > 0) this.#text.byte(comma);
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
        this.#losses.add('value-retyped', 'Binary values are written as base64 text.', {
          field: field.name,
        });
        this.#text.ascii(Buffer.from(value).toString('base64'));
        break;
      }
      case 'number':
        this.#text.value(column, row, '');
        break;
    }
  }
}

function quoted(value: string): string {
  return mustQuote.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
