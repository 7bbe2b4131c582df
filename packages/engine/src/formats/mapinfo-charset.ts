import iconv from 'iconv-lite';

import type { FieldSurvey } from '../source/survey.ts';
import type { LossLog } from './loss-log.ts';

/** A charset of MapInfo's. */
interface Charset {
  /** GDAL's name of it, and iconv's. */
  readonly name: string;
  /** MapInfo's own. */
  readonly label: string;
  readonly isWide: boolean;
}

/** Those that MapInfo and GDAL both know, the most common first. */
const charsets: readonly Charset[] = [
  { name: 'CP1252', label: 'WindowsLatin1', isWide: false },
  { name: 'CP1257', label: 'WindowsBalticRim', isWide: false },
  { name: 'CP1250', label: 'WindowsLatin2', isWide: false },
  { name: 'CP1251', label: 'WindowsCyrillic', isWide: false },
  { name: 'CP1253', label: 'WindowsGreek', isWide: false },
  { name: 'CP1254', label: 'WindowsTurkish', isWide: false },
  { name: 'CP1255', label: 'WindowsHebrew', isWide: false },
  { name: 'CP1256', label: 'WindowsArabic', isWide: false },
  { name: 'CP932', label: 'WindowsJapanese', isWide: true },
  { name: 'CP936', label: 'WindowsSimpChinese', isWide: true },
  { name: 'CP949', label: 'WindowsKorean', isWide: true },
  { name: 'CP950', label: 'WindowsTradChinese', isWide: true },
];

/** MapInfo's name of a charset, by GDAL's. */
export function mapInfoCharset(name: string): string {
  return charsets.find((known) => known.name === name)!.label;
}

/** What a decoder makes of bytes that are none of its characters. */
const unknownCharacter = 0xfffd;

/** The charset that holds some characters best, and what it lacks. */
export interface ChosenCharset {
  readonly name: string;
  readonly missing: readonly string[];
  /** Values that have one of those, at most. */
  readonly values: number;
}

/** What a charset, by GDAL's name of it, lacks of some characters. */
export function lossesInCharset(wanted: string, characters: ReadonlyMap<number, number>): ChosenCharset {
  const { name } = charsets.find((known) => known.name === wanted)!;
  const held = charactersOf(name);
  const missing = [...characters].filter(([code]) => !held.has(code));
  return {
    name,
    values: missing.reduce((sum, [, count]) => sum + count, 0),
    missing: missing.map(([code]) => String.fromCodePoint(code)),
  };
}

/**
 * Chooses the charset that loses the fewest values; the first of several that lose none. MapInfo's tables have one
 * charset, and none of those that every release reads is Unicode.
 *
 * @param characters code points beyond ASCII, and in how many values each is
 */
export function chooseCharset(characters: ReadonlyMap<number, number>): ChosenCharset {
  let best: ChosenCharset | null = null;
  for (const { name } of charsets) {
    const losses = lossesInCharset(name, characters);
    if (best === null || losses.values < best.values) best = losses;
    if (losses.values === 0) break;
  }
  return best!;
}

/** Characters that are named in a report, of those that a charset lacks. */
const mostNamed = 20;

/** Tells what values lose in the charset that was chosen. */
export function noteCharset({ name, values, missing }: ChosenCharset, losses: LossLog): void {
  if (values === 0) return;
  const some = missing.slice(0, mostNamed).join(' ');
  const detail = `Texts are in ${name}, which fits them best and lacks ${some}${missing.length > mostNamed ? ' and more' : ''}.`;
  losses.add('value-changed', detail, { count: values });
}

/** The charset that holds all texts of some fields; null where that is not known beforehand, or where there is none. */
export function charsetOfFields(surveys: readonly Pick<FieldSurvey, 'foreign'>[]): string | null {
  if (surveys.some(({ foreign }) => foreign === undefined)) return null;
  const characters = new Map(
    surveys.flatMap(({ foreign = [] }) => foreign.map((code) => [code, 1] as const)),
  );
  const { name, values } = chooseCharset(characters);
  return values === 0 ? name : null;
}

/** The code points that a charset has beyond ASCII. */
export function charactersOf(charset: string): Set<number> {
  const { name, isWide } = charsets.find((known) => known.name === charset)!;
  const held = new Set<number>();
  const bytes = isWide ? everyPair() : Uint8Array.from({ length: 128 }, (_, k) => 128 + k);
  for (const character of iconv.decode(Buffer.from(bytes), name)) held.add(character.codePointAt(0)!);
  held.delete(unknownCharacter);
  return held;
}

/** Every pair of bytes, and a line feed behind each, at which a decoder begins anew. */
function everyPair(): Uint8Array {
  const bytes: number[] = [];
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    bytes.push(lead, 10);
    for (let trail = 0x40; trail <= 0xfe; trail++) bytes.push(lead, trail, 10);
  }
  return Uint8Array.from(bytes);
}
