import type { PixelWindow } from '../raster/pixel-grid.ts';
import { packedBytes } from './raster-codec.ts';
import { rowsOfBlock, type TiffImage } from '../tiff/tiff-image.ts';

/** A part of the columns of a window. */
export interface RetileBand {
  /** Blocks of the target, from the left of the window. */
  readonly targetColumn: number;
  readonly targetColumns: number;
  /** Blocks of the source that they lie in. */
  readonly sourceColumn: number;
  readonly sourceColumns: number;
  /** Pixels from the left of those to the band. */
  readonly pixelOffset: number;
}

/**
 * How the blocks of a window are made of those of an image: the source's are unpacked row by row into a ring of lines, from
 * which the target's are cut.
 */
export interface RetileLayout {
  readonly source: TiffImage;
  readonly window: PixelWindow;
  readonly blockWidth: number;
  readonly blockHeight: number;
  readonly bands: readonly RetileBand[];
  /** Rows of the source's blocks that the window meets: the first, and how many. */
  readonly sourceRow: number;
  readonly sourceRows: number;
  /** Lines from the top of those to the window. */
  readonly lineOffset: number;
  readonly targetRows: number;
  readonly targetColumns: number;
  /** Rows of the source's blocks in the ring. */
  readonly ringRows: number;
  /** Bytes of a line of the ring. */
  readonly stride: number;
}

/** Rows of packed blocks that wait for being written. */
export const slotRows = 3;

/** Memory of all threads together. */
const usualBytes = 256 * 1024 ** 2;

/**
 * Lays out a window. Null where it would take too much memory, or blocks that are claimed to be larger than any packing makes them.
 */
export function retileLayout(
  source: TiffImage,
  window: PixelWindow,
  block: { readonly width: number; readonly height: number },
  mostBytes = usualBytes,
): RetileLayout | null {
  const sourceRow = Math.floor(window.y / source.blockHeight);
  const sourceRows = Math.ceil((window.y + window.height) / source.blockHeight) - sourceRow;
  const targetColumns = Math.ceil(window.width / block.width);
  // One is unpacked ahead, and one more while the last blocks of a row are packed.
  const ringRows = Math.ceil(block.height / source.blockHeight) + 3;
  const common = {
    source,
    window,
    blockWidth: block.width,
    blockHeight: block.height,
    sourceRow,
    sourceRows,
    lineOffset: window.y - sourceRow * source.blockHeight,
    targetRows: Math.ceil(window.height / block.height),
    targetColumns,
    ringRows,
  };
  for (let columns = targetColumns; columns > 0; columns = columns === 1 ? 0 : Math.ceil(columns / 2)) {
    const bands = bandsOf(common, columns);
    const stride =
      Math.max(...bands.map((band) => band.sourceColumns)) * source.blockWidth * pixelBytes(source);
    const layout = { ...common, bands, stride };
    const { ring, slots } = retileBytes(layout);
    if (ring + slots <= mostBytes && largestBlock(layout) !== null) return layout;
    // Strips are as wide as the image: each band would unpack them all.
    if (!source.isTiled) return null;
  }
  return null;
}

function bandsOf(
  {
    source,
    window,
    blockWidth,
    targetColumns,
  }: Pick<RetileLayout, 'source' | 'window' | 'blockWidth' | 'targetColumns'>,
  columns: number,
): RetileBand[] {
  return Array.from({ length: Math.ceil(targetColumns / columns) }, (_, index) => {
    const targetColumn = index * columns;
    const left = window.x + targetColumn * blockWidth;
    const right = Math.min(window.x + window.width, left + columns * blockWidth);
    const sourceColumn = Math.floor(left / source.blockWidth);
    return {
      targetColumn,
      targetColumns: Math.min(columns, targetColumns - targetColumn),
      sourceColumn,
      sourceColumns: Math.ceil(right / source.blockWidth) - sourceColumn,
      pixelOffset: left - sourceColumn * source.blockWidth,
    };
  });
}

/** Bytes of a pixel. */
export function pixelBytes({ samples, sampleBytes }: TiffImage): number {
  return samples * sampleBytes;
}

/** Bytes of the ring of lines, of the rows of packed blocks that wait and one of them, and of one packed and one unpacked block of the target. */
export function retileBytes(layout: RetileLayout): {
  ring: number;
  slots: number;
  slotRow: number;
  slot: number;
  block: number;
} {
  const { source, bands, ringRows, stride, blockWidth, blockHeight } = layout;
  const block = blockWidth * blockHeight * pixelBytes(source);
  const slot = packedBytes(block);
  const columns = Math.max(...bands.map(({ targetColumns }) => targetColumns));
  const slotRow = columns * slot;
  return { ring: ringRows * source.blockHeight * stride, slots: slotRows * slotRow, slotRow, slot, block };
}

/** Bytes of a block of the source, unpacked. */
export function sourceBlockBytes(source: TiffImage, row: number): number {
  return rowsOfBlock(source, row) * source.blockWidth * pixelBytes(source);
}

/**
 * Packed bytes of the largest block of the source that the window meets. Null where one is missing, or is not as large as any packing
 * would make it.
 */
export function largestBlock({ source, bands, sourceRow, sourceRows }: RetileLayout): number | null {
  const [first, last] = [bands[0]!, bands.at(-1)!];
  let largest = 0;
  for (let row = sourceRow; row < sourceRow + sourceRows; row++) {
    const bytes = sourceBlockBytes(source, row);
    const most = source.isCompressed ? packedBytes(bytes) : bytes;
    const least = source.isCompressed ? 1 : bytes;
    for (let column = first.sourceColumn; column < last.sourceColumn + last.sourceColumns; column++) {
      const count = source.counts[row * source.blocksAcross + column]!;
      if (count < least || count > most) return null;
      largest = Math.max(largest, count);
    }
  }
  return largest;
}

/** The rows of the source's blocks, from that of the layout's first, that a row of the target's is cut from. */
export function sourceRowsOf(
  { lineOffset, blockHeight, window, source }: RetileLayout,
  row: number,
): readonly [first: number, last: number] {
  const top = lineOffset + row * blockHeight;
  const bottom = lineOffset + Math.min(window.height, (row + 1) * blockHeight) - 1;
  return [Math.floor(top / source.blockHeight), Math.floor(bottom / source.blockHeight)];
}

/** The rows of the target's blocks that are cut from a row of the source's. */
export function targetRowsOf(
  { lineOffset, blockHeight, targetRows, source }: RetileLayout,
  row: number,
): readonly [first: number, last: number] {
  const top = row * source.blockHeight - lineOffset;
  const bottom = top + source.blockHeight - 1;
  return [
    Math.max(0, Math.floor(top / blockHeight)),
    Math.min(targetRows - 1, Math.floor(bottom / blockHeight)),
  ];
}
