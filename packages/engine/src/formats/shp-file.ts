import { BlockFile } from './block-file.ts';
import { noBounds, type ShapeRecords } from './shape-encoder.ts';

const headerBytes = 100;
const indexEntryBytes = 8;
/** Which bounds are least values: of x, y, Z and M. */
const leastBounds = [0, 1, 4, 6];
/** Lengths and offsets are counted in 16-bit words. */
const words = (bytes: number): number => bytes / 2;

/** The `.shp` and `.shx` of one family of shapes (ESRI Shapefile Technical Description, 1998). */
export class ShpFile {
  readonly #shp: BlockFile;
  readonly #shx: BlockFile;
  readonly #type: number;
  readonly #bounds = noBounds();
  #records = 0;

  constructor(path: string, type: number) {
    this.#type = type;
    this.#shp = new BlockFile(`${path}.shp`);
    this.#shx = new BlockFile(`${path}.shx`);
    this.#shp.append(new Uint8Array(headerBytes));
    this.#shx.append(new Uint8Array(headerBytes));
  }

  /** Bytes of the `.shp` so far. */
  get length(): number {
    return this.#shp.length;
  }

  /** Appends records; their numbers are written over. */
  append({ bytes, lengths, bounds }: ShapeRecords): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const index = new DataView(new ArrayBuffer(lengths.length * indexEntryBytes));
    let offset = 0;
    for (let record = 0; record < lengths.length; record++) {
      this.#records += 1;
      view.setUint32(offset, this.#records);
      index.setUint32(record * indexEntryBytes, words(this.#shp.length + offset));
      index.setUint32(record * indexEntryBytes + 4, view.getUint32(offset + 4));
      offset += lengths[record]!;
    }
    this.#shp.append(bytes);
    this.#shx.append(new Uint8Array(index.buffer));
    for (const [bound, value] of bounds.entries()) {
      const choose = leastBounds.includes(bound) ? Math.min : Math.max;
      this.#bounds[bound] = choose(this.#bounds[bound]!, value);
    }
  }

  /** Writes the headers and closes both files. */
  finish(): void {
    this.#shp.writeHead(this.#header(this.#shp.length));
    this.#shx.writeHead(this.#header(this.#shx.length));
    this.close();
  }

  close(): void {
    this.#shp.close();
    this.#shx.close();
  }

  #header(fileBytes: number): Uint8Array {
    const header = new DataView(new ArrayBuffer(headerBytes));
    header.setInt32(0, 9994);
    header.setInt32(24, words(fileBytes));
    header.setInt32(28, 1000, true);
    header.setInt32(32, this.#type, true);
    for (const [index, bound] of this.#bounds.entries()) {
      header.setFloat64(36 + index * 8, Number.isFinite(bound) ? bound : 0, true);
    }
    return new Uint8Array(header.buffer);
  }
}
