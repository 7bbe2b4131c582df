import type { TextColumn } from '../features/feature-batch.ts';
import type { LossLog } from '../formats/loss-log.ts';
import { isXmlText, replaceUnwritable } from '../formats/xml-text.ts';

/** What texts of a format may be. */
export interface TextRules {
  readonly label: string;
  /** Characters; null for no limit. */
  readonly maxText: number | null;
  readonly isXml: boolean;
  /** Whether the charset is chosen by what the texts hold. */
  readonly countsCharacters: boolean;
}

/** Characters that are not in every charset alike. */
const beyondAscii = /[\u{80}-\u{10FFFF}]/gu;

/**
 * Makes texts such as a format can hold them, and says where that changed them. GDAL would do some of it in silence: it
 * takes a NUL for the end of a text.
 */
export class TextCleaner {
  readonly #rules: TextRules;
  /** Of each character that is not ASCII, in how many values it is. */
  readonly #characters = new Map<number, number>();
  #losses: LossLog;

  constructor(rules: TextRules, losses: LossLog) {
    this.#rules = rules;
    this.#losses = losses;
  }

  /** What the next columns lose is noted there. */
  set losses(losses: LossLog) {
    this.#losses = losses;
  }

  /** The first values of a column, cleaned; the very column where there is nothing to clean. */
  clean(column: TextColumn, length: number, field: string): TextColumn {
    let cleaned: (string | null)[] | null = null;
    for (let row = 0; row < length; row++) {
      const value = column.values[row] ?? null;
      if (value === null) continue;
      const kept = this.#clean(value, field);
      if (kept === value) continue;
      cleaned ??= column.values.slice(0, length);
      cleaned[row] = kept;
    }
    return cleaned === null ? column : { kind: 'text', values: cleaned };
  }

  /** Characters that are not ASCII, and in how many values each was since the last call. */
  takeCharacters(): (readonly [number, number])[] {
    const taken = [...this.#characters];
    this.#characters.clear();
    return taken;
  }

  #clean(value: string, field: string): string {
    const { label, maxText, isXml, countsCharacters } = this.#rules;
    let kept = value;
    if (kept.includes('\0') || (isXml && !isXmlText(kept))) {
      kept = kept.replaceAll('\0', '\uFFFD');
      if (isXml) kept = replaceUnwritable(kept);
      this.#losses.add('value-changed', `${label} has no such control characters: they are replaced.`, {
        field,
      });
    }
    if (maxText !== null && kept.length > maxText) {
      kept = cutTo(kept, maxText);
      this.#losses.add('value-truncated', `Texts have at most ${maxText} characters in ${label}.`, { field });
    }
    if (countsCharacters) this.#count(kept);
    return kept;
  }

  #count(value: string): void {
    const foreign = value.match(beyondAscii);
    if (foreign === null) return;
    for (const character of new Set(foreign)) {
      const code = character.codePointAt(0)!;
      this.#characters.set(code, (this.#characters.get(code) ?? 0) + 1);
    }
  }
}

/** The first characters of a text, without half of a surrogate pair at the end. */
function cutTo(text: string, length: number): string {
  const cut = text.slice(0, length);
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}
