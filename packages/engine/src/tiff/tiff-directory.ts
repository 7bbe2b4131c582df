import type { FileHandle } from 'node:fs/promises';

/** A file that is no TIFF, or one that is damaged or not as anybody writes it. */
export class TiffError extends Error {
  override readonly name = 'TiffError';
}

/** What the first bytes of a TIFF say of the rest. */
export interface TiffHeader {
  readonly isLittleEndian: boolean;
  /** Whether it is a BigTIFF: offsets have 64 bits. */
  readonly isBig: boolean;
  /** Where the first directory is, in bytes from the start of the file. */
  readonly firstDirectory: number;
  /** The length of the file: what a damaged directory says of itself is not believed beyond it. */
  readonly fileBytes: number;
}

/** A field as it is in the file. */
export interface TiffField {
  /** Where its entry is, in bytes from the start of the file. */
  readonly place: number;
  /** TIFF's number of the type: 2 is text, 3 is 16 bits, ... */
  readonly type: number;
  /** How many values there are; of a text, bytes with the closing 0. */
  readonly count: number;
  /** The values, in the byte order of the file. */
  readonly bytes: Buffer;
}

/** More than any program writes; more are read by GDAL, or not at all. */
const maxFields = 4096;
/** Values of all fields together: offsets and sizes of four million blocks. */
const maxValueBytes = 64 * 1024 ** 2;

interface TypeReader {
  readonly size: number;
  /** Null for what is no number. */
  readonly read: ((view: DataView, offset: number, isLittleEndian: boolean) => number) | null;
}

const long8 = (value: bigint): number => {
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw new TiffError(`The TIFF has the number ${value}, of over 53 bits.`);
  return number;
};

/** TIFF 6.0, section 2, and the types of BigTIFF. */
const types: Readonly<Record<number, TypeReader>> = {
  1: { size: 1, read: (view, at) => view.getUint8(at) },
  2: { size: 1, read: null },
  3: { size: 2, read: (view, at, order) => view.getUint16(at, order) },
  4: { size: 4, read: (view, at, order) => view.getUint32(at, order) },
  5: { size: 8, read: (view, at, order) => view.getUint32(at, order) / view.getUint32(at + 4, order) },
  6: { size: 1, read: (view, at) => view.getInt8(at) },
  7: { size: 1, read: null },
  8: { size: 2, read: (view, at, order) => view.getInt16(at, order) },
  9: { size: 4, read: (view, at, order) => view.getInt32(at, order) },
  10: { size: 8, read: (view, at, order) => view.getInt32(at, order) / view.getInt32(at + 4, order) },
  11: { size: 4, read: (view, at, order) => view.getFloat32(at, order) },
  12: { size: 8, read: (view, at, order) => view.getFloat64(at, order) },
  13: { size: 4, read: (view, at, order) => view.getUint32(at, order) },
  16: { size: 8, read: (view, at, order) => long8(view.getBigUint64(at, order)) },
  17: { size: 8, read: (view, at, order) => long8(view.getBigInt64(at, order)) },
  18: { size: 8, read: (view, at, order) => long8(view.getBigUint64(at, order)) },
};

/** One directory of a TIFF: the fields of an image, by the numbers of their tags. */
export class TiffDirectory {
  readonly fields: ReadonlyMap<number, TiffField>;
  /** Where the next directory is; 0 where this is the last. */
  readonly next: number;
  readonly #isLittleEndian: boolean;

  constructor(fields: ReadonlyMap<number, TiffField>, next: number, isLittleEndian: boolean) {
    this.fields = fields;
    this.next = next;
    this.#isLittleEndian = isLittleEndian;
  }

