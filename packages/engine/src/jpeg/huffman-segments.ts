import { bestHuffmanTable } from './huffman-table.ts';
import type { HuffmanTables } from './jpeg-scan.ts';
import { jpegMarkers, markerBytes } from './jpeg-segments.ts';

/** Two tables of each kind at the most, in a baseline JPEG. */
export const huffmanTableCount = 4;

/** Reads tables from the segments that define them (ITU-T T.81, B.2.4.2). */
export function readHuffmanTables(segments: Buffer): HuffmanTables {
  const tables: HuffmanTables[number][] = Array.from({ length: huffmanTableCount });
  for (let at = 0; at < segments.length;) {
    const end = at + 2 + segments.readUInt16BE(at + 2);
    for (let table = at + 4; table < end;) {
      const kind = segments[table]!;
      const counts = segments.subarray(table + 1, table + 17);
      const start = table + 17;
      table = start + counts.reduce((sum, count) => sum + count, 0);
      tables[(kind & 0xf) * 2 + (kind >> 4)] = { counts, symbols: segments.subarray(start, table) };
    }
    at = end;
  }
  return tables;
}

/** One segment that defines tables. */
export function huffmanSegment(tables: HuffmanTables): Buffer {
  const definitions = tables.flatMap((table, index) =>
    table === undefined
      ? []
      : [Buffer.from([((index & 1) << 4) | (index >> 1)]), table.counts, table.symbols],
  );
  const payload = Buffer.concat(definitions);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(payload.length + 2);
  return Buffer.concat([markerBytes(jpegMarkers.huffmanTables), length, payload]);
}

/** Tables with short codes for symbols that are frequent. All that the others have a code for have one. */
export function bestHuffmanTables(
  tables: HuffmanTables,
  frequencies: readonly Float64Array[],
): HuffmanTables {
  return tables.map((table, index) => {
    if (table === undefined) return undefined;
    const some = Float64Array.from(frequencies[index]!);
    for (const symbol of table.symbols) some[symbol]! += 1;
    return bestHuffmanTable(some);
  });
}
