import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { findFormat } from '@outcrop/contract';

import { ArchiveWriter } from '../archive/archive-writer.ts';
import { BlockFile } from './block-file.ts';
import type { AssembleOptions, BlockAssembler, BlockFormat } from './block-format.ts';
import { noteRounding } from './coordinate-decimals.ts';
import { formatLimitError } from './format-limit.ts';
import { KmlEncoder } from './kml-encoder.ts';
import { kmlFields, kmlFoot, kmlHead } from './kml-schema.ts';
import type { LossLog } from './loss-log.ts';
import type { OutputSchema } from './output-schema.ts';
import { isXmlText } from './xml-text.ts';

const mimetype = 'application/vnd.google-earth.kml+xml';
/** Where the request names no colour. */
const defaultColor = '#003399';

/** KML 2.2 in a `.kmz`: one layer, one style in the item's colour, attributes by a schema. Always EPSG:4326. */
export function kmlFormat(maxBytes = findFormat(mimetype)?.maxBytes ?? Infinity): BlockFormat<Uint8Array> {
  return {
    createEncoder: (options) => new KmlEncoder(options),
    createAssembler: (options, losses) => new KmlAssembler(options, losses, maxBytes),
  };
}

/** Puts the placemarks into a document beside the product, and the document into the `.kmz`. */
class KmlAssembler implements BlockAssembler<Uint8Array> {
  readonly #document: BlockFile;
  readonly #options: AssembleOptions;
  readonly #maxBytes: number;

  constructor(options: AssembleOptions, losses: LossLog, maxBytes: number) {
    const { schema, pieceFolder, color } = options;
    noteRounding(options, losses);
    noteNames(schema, losses);
    if (schema.geometry?.hasM === true) losses.add('m-dropped', 'KML has no M values; they are left out.');
    this.#options = options;
    this.#maxBytes = maxBytes;
    this.#document = new BlockFile(join(pieceFolder, 'doc.kml'));
    this.#append(Buffer.from(kmlHead(schema, kmlFields(schema, losses), color ?? defaultColor)));
  }

  append(piece: Uint8Array): void {
    this.#append(piece);
  }

  async finish(): Promise<void> {
    this.#append(Buffer.from(kmlFoot));
    this.#document.close();
    const { folder, schema, signal } = this.#options;
    const archive = await ArchiveWriter.create(join(folder, `${schema.name}.kmz`), signal ? { signal } : {});
    try {
      await archive.addFile('doc.kml', this.#document.path);
      await archive.finish();
    } finally {
      await archive.close();
    }
    rmSync(this.#document.path, { force: true });
  }

  [Symbol.dispose](): void {
    this.#document.close();
  }

  #append(bytes: Uint8Array): void {
    this.#document.append(bytes);
    if (this.#document.length <= this.#maxBytes) return;
    throw formatLimitError('KML', this.#document.length, this.#maxBytes);
  }
}

function noteNames({ fields }: OutputSchema, losses: LossLog): void {
  for (const { name } of fields) {
    if (isXmlText(name)) continue;
    const detail = 'XML has no control characters: those of the name are replaced.';
    losses.add('field-renamed', detail, { field: name });
  }
}
