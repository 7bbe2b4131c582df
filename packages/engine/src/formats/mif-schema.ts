import type { Field, FieldType } from '../source/layer.ts';
import type { FieldSurvey } from '../source/survey.ts';
import { geometryKind } from '../features/geometry-array.ts';
import { checkFieldCount } from './field-limits.ts';
import type { LossLog } from './loss-log.ts';
import { mapInfoFieldName } from './mapinfo-names.ts';
import type { OutputSchema } from './output-schema.ts';

/** Bytes of a text, at most. */
export const maxMifText = 254;
const int32 = { least: -(2 ** 31), greatest: 2 ** 31 - 1 } as const;

/** A column as the file declares it and its rows have it. */
export interface MifColumn {
  readonly name: string;
  /** Null for the id, which is written where a layer has nothing else: a table of MapInfo's has a column. */
  readonly field: Field | null;
  /** Its place among the columns of a batch. */
  readonly column: number;
  readonly type: 'Integer' | 'Float' | 'Char' | 'Date' | 'DateTime';
  /** Bytes of a text. */
  readonly width: number;
}

/**
 * The columns of a layer. Names and types that change, and what is left out, goes on record.
 *
 * @throws EngineError `format-limit` where it cannot hold so many fields
 */
export function mifColumns({ fields, fieldSurveys }: OutputSchema, losses: LossLog): MifColumn[] {
  const taken: string[] = [];
  const columns = fields.flatMap((field, column): MifColumn[] => {
    if (field.type === 'blob') {
      const detail = `MapInfo holds no binary values: ${field.name} is left out.`;
      losses.add('field-dropped', detail, { field: field.name });
      return [];
    }
    const name = mapInfoFieldName(field.name, taken);
    taken.push(name);
    const survey = fieldSurveys[column]!;
    const type = typeOf(field.type, survey);
    noteChange(field, { name, type }, losses);
    return [{ name, field, column, type, width: Math.min(Math.max(survey.longest, 1), maxMifText) }];
  });
  checkFieldCount('application/x-ogc-mapinfo_file+mif', 'MapInfo', columns.length);
  if (columns.length > 0) return columns;
  return [{ name: 'FID', field: null, column: -1, type: 'Integer', width: 0 }];
}

function noteChange(
  { name: field, type: declared }: Field,
  { name, type }: Pick<MifColumn, 'name' | 'type'>,
  losses: LossLog,
): void {
  if (field !== name) {
    losses.add('field-renamed', `${field} is called ${name}, as MapInfo wants names.`, { field });
  }
  const isInteger = declared === 'integer' || declared === 'integer64';
  if (declared === 'boolean') {
    const detail = `${field} is Integer in MapInfo, not boolean.`;
    losses.add('field-retyped', detail, { field, count: 0 });
  }
  if (!isInteger || type !== 'Float') return;
  losses.add('field-retyped', `${field} is Real in MapInfo, not ${declared}.`, { field, count: 0 });
}

function typeOf(type: FieldType, { least, greatest }: FieldSurvey): MifColumn['type'] {
  switch (type) {
    case 'boolean':
      return 'Integer';
    case 'integer':
    case 'integer64':
      return (least ?? 0) >= int32.least && (greatest ?? 0) <= int32.greatest ? 'Integer' : 'Float';
    case 'real':
      return 'Float';
    case 'date':
      return 'Date';
    case 'datetime':
      return 'DateTime';
    case 'text':
    case 'blob':
      return 'Char';
  }
}

/** What stands before the shapes. */
export interface MifHead {
  readonly schema: OutputSchema;
  readonly columns: readonly MifColumn[];
  /** By MapInfo's name. */
  readonly charset: string;
  /** `Earth Projection 1, 104`; null where the layer has none. */
  readonly coordSys: string | null;
}

/** The head of a `.mif` (MapInfo Interchange Format, the MIF header), up to the first shape. */
export function mifHead({ schema, columns, charset, coordSys }: MifHead): string {
  return [
    `Version ${versionOf(schema, columns)}`,
    `Charset "${charset}"`,
    'Delimiter ","',
    ...(coordSys === null ? [] : [`CoordSys ${coordSys}`]),
    `Columns ${columns.length}`,
    ...columns.map(({ name, type, width }) => `  ${name} ${type === 'Char' ? `Char(${width})` : type}`),
    'Data',
    '',
    '',
  ].join('\n');
}

/** The release that brought what the file has: times, then sets of points and collections, then dates. */
function versionOf({ geometry }: OutputSchema, columns: readonly MifColumn[]): number {
  const kinds = geometry?.kinds ?? [];
  if (columns.some(({ type }) => type === 'DateTime')) return 900;
  if (kinds.includes(geometryKind.multiPoint) || kinds.includes(geometryKind.collection)) return 650;
  return columns.some(({ type }) => type === 'Date') ? 450 : 300;
}
