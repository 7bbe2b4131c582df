import type { ColumnChunk, ColumnMetaData, RowGroup, Statistics } from 'hyparquet';

import type { BlockFile } from './block-file.ts';
import type { ParquetPiece } from './parquet-encoder.ts';

/** Writes the pages of some blocks behind each other, column by column; returns what the footer says of them. */
export function writeRowGroup(file: BlockFile, pieces: readonly ParquetPiece[]): RowGroup {
  const start = file.length;
  const columns = pieces[0]!.columns.map((_, column) => writeColumn(file, pieces, column));
  return {
    columns,
    total_byte_size: sum(columns.map(({ meta_data: data }) => data!.total_uncompressed_size)),
    num_rows: BigInt(pieces.reduce((rows, piece) => rows + piece.rows, 0)),
    file_offset: BigInt(start),
    total_compressed_size: BigInt(file.length - start),
  };
}

function writeColumn(file: BlockFile, pieces: readonly ParquetPiece[], column: number): ColumnChunk {
  const start = BigInt(file.length);
  const parts = pieces.map(({ bytes, columns }) => {
    const data = columns[column]!.meta_data!;
    const from = Number(data.data_page_offset);
    file.append(bytes.subarray(from, from + Number(data.total_compressed_size)));
    return data;
  });
  const [first] = parts as [ColumnMetaData];
  const statistics = mergedStatistics(parts);
  return {
    file_offset: start,
    meta_data: {
      type: first.type,
      encodings: first.encodings,
      path_in_schema: first.path_in_schema,
      codec: first.codec,
      num_values: sum(parts.map((part) => part.num_values)),
      total_uncompressed_size: sum(parts.map((part) => part.total_uncompressed_size)),
      total_compressed_size: sum(parts.map((part) => part.total_compressed_size)),
      data_page_offset: start,
      ...(statistics !== null && { statistics }),
    },
  };
}

type Bound = NonNullable<Statistics['min_value']>;

/** The least and greatest of all, and how many nulls; null for a column that has no statistics. */
function mergedStatistics(parts: readonly ColumnMetaData[]): Statistics | null {
  const all = parts.map(({ statistics }) => statistics).filter((statistics) => statistics !== undefined);
  if (all.length < parts.length) return null;
  const least = all.map((statistics) => statistics.min_value).filter((value) => value !== undefined);
  const greatest = all.map((statistics) => statistics.max_value).filter((value) => value !== undefined);
  return {
    null_count: sum(all.map((statistics) => statistics.null_count ?? 0n)),
    ...(least.length > 0 && { min_value: least.reduce((a, b) => (isLess(b, a) ? b : a)) }),
    ...(greatest.length > 0 && { max_value: greatest.reduce((a, b) => (isLess(a, b) ? b : a)) }),
  };
}

/** Texts compare by their bytes, as readers of the format compare them. */
function isLess(a: Bound, b: Bound): boolean {
  const isBytes = typeof a === 'string' || a instanceof Uint8Array;
  return isBytes ? Buffer.compare(bytesOf(a), bytesOf(b)) < 0 : a < b;
}

function bytesOf(value: Bound): Uint8Array {
  return value instanceof Uint8Array ? value : Buffer.from(String(value));
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
