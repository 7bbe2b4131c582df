import { type FileHandle, open } from 'node:fs/promises';

import { readTiffDirectory, readTiffHeader, type TiffDirectory, TiffError } from './tiff-directory.ts';
import { tiffTags } from './tiff-image.ts';

/** TIFF technical note 2. */
const jpegTablesTag = 347;

/** The compressed strips of the first image of a TIFF. */
export class TiffStrips implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #directory: TiffDirectory;
  readonly #offsets: Float64Array;
  readonly #lengths: Float64Array;

  private constructor(file: FileHandle, directory: TiffDirectory) {
    this.#file = file;
    this.#directory = directory;
    this.#offsets = directory.numbers(tiffTags.stripOffsets) ?? new Float64Array();
    this.#lengths = directory.numbers(tiffTags.stripByteCounts) ?? new Float64Array();
    if (this.#offsets.length !== this.#lengths.length)
      throw new TiffError('The TIFF has strips without size.');
  }

  /** @throws TiffError where it is none, or damaged */
  static async open(path: string): Promise<TiffStrips> {
    const file = await open(path);
    try {
      const header = await readTiffHeader(file);
      return new TiffStrips(file, await readTiffDirectory(file, header, header.firstDirectory));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get count(): number {
    return this.#offsets.length;
  }

  /** Null where the TIFF does not say. */
  get rowsPerStrip(): number | null {
    return this.#directory.number(tiffTags.rowsPerStrip);
  }

  /** A JPEG of tables alone, which all strips use; null where there is none. */
  get jpegTables(): Buffer | null {
    return this.#directory.bytes(jpegTablesTag);
  }

  /**
   * A strip as it is in the file.
   *
   * @throws TiffError where the file ends before it
   */
  async read(index: number): Promise<Buffer> {
    const [position, length] = [this.#offsets[index] ?? 0, this.#lengths[index] ?? 0];
    const { size } = await this.#file.stat();
    if (position + length > size) throw new TiffError('The TIFF ends within a strip.');
    const strip = Buffer.allocUnsafe(length);
    const { bytesRead } = await this.#file.read(strip, 0, length, position);
    return strip.subarray(0, bytesRead);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}
