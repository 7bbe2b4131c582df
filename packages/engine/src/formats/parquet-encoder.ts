import type { ColumnChunk } from 'hyparquet';
import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer';

import type { FeatureBatch } from '../features/feature-batch.ts';
import {
  envelopeInto,
  type GeometryArray,
  type GeometryKind,
  geometryKind,
} from '../features/geometry-array.ts';
import { WkbWriter } from '../features/wkb-writer.ts';
import type { BlockEncoder, EncodedBlock, EncodeOptions } from './block-format.ts';
import type { LossLog } from './loss-log.ts';
import { type ParquetValue, parquetValues } from './parquet-column.ts';
import { type boxSides, type ParquetSchema, parquetSchema } from './parquet-schema.ts';

/** A block as pages of each column. */
export interface ParquetPiece {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly rows: number;
  /** What the footer says of the pages of each column, with offsets into `bytes`. */
  readonly columns: readonly ColumnChunk[];
  /** The kinds of geometry that are there, as they are written. */
  readonly kinds: readonly GeometryKind[];
  /** Least x, y, z and greatest x, y, z of all positions; infinite and turned around where there are none. */
  readonly bounds: readonly number[];
}

/** A box as a row of its column. */
type BoxRow = Record<(typeof boxSides)[number], number>;

/**
 * Encodes blocks as pages, plain and uncompressed: those of several blocks can then stand behind each other in one column
 * chunk, and the archive deflates them anyway. With Snappy before it, 500,000 parcels took 9.0 s instead of 7.4 s and
 * their archive had 72.4 MB instead of 71.1 MB.
 */
export class ParquetEncoder implements BlockEncoder<ParquetPiece> {
  readonly #schema: ParquetSchema;
  readonly #promote: boolean;
  readonly #wkb = new WkbWriter();
  readonly #box = new Float64Array(4);

  constructor({ schema }: EncodeOptions) {
    this.#schema = parquetSchema(schema);
    this.#promote = schema.geometry?.type.startsWith('MULTI') === true;
  }

  encode(batch: FeatureBatch, losses: LossLog): EncodedBlock<ParquetPiece> {
    const { fields, geometry, elements } = this.#schema;
    const flat = batch.geometry === null ? null : withoutM(batch.geometry);
    const columnData = fields.map((field, index) =>
      columnSource(field.name, parquetValues(batch.columns[index]!, batch.length, { field, losses })),
    );
    if (geometry !== null && flat !== null) {
      columnData.push({
        ...columnSource(geometry.column, this.#wkbOf(flat, batch.length)),
        statistics: false,
      });
      columnData.push(columnSource(geometry.box, this.#boxesOf(flat, batch.length)));
    }
    const writer = new ByteWriter(1 << 20);
    const parquet = new ParquetWriter({ writer, schema: elements, codec: 'UNCOMPRESSED' });
    // Written at once: this writer has nothing to wait for.
    void parquet.write({ columnData, rowGroupSize: Math.max(batch.length, 1) });
    const bytes = new Uint8Array(writer.getBuffer());
    const piece = {
      bytes,
      rows: batch.length,
      columns: parquet.row_groups[0]?.columns ?? [],
      kinds: flat === null ? [] : this.#kindsOf(flat, batch.length),
      bounds: flat === null ? emptyBounds : boundsOf(flat),
    };
    return { piece, transfer: [bytes.buffer] };
  }

  #wkbOf(geometry: GeometryArray, rows: number): (Uint8Array | null)[] {
    const wkb = this.#wkb;
    wkb.reset();
    const ends = new Uint32Array(rows);
    for (let row = 0; row < rows; row++) {
      if (geometry.kinds[row] !== geometryKind.none) wkb.write(geometry, row, { promote: this.#promote });
      ends[row] = wkb.length;
    }
    const bytes = wkb.bytesFrom(0);
    return Array.from(ends, (end, row) =>
      geometry.kinds[row] === geometryKind.none ? null : bytes.subarray(row === 0 ? 0 : ends[row - 1], end),
    );
  }

  #boxesOf(geometry: GeometryArray, rows: number): (BoxRow | null)[] {
    const box = this.#box;
    return Array.from({ length: rows }, (_, row) => {
      envelopeInto(geometry, row, box);
      if (Number.isNaN(box[0])) return null;
      return { xmin: box[0]!, ymin: box[1]!, xmax: box[2]!, ymax: box[3]! };
    });
  }

  #kindsOf({ kinds }: GeometryArray, rows: number): GeometryKind[] {
    const found = new Set(kinds.subarray(0, rows));
    found.delete(geometryKind.none);
    const written = [...found].map((kind) =>
      this.#promote && kind <= geometryKind.polygon ? kind + 3 : kind,
    );
    return [...new Set(written)] as GeometryKind[];
  }
}

function columnSource(name: string, data: (ParquetValue | BoxRow)[]): ColumnSource {
  return { name, data, encoding: 'PLAIN', offsetIndex: false };
}

/** The same geometries without M, which the format has no place for. */
function withoutM(geometry: GeometryArray): GeometryArray {
  if (!geometry.hasM) return geometry;
  const { coordinates, positionCount, stride } = geometry;
  const kept = stride - 1;
  const copied = new Float64Array(positionCount * kept);
  for (let k = 0; k < positionCount; k++) {
    for (let value = 0; value < kept; value++) copied[k * kept + value] = coordinates[k * stride + value]!;
  }
  return {
    length: geometry.length,
    partCount: geometry.partCount,
    ringCount: geometry.ringCount,
    positionCount,
    stride: kept,
    hasZ: geometry.hasZ,
    hasM: false,
    kinds: geometry.kinds,
    featureParts: geometry.featureParts,
    partKinds: geometry.partKinds,
    partRings: geometry.partRings,
    ringStarts: geometry.ringStarts,
    coordinates: copied,
  };
}

const emptyBounds = [Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity] as const;

function boundsOf({ coordinates, stride, positionCount, hasZ }: GeometryArray): number[] {
  const bounds: number[] = [...emptyBounds];
  for (let axis = 0; axis < (hasZ ? 3 : 2); axis++) {
    let [least, greatest] = [Infinity, -Infinity];
    for (let k = axis; k < positionCount * stride; k += stride) {
      const value = coordinates[k]!;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    bounds[axis] = least;
    bounds[axis + 3] = greatest;
  }
  return bounds;
}
