import { type JpegSegment, jpegMarkers, markerBytes, readJpegHead } from './jpeg-segments.ts';

/** Columns and rows. */
export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** What a JPEG of many strips has before its pixels, but for its size. */
export interface JpegFrame {
  /** From the start to the tables: density, Exif, colour profile, comment. */
  readonly lead: Buffer;
  readonly quantisation: Buffer;
  readonly huffman: Buffer;
  /** The frame's header, with some size in it. */
  readonly header: Buffer;
  /** The scan's header. */
  readonly scan: Buffer;
}

/** The restart interval is a number of 16 bits. */
const maxInterval = 65_535;
const sizeInHeader = { height: 5, width: 7 } as const;

/**
 * The frame of a JPEG that a TIFF's strips can be put into: what one driver wrote of a picture, and the tables and a strip that
 * another wrote of the same.
 *
 * @returns null where the strips are compressed in another way than the JPEG
 * @throws EngineError `gdal-failed` where one of them is no JPEG
 */
export function frameOfStrips(jpeg: Buffer, stripTables: Buffer, strip: Buffer): JpegFrame | null {
  const [whole, tables] = [readJpegHead(jpeg).segments, readJpegHead(stripTables).segments];
  const [header, scan] = [find(whole, jpegMarkers.baselineFrame), find(whole, jpegMarkers.scan)];
  const [quantisation, huffman] = [
    find(tables, jpegMarkers.quantisationTables),
    find(tables, jpegMarkers.huffmanTables),
  ];
  if (header === null || scan === null || quantisation === null || huffman === null) return null;
  if (find(whole, jpegMarkers.quantisationTables)?.equals(quantisation) !== true) return null;
  const frame = {
    lead: Buffer.concat([markerBytes(jpegMarkers.start), ...whole.filter(isLead).map(({ bytes }) => bytes)]),
    quantisation,
    huffman,
    header,
    scan,
  };
  return pixelsOfStrip(strip, frame, sizeOf(header)) && frame;
}

/** All that stands before the pixels of a JPEG whose strips have so many rows; null where there cannot be such. */
export function frameBytes(frame: JpegFrame, size: PixelSize, stripRows: number): Buffer | null {
  const { lead, quantisation, huffman, header, scan } = frame;
  const unit = codingUnit(header);
  const interval = Math.ceil(size.width / unit.width) * (stripRows / unit.height);
  if (!Number.isInteger(interval) || interval > maxInterval) return null;
  const restart = Buffer.from([0, 4, interval >> 8, interval & 0xff]);
  return Buffer.concat([
    lead,
    quantisation,
    huffman,
    withSize(header, size),
    markerBytes(jpegMarkers.restartInterval),
    restart,
    scan,
  ]);
}

/**
 * The compressed pixels of a strip, without what is around them.
 *
 * @returns null where the strip is not one of the frame's, or has another size
 * @throws EngineError `gdal-failed` where it is no JPEG
 */
export function pixelsOfStrip(strip: Buffer, { header, scan }: JpegFrame, size: PixelSize): Buffer | null {
  const { segments, byteLength } = readJpegHead(strip);
  const own = segments.filter((segment) => !isLead(segment));
  const expected = [withSize(header, size), scan];
  const isAlike = own.length === 2 && own.every(({ bytes }, index) => bytes.equals(expected[index]!));
  const end = strip.length - 2;
  const isWhole = end > byteLength && strip.subarray(end).equals(markerBytes(jpegMarkers.end));
  return isAlike && isWhole ? strip.subarray(byteLength, end) : null;
}

/** All segments of a kind, joined; null where there are none. */
function find(segments: readonly JpegSegment[], marker: number): Buffer | null {
  const found = segments.filter((segment) => segment.marker === marker);
  return found.length === 0 ? null : Buffer.concat(found.map(({ bytes }) => bytes));
}

function isLead({ marker }: JpegSegment): boolean {
  const { firstApplication, lastApplication, comment } = jpegMarkers;
  return (marker >= firstApplication && marker <= lastApplication) || marker === comment;
}

function sizeOf(header: Buffer): PixelSize {
  return { width: header.readUInt16BE(sizeInHeader.width), height: header.readUInt16BE(sizeInHeader.height) };
}

function withSize(header: Buffer, { width, height }: PixelSize): Buffer {
  const sized = Buffer.from(header);
  sized.writeUInt16BE(height, sizeInHeader.height);
  sized.writeUInt16BE(width, sizeInHeader.width);
  return sized;
}

/** Pixels that are coded together: blocks of 8 by 8 of one band; of several, as many as the coarsest of them covers. */
export function codingUnit(header: Buffer): PixelSize {
  const count = header[9]!;
  if (count === 1) return { width: 8, height: 8 };
  const factors = Array.from({ length: count }, (_, index) => header[11 + index * 3]!);
  return {
    width: 8 * Math.max(...factors.map((factor) => factor >> 4)),
    height: 8 * Math.max(...factors.map((factor) => factor & 0xf)),
  };
}
