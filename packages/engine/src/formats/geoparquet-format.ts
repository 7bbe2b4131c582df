import { join } from 'node:path';

import type { RowGroup } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

import { engineVersion } from '../engine-version.ts';
import type { GeometryKind } from '../features/geometry-array.ts';
import { BlockFile } from './block-file.ts';
import type { AssembleOptions, BlockAssembler, BlockFormat } from './block-format.ts';
import { geoParquetMetadata } from './geoparquet-metadata.ts';
import type { LossLog } from './loss-log.ts';
import type { OutputSchema } from './output-schema.ts';
import { ParquetEncoder, type ParquetPiece } from './parquet-encoder.ts';
import { writeRowGroup } from './parquet-row-group.ts';
import { type ParquetSchema, parquetSchema } from './parquet-schema.ts';
import { projJson } from './projjson.ts';

const magic = Buffer.from('PAR1');
/** A row group ends at whichever comes first, so that memory does not depend on the data. */
const groupRows = 65_536;
const groupBytes = 64 * 1024 ** 2;

/** GeoParquet 1.1: WKB, a box for each feature, row groups in the order of the source. A table is plain Parquet. */
export const geoParquetFormat: BlockFormat<ParquetPiece> = {
  createEncoder: (options) => new ParquetEncoder(options),
  createAssembler: (options, losses) => new GeoParquetAssembler(options, losses),
};

class GeoParquetAssembler implements BlockAssembler<ParquetPiece> {
  readonly #output: OutputSchema;
  readonly #schema: ParquetSchema;
  readonly #projJson: unknown;
  readonly #file: BlockFile;
  readonly #groups: RowGroup[] = [];
  readonly #kinds = new Set<GeometryKind>();
  #bounds: readonly number[] = [];
  #pending: ParquetPiece[] = [];

  constructor({ schema, folder }: AssembleOptions, losses: LossLog) {
    this.#output = schema;
    this.#schema = parquetSchema(schema);
    this.#projJson = describeCrs(schema, losses);
    if (schema.geometry?.hasM === true) {
      losses.add('m-dropped', 'GeoParquet has no M values; they are left out.');
    }
    this.#file = new BlockFile(join(folder, `${schema.name}.parquet`));
    this.#file.append(magic);
  }

  append(piece: ParquetPiece): void {
    if (piece.rows === 0) return;
    for (const kind of piece.kinds) this.#kinds.add(kind);
    this.#bounds = piece.bounds.map((value, side) => {
      const known = this.#bounds[side] ?? value;
      return side < 3 ? Math.min(known, value) : Math.max(known, value);
    });
    this.#pending.push(piece);
    const rows = this.#pending.reduce((total, { rows: more }) => total + more, 0);
    const bytes = this.#pending.reduce((total, { bytes: more }) => total + more.length, 0);
    if (rows >= groupRows || bytes >= groupBytes) this.#writeGroup();
  }

  finish(): void {
    if (this.#pending.length > 0) this.#writeGroup();
    const writer = new ByteWriter();
    const kvMetadata = this.#metadata();
    const footer = new ParquetWriter({
      writer,
      schema: this.#schema.elements,
      codec: 'UNCOMPRESSED',
      // Of nothing rather than none: an empty list is written in a way that strict readers refuse.
      ...(kvMetadata.length > 0 && { kvMetadata }),
      createdBy: engineVersion(),
    });
    footer.row_groups = this.#groups;
    footer.num_rows = this.#groups.reduce((total, group) => total + group.num_rows, 0n);
    // It writes into memory, so there is nothing to wait for; the beginning of its file is already in ours.
    void footer.finish();
    const bytes = writer.getBytes().subarray(magic.length);
    if (this.#groups.length === 0) declareNoGroups(bytes);
    this.#file.append(bytes);
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  #writeGroup(): void {
    this.#groups.push(writeRowGroup(this.#file, this.#pending));
    this.#pending = [];
  }

  #metadata(): { key: string; value: string }[] {
    const { geometry } = this.#output;
    if (geometry === null || this.#schema.geometry === null) return [];
    const value = geoParquetMetadata({
      ...this.#schema.geometry,
      hasZ: geometry.hasZ,
      kinds: this.#kinds,
      bounds: this.#bounds,
      crs: geometry.crs,
      projJson: this.#projJson,
    });
    return [{ key: 'geo', value }];
  }
}

/** No rows, and a list of row groups that says it is one of nothing in particular (Thrift compact protocol). */
const noGroups = Buffer.from([0x16, 0x00, 0x19, 0x00]);
const structure = 12;

/** The writer takes the type of a list from its first entry: without one, strict readers refuse what it says. */
function declareNoGroups(footer: Uint8Array): void {
  const at = Buffer.from(footer.buffer, footer.byteOffset, footer.length).lastIndexOf(noGroups);
  if (at >= 0) footer[at + noGroups.length - 1] = structure;
}

/** The CRS as PROJJSON; that it cannot be named goes on record. */
function describeCrs({ geometry }: OutputSchema, losses: LossLog): unknown {
  const crs = geometry?.crs ?? null;
  if (crs === null || crs.epsg === 4326) return null;
  const described = projJson(crs);
  if (described === null) {
    losses.add(
      'crs-unnamed',
      `The file does not say that it is in ${crs.code}: that takes GDAL's gdalsrsinfo, which this machine lacks.`,
    );
  }
  return described;
}
