import { BlockFile } from './block-file.ts';
import { recordBytesOf } from './dbf-encoder.ts';
import type { DbfField } from './dbf-schema.ts';

const endOfFile = 0x1a;
const endOfHeader = 0x0d;

/** A dBase III table in UTF-8 (dBase file header, level 5; the `.cpg` beside it names the encoding). */
export class DbfFile {
  readonly #file: BlockFile;
  readonly #fields: readonly DbfField[];
  readonly #modified: Date;
  readonly #recordBytes: number;
  #records = 0;

  constructor(path: string, fields: readonly DbfField[], modified: string) {
    this.#fields = fields;
    this.#modified = new Date(modified);
    this.#recordBytes = recordBytesOf(fields);
    this.#file = new BlockFile(`${path}.dbf`);
    this.#file.append(Buffer.alloc(this.#headerBytes));
  }

  /** Bytes so far. */
  get length(): number {
    return this.#file.length;
  }

  /** Appends whole records. */
  append(records: Uint8Array): void {
    this.#file.append(records);
    this.#records += records.length / this.#recordBytes;
  }

  finish(): void {
    this.#file.append(Uint8Array.of(endOfFile));
    this.#file.writeHead(this.#header());
    this.close();
  }

  close(): void {
    this.#file.close();
  }

  get #headerBytes(): number {
    return 32 + this.#fields.length * 32 + 1;
  }

  #header(): Buffer {
    const header = Buffer.alloc(this.#headerBytes);
    header[0] = 3;
    header[1] = this.#modified.getUTCFullYear() - 1900;
    header[2] = this.#modified.getUTCMonth() + 1;
    header[3] = this.#modified.getUTCDate();
    header.writeUInt32LE(this.#records, 4);
    header.writeUInt16LE(this.#headerBytes, 8);
    header.writeUInt16LE(this.#recordBytes, 10);
    for (const [index, field] of this.#fields.entries()) {
      const at = 32 + index * 32;
      header.write(field.name, at, 10, 'utf8');
      header.write(field.code, at + 11, 'latin1');
      header[at + 16] = field.width;
      header[at + 17] = field.decimals;
    }
    header[this.#headerBytes - 1] = endOfHeader;
    return header;
  }
}
