import iconv from 'iconv-lite';

import { charactersOf } from './mapinfo-charset.ts';
import type { TextBuffer } from './text-buffer.ts';

const quote = 34;
const backslash = 92;
const letterN = 110;
const questionMark = 63;
const firstNotAscii = 128;
/** What is not written as it is. */
const special = /[^ !#-~]/;
const lineEnd = /\r\n?|\n/g;

/** What became of a text. */
export interface WrittenText {
  /** It was longer than a text of MapInfo's is. */
  readonly isCut: boolean;
  /** It had a NUL, or a character that the charset lacks. */
  readonly isReplaced: boolean;
  readonly hasLineEnds: boolean;
}

const unchanged: WrittenText = { isCut: false, isReplaced: false, hasLineEnds: false };

/** Writes texts as a `.mid` has them: in quotation marks, line ends as `\n`, in the charset that the `.mif` names. */
export class MidTextWriter {
  readonly #text: TextBuffer;
  readonly #charset: string | null;
  readonly #maxBytes: number;
  /** Characters that were met already; null for those that the charset lacks. */
  readonly #known = new Map<number, Uint8Array | null>();
  #held: Set<number> | null = null;

  /** @param charset by GDAL's name; null for UTF-8, which no `.mif` can name */
  constructor(text: TextBuffer, { charset, maxBytes }: { charset: string | null; maxBytes: number }) {
    this.#text = text;
    this.#charset = charset;
    this.#maxBytes = maxBytes;
  }

  write(value: string): WrittenText {
    const text = this.#text;
    text.byte(quote);
    const isPlain = value.length <= this.#maxBytes && !special.test(value);
    if (isPlain) text.ascii(value);
    const written = isPlain ? unchanged : this.#writeSpecial(value.replaceAll(lineEnd, '\n'));
    text.byte(quote);
    return written;
  }

  #writeSpecial(value: string): WrittenText {
    const text = this.#text;
    let left = this.#maxBytes;
    let isReplaced = false;
    const hasLineEnds = value.includes('\n');
    for (const character of value) {
      const code = character.codePointAt(0)!;
      const bytes = this.#bytesOf(code);
      left -= bytes?.length ?? 1;
      if (left < 0) return { isCut: true, isReplaced, hasLineEnds };
      if (bytes === null) isReplaced = true;
      if (bytes === null) text.byte(questionMark);
      else text.bytes(bytes);
      // In quotation marks those of the text are doubled, which is not counted.
      if (code === quote) text.byte(quote);
    }
    return { isCut: false, isReplaced, hasLineEnds };
  }

  #bytesOf(code: number): Uint8Array | null {
    const known = this.#known.get(code);
    if (known !== undefined) return known;
    const bytes = this.#encode(code);
    this.#known.set(code, bytes);
    return bytes;
  }

  #encode(code: number): Uint8Array | null {
    if (code === 0) return null;
    if (code === 10) return Uint8Array.of(backslash, letterN);
    if (code < firstNotAscii) return Uint8Array.of(code);
    const character = String.fromCodePoint(code);
    if (this.#charset === null) return Buffer.from(character);
    this.#held ??= charactersOf(this.#charset);
    return this.#held.has(code) ? iconv.encode(character, this.#charset) : null;
  }
}
