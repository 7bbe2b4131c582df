import type { LossLog } from './loss-log.ts';
import { charsetOfFields } from './mapinfo-charset.ts';
import { MidTextWriter } from './mid-text-writer.ts';
import { maxMifText } from './mif-schema.ts';
import type { OutputSchema } from './output-schema.ts';
import type { TextBuffer } from './text-buffer.ts';

/** In UTF-8 a text is cut where it is too long in any charset, and will be cut again. */
const mostUtf8Bytes = 4 * (maxMifText + 1);
const beyondAscii = /[\u{80}-\u{10FFFF}]/gu;

/** What to say of texts that are not what they were. */
export const midTextDetails = {
  cut: `Texts have at most ${maxMifText} bytes in MapInfo.`,
  replaced: 'MapInfo has no such characters: they are replaced.',
  lineEnds: 'Line ends are written as \\n, as MapInfo has them; GDAL reads a backslash and an n.',
} as const;

/** The charset, by GDAL's name, that is known to hold all texts of a layer before any was seen; null where none is. */
export function knownCharset({ fields, fieldSurveys }: OutputSchema): string | null {
  return charsetOfFields(fieldSurveys.filter((_, index) => fields[index]!.type === 'text'));
}

/**
 * Writes the texts of a block: in the charset where it is known, else in UTF-8, and counts what they are made of, so that
 * the charset can be chosen by it.
 */
export class MidColumnTexts {
  readonly #writer: MidTextWriter;
  readonly #isKnown: boolean;
  readonly #characters = new Map<number, number>();

  constructor(text: TextBuffer, schema: OutputSchema) {
    const charset = knownCharset(schema);
    this.#isKnown = charset !== null;
    this.#writer = new MidTextWriter(text, {
      charset,
      maxBytes: charset === null ? mostUtf8Bytes : maxMifText,
    });
  }

  write(value: string, field: string, losses: LossLog): void {
    if (!this.#isKnown) this.#count(value.slice(0, maxMifText));
    const { isCut, isReplaced, hasLineEnds } = this.#writer.write(value);
    if (isCut && this.#isKnown) losses.add('value-truncated', midTextDetails.cut, { field });
    if (isReplaced) losses.add('value-changed', midTextDetails.replaced, { field });
    if (hasLineEnds) losses.add('value-changed', midTextDetails.lineEnds, { field });
  }

  /** Characters that are not ASCII, and in how many values each was since the last call. */
  takeCharacters(): (readonly [number, number])[] {
    const taken = [...this.#characters];
    this.#characters.clear();
    return taken;
  }

  #count(value: string): void {
    for (const character of new Set(value.match(beyondAscii) ?? [])) {
      const code = character.codePointAt(0)!;
      this.#characters.set(code, (this.#characters.get(code) ?? 0) + 1);
    }
  }
}
