import { EngineError } from '../engine-error.ts';
import type { Field } from '../source/layer.ts';
import type { FieldSurvey } from '../source/survey.ts';
import type { LossLog } from './loss-log.ts';

/** One field of a dBase III table. */
export interface DbfField {
  /** At most 10 bytes, unique whatever the case. */
  readonly name: string;
  readonly code: 'C' | 'N' | 'L' | 'D';
  /** Bytes. */
  readonly width: number;
  readonly decimals: number;
  /** The column it comes from; null for the field that stands in where there is none. */
  readonly column: number | null;
}

const maxNameBytes = 10;
/** The length of a row is kept in 16 bits; GDAL reads up to 2,046 fields. */
const maxRecordBytes = 65_535;
const maxFields = 2046;
const maxTextBytes = 254;
/** A datetime has no type in dBase III: it is text, `2026-11-22T10:15:30.123Z`. */
const datetimeBytes = 32;
/** A wider number is read as a double by GDAL and what builds on it. */
const exactDigits = 18;
/** Wide enough for any double with all its digits, and what GDAL gives them. */
const realBytes = 24;
const realDecimals = 15;

/** The fields of a `.dbf` for a schema; renames, retypes and drops go on record. */
export function dbfFields(
  fields: readonly Field[],
  surveys: readonly FieldSurvey[],
  losses: LossLog,
): DbfField[] {
  const taken: string[] = [];
  const result: DbfField[] = [];
  for (const [column, field] of fields.entries()) {
    if (field.type === 'blob') {
      losses.add('field-dropped', `A Shapefile holds no binary values: ${field.name} is left out.`, {
        field: field.name,
      });
      continue;
    }
    const name = dbfName(field.name, taken);
    taken.push(name.toLowerCase());
    if (name !== field.name) {
      losses.add(
        'field-renamed',
        `${field.name} is called ${name}: names have at most ${maxNameBytes} bytes.`,
        { field: field.name },
      );
    }
    result.push({ name, column, ...dbfType(field, surveys[column]!, losses) });
  }
  const recordBytes = 1 + result.reduce((sum, { width }) => sum + width, 0);
  if (recordBytes > maxRecordBytes || result.length > maxFields) {
    throw new EngineError(
      'format-limit',
      `A .dbf has at most ${maxFields} fields and ${maxRecordBytes} bytes in a row; these would be ${result.length} and ${recordBytes}. Choose fewer fields, or another format.`,
    );
  }
  if (result.length > 0) return result;
  return [{ name: 'FID', code: 'N', width: 18, decimals: 0, column: null }];
}

function dbfType(
  field: Field,
  survey: FieldSurvey,
  losses: LossLog,
): Pick<DbfField, 'code' | 'width' | 'decimals'> {
  switch (field.type) {
    case 'boolean':
      return { code: 'L', width: 1, decimals: 0 };
    case 'integer':
    case 'integer64': {
      const width = Math.max(digits(survey.least), digits(survey.greatest), 1);
      if (width > exactDigits) {
        const detail = `Integers of more than ${exactDigits} characters are all there, but many programs round them to 15 digits.`;
        losses.add('value-retyped', detail, { field: field.name, count: 0 });
      }
      return { code: 'N', width, decimals: 0 };
    }
    case 'real':
      return { code: 'N', width: realBytes, decimals: realDecimals };
    case 'date':
      return { code: 'D', width: 8, decimals: 0 };
    case 'datetime':
      losses.add('value-retyped', 'A Shapefile has no date with a time: it is written as text.', {
        field: field.name,
        count: 0,
      });
      return { code: 'C', width: datetimeBytes, decimals: 0 };
    case 'text':
    case 'blob':
      return { code: 'C', width: Math.min(Math.max(survey.longest, 1), maxTextBytes), decimals: 0 };
  }
}

/** Characters of the integer part of a number, its sign included. */
function digits(value: number | null): number {
  return value === null ? 0 : BigInt(Math.trunc(value)).toString().length;
}

/** A name cut to what fits, on a character's border; where it is taken, its end makes room for a number. */
function dbfName(name: string, taken: readonly string[]): string {
  const cut = cutToBytes(name.replaceAll('\0', ''), maxNameBytes) || 'FIELD';
  for (let number = 0; ; number++) {
    const suffix = number === 0 ? '' : `_${number}`;
    const candidate = cutToBytes(cut, maxNameBytes - suffix.length) + suffix;
    if (!taken.includes(candidate.toLowerCase())) return candidate;
  }
}

function cutToBytes(text: string, maxBytes: number): string {
  let cut = '';
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    cut += character;
  }
  return cut;
}
