import { EngineError } from '../engine-error.ts';

/** The markers of ITU-T T.81, table B.1, that are looked at. */
export const jpegMarkers = {
  baselineFrame: 0xc0,
  huffmanTables: 0xc4,
  firstRestart: 0xd0,
  start: 0xd8,
  end: 0xd9,
  scan: 0xda,
  quantisationTables: 0xdb,
  restartInterval: 0xdd,
  firstApplication: 0xe0,
  lastApplication: 0xef,
  comment: 0xfe,
} as const;

/** One piece of what stands before the compressed pixels. */
export interface JpegSegment {
  readonly marker: number;
  /** With the marker and the length. */
  readonly bytes: Buffer;
}

/** What a JPEG says before its first scan's pixels. */
export interface JpegHead {
  /** In order; the header of the scan is the last of them, where there is a scan. */
  readonly segments: readonly JpegSegment[];
  /** Bytes before the compressed pixels. */
  readonly byteLength: number;
}

/**
 * Reads the segments of a JPEG up to its first scan, or of tables without a scan.
 *
 * @throws EngineError `gdal-failed` where they are none
 */
export function readJpegHead(jpeg: Buffer): JpegHead {
  if (jpeg.length < 4 || jpeg.readUInt16BE(0) !== markerWord(jpegMarkers.start)) throw notJpeg();
  const segments: JpegSegment[] = [];
  let at = 2;
  while (at + 4 <= jpeg.length && segments.at(-1)?.marker !== jpegMarkers.scan) {
    const word = jpeg.readUInt16BE(at);
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    if (word < 0xff_c0 || word === markerWord(jpegMarkers.end) || end > jpeg.length) throw notJpeg();
    segments.push({ marker: word & 0xff, bytes: jpeg.subarray(at, end) });
    at = end;
  }
  return { segments, byteLength: at };
}

/** The two bytes of a marker, as a number. */
function markerWord(marker: number): number {
  return 0xff_00 | marker;
}

/** The two bytes of a marker. */
export function markerBytes(marker: number): Buffer {
  return Buffer.from([0xff, marker]);
}

function notJpeg(): EngineError {
  return new EngineError('gdal-failed', 'GDAL wrote a JPEG that cannot be read.');
}