  /**
   * The numbers of a field, fractions as their quotients; null where there is no such field.
   *
   * @throws TiffError where they are no numbers, or above 2^53
   */
  numbers(tag: number): Float64Array | null {
    const field = this.fields.get(tag);
    if (field === undefined) return null;
    const { size, read } = types[field.type]!;
    if (read === null) throw new TiffError(`Tag ${tag} of the TIFF holds no numbers.`);
    const { buffer, byteOffset, byteLength } = field.bytes;
    const view = new DataView(buffer, byteOffset, byteLength);
    return Float64Array.from({ length: field.count }, (_, index) =>
      read(view, index * size, this.#isLittleEndian),
    );
  }

  /**
   * The first number of a field; null where there is no such field, or it is empty.
   *
   * @throws TiffError as `numbers`
   */
  number(tag: number): number | null {
    return this.numbers(tag)?.[0] ?? null;
  }

  /** The bytes of a field; null where there is no such field. */
  bytes(tag: number): Buffer | null {
    return this.fields.get(tag)?.bytes ?? null;
  }

  /** The text of a field up to its first 0, each byte a character; null where there is no such field. */
  text(tag: number): string | null {
    return this.bytes(tag)?.toString('latin1').split('\0', 1)[0] ?? null;
  }
}

/**
 * Reads the header of a TIFF or BigTIFF.
 *
 * @throws TiffError where the file is none
 */
export async function readTiffHeader(file: FileHandle): Promise<TiffHeader> {
  const { size: fileBytes } = await file.stat();
  const part = partsOf(file, fileBytes);
  const bytes = await part(0, 8);
  const order = bytes.toString('latin1', 0, 2);
  if (order !== 'II' && order !== 'MM') throw new TiffError('The file is no TIFF.');
  const isLittleEndian = order === 'II';
  const version = isLittleEndian ? bytes.readUInt16LE(2) : bytes.readUInt16BE(2);
  if (version === 42) {
    const firstDirectory = isLittleEndian ? bytes.readUInt32LE(4) : bytes.readUInt32BE(4);
    return { isLittleEndian, isBig: false, firstDirectory, fileBytes };
  }
  const offsetBytes = isLittleEndian ? bytes.readUInt16LE(4) : bytes.readUInt16BE(4);
  if (version !== 43 || offsetBytes !== 8) throw new TiffError(`The file is a TIFF of version ${version}.`);
  const firstDirectory = long8(viewOf(await part(8, 8)).getBigUint64(0, isLittleEndian));
  return { isLittleEndian, isBig: true, firstDirectory, fileBytes };
}

/**
 * Reads the directory at an offset, with the values of all its fields.
 *
 * @throws TiffError where it is damaged, or larger than any program makes it
 */
export async function readTiffDirectory(
  file: FileHandle,
  { isLittleEndian, isBig, fileBytes }: TiffHeader,
  offset: number,
): Promise<TiffDirectory> {
  const part = partsOf(file, fileBytes);
  const [countBytes, entryBytes, offsetBytes] = isBig ? [8, 20, 8] : [2, 12, 4];
  const numberAt = (view: DataView, at: number): number =>
    isBig ? long8(view.getBigUint64(at, isLittleEndian)) : view.getUint32(at, isLittleEndian);
  const head = viewOf(await part(offset, countBytes));
  const count = isBig ? numberAt(head, 0) : head.getUint16(0, isLittleEndian);
  if (count > maxFields) throw new TiffError(`A directory of the TIFF has ${count} fields.`);
  const entries = await part(offset + countBytes, count * entryBytes + offsetBytes);
  const view = viewOf(entries);
  const fields = new Map<number, TiffField>();
  let valueBytes = 0;
  for (let index = 0; index < count; index++) {
    const at = index * entryBytes;
    const tag = view.getUint16(at, isLittleEndian);
    const type = view.getUint16(at + 2, isLittleEndian);
    const size = types[type]?.size;
    // Readers shall pass over types that they do not know.
    if (size === undefined || fields.has(tag)) continue;
    const values = numberAt(view, at + 4);
    const length = values * size;
    valueBytes += length;
    if (valueBytes > maxValueBytes)
      throw new TiffError(`A directory of the TIFF has over ${maxValueBytes} bytes.`);
    const valueAt = at + 4 + offsetBytes;
    const bytes =
      length <= offsetBytes
        ? entries.subarray(valueAt, valueAt + length)
        : await part(numberAt(view, valueAt), length);
    fields.set(tag, { place: offset + countBytes + at, type, count: values, bytes });
  }
  return new TiffDirectory(fields, numberAt(view, count * entryBytes), isLittleEndian);
}

function partsOf(file: FileHandle, fileBytes: number): (position: number, length: number) => Promise<Buffer> {
  return async (position, length) => {
    if (position + length > fileBytes) throw new TiffError('The TIFF ends too early.');
    const bytes = Buffer.allocUnsafe(length);
    const { bytesRead } = await file.read(bytes, 0, length, position);
    if (bytesRead < length) throw new TiffError('The TIFF ends too early.');
    return bytes;
  };
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
