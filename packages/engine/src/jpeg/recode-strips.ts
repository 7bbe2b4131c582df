import {
  bestHuffmanTables,
  huffmanSegment,
  huffmanTableCount,
  readHuffmanTables,
} from './huffman-segments.ts';
import { huffmanCodes } from './huffman-table.ts';
import type { JpegFrame } from './jpeg-frame.ts';
import {
  countSymbols,
  type HuffmanTables,
  ScanReader,
  scanLayout,
  type Strip,
  writeScan,
} from './jpeg-scan.ts';

/** Another way to code the same coefficients. */
export interface Recoding {
  readonly frame: JpegFrame;
  readonly recode: (strip: Strip) => Buffer;
}

/** The standard's tables are made for photographs. Where others save no more than this, as there, the strips stay as they are. */
const worthShare = 0.88;
/**
 * To code a picture once more takes 40 ns a symbol, and all cores save 8 ns a pixel: where there are more symbols than this, it would
 * take longer than the JPEG driver. A drawing has 0.1, an aerial photograph 0.2 to 0.3.
 */
const maxSymbolsPerPixel = 0.15;

/**
 * Looks for Huffman tables that make a picture clearly smaller than those of its frame, in a time that is worth it. Only if they do so with some strips, all
 * strips are read.
 *
 * @returns null where there are none
 * @throws EngineError `gdal-failed` where a strip is damaged
 */
export async function findRecoding(
  frame: JpegFrame,
  some: AsyncIterable<Strip>,
  all: AsyncIterable<Strip>,
): Promise<Recoding | null> {
  const tables = readHuffmanTables(frame.huffman);
  const reader = new ScanReader(scanLayout(frame), tables);
  let best = tables;
  for (const strips of [some, all]) {
    const { frequencies, symbolsPerPixel } = await countAll(strips, reader);
    if (symbolsPerPixel > maxSymbolsPerPixel) return null;
    best = bestHuffmanTables(tables, frequencies);
    if (bitsOf(best, frequencies) > worthShare * bitsOf(tables, frequencies)) return null;
  }
  return {
    frame: { ...frame, huffman: huffmanSegment(best) },
    recode: (strip) => writeScan(reader.read(strip), best),
  };
}

async function countAll(
  strips: AsyncIterable<Strip>,
  reader: ScanReader,
): Promise<{ frequencies: Float64Array[]; symbolsPerPixel: number }> {
  const frequencies = Array.from({ length: huffmanTableCount }, () => new Float64Array(256));
  let [symbols, pixels] = [0, 0];
  for await (const strip of strips) {
    const tokens = reader.read(strip);
    countSymbols(tokens, frequencies);
    symbols += tokens.length;
    pixels += strip.size.width * strip.size.height;
  }
  return { frequencies, symbolsPerPixel: symbols / pixels };
}

/** Bits of all symbols, with those that follow them. */
function bitsOf(tables: HuffmanTables, frequencies: readonly Float64Array[]): number {
  let bits = 0;
  for (const [index, table] of tables.entries()) {
    if (table === undefined) continue;
    const { lengths } = huffmanCodes(table);
    for (const symbol of table.symbols) {
      bits += frequencies[index]![symbol]! * (lengths[symbol]! + (symbol & 0xf));
    }
  }
  return bits;
}
