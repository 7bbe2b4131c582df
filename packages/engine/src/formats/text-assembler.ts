import { BlockFile } from './block-file.ts';
import type { BlockAssembler } from './block-format.ts';

/** What stands around the blocks of a text file. */
export interface TextFrame {
  readonly head: string;
  readonly foot: string;
  /** Bytes of what every entry begins with, to part it from the one before; the first has none before it. */
  readonly separatorBytes: number;
}

/** Puts blocks of text behind each other in one file. */
export class TextAssembler implements BlockAssembler<Uint8Array> {
  readonly #file: BlockFile;
  readonly #frame: TextFrame;
  #isFirst = true;

  constructor(path: string, frame: TextFrame) {
    this.#file = new BlockFile(path);
    this.#frame = frame;
    this.#file.append(Buffer.from(frame.head));
  }

  append(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#file.append(this.#isFirst ? piece.subarray(this.#frame.separatorBytes) : piece);
    this.#isFirst = false;
  }

  finish(): void {
    if (!this.#isFirst || this.#frame.head !== '') this.#file.append(Buffer.from(this.#frame.foot));
    this.#file.close();
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
