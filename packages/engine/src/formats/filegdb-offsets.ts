import { BlockFile } from './block-file.ts';

const headBytes = 16;
/** Bytes of the place of a row, as GDAL has them: enough for a terabyte. */
const offsetBytes = 5;
const pageRows = 1024;

/** A `.gdbtablx`: where each row of a table begins, in whole pages. */
export class RowOffsets {
  readonly #file: BlockFile;
  count = 0;

  constructor(path: string) {
    this.#file = new BlockFile(path);
    this.#file.append(new Uint8Array(headBytes));
  }

  /** Appends rows, by where each ends in a piece that begins at some place of the table. */
  append(ends: Uint32Array, pieceStart: number): void {
    const view = new DataView(new ArrayBuffer(ends.length * offsetBytes));
    for (let row = 0; row < ends.length; row++) {
      const offset = pieceStart + (row === 0 ? 0 : ends[row - 1]!);
      view.setUint32(row * offsetBytes, offset % 2 ** 32, true);
      view.setUint8(row * offsetBytes + 4, Math.floor(offset / 2 ** 32));
    }
    this.#file.append(new Uint8Array(view.buffer));
    this.count += ends.length;
  }

  /** Fills the last page, says behind it that no page is left out, writes the head and closes the file. */
  finish(): void {
    const pages = Math.ceil(this.count / pageRows);
    this.#file.append(new Uint8Array((pages * pageRows - this.count) * offsetBytes));
    this.#file.append(words(0, pages, pages, 0));
    this.#file.writeHead(words(3, pages, this.count, offsetBytes));
    this.close();
  }

  close(): void {
    this.#file.close();
  }
}

function words(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}
