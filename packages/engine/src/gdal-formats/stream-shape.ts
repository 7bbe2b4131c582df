import { type GeometryKind, geometryKind } from '../features/geometry-array.ts';
import type { EncodeOptions } from '../formats/block-format.ts';
import type { LossLog } from '../formats/loss-log.ts';
import type { OutputSchema } from '../formats/output-schema.ts';
import { familyOf, type ShapeFamily } from '../formats/shape-type.ts';
import { uniqueName } from '../formats/unique-name.ts';
import type { Field, FieldType, GeometryType } from '../source/layer.ts';
import type { FieldSurvey } from '../source/survey.ts';
import type { OgrRecipe } from './ogr-recipe.ts';
import { hasDaysOnly, isNamedInStream, type StreamColumn } from './stream-column.ts';

/** A set of features that becomes one layer of the product: all of them, or those of one family of shapes. */
export interface StreamSet {
  readonly family: ShapeFamily | 'all';
  /** Null where the product has no geometry. */
  readonly type: GeometryType | null;
}

/** What goes to `ogr2ogr` for a recipe: the same in every worker and where their pieces come together. */
export interface StreamShape {
  readonly columns: readonly StreamColumn[];
  readonly sets: readonly StreamSet[];
}

const familyTypes: Readonly<Record<ShapeFamily, GeometryType>> = {
  point: 'POINT',
  multipoint: 'MULTIPOINT',
  line: 'MULTILINESTRING',
  polygon: 'MULTIPOLYGON',
};
const int32 = { least: -(2 ** 31), greatest: 2 ** 31 - 1 } as const;
/** A spreadsheet keeps fifteen digits of a number. */
const digits15 = 1e15;

/** Works out what a recipe is given of a layer. Names and types that it changes go on record. */
export function streamShape(recipe: OgrRecipe, options: EncodeOptions, losses: LossLog): StreamShape {
  const { schema, color } = options;
  const all = [
    ...wktColumn(recipe, options),
    ...(recipe.attributes === 'kept' ? attributeColumns(recipe, schema, losses) : []),
    ...(recipe.extraColumns?.(schema, color) ?? []),
  ];
  const isNamed = isNamedInStream(all);
  // Only a `.vrt` can say which column is the style.
  const columns = isNamed ? all.filter(({ role }) => role === 'attribute') : all;
  if (isNamed && !hasDaysOnly(columns)) noteMidnights(columns, losses);
  return { columns, sets: streamSets(recipe, schema) };
}

/** FlatGeobuf has no date without a time. */
function noteMidnights(columns: readonly StreamColumn[], losses: LossLog): void {
  for (const { type, field } of columns) {
    if (type !== 'date' || field === null) continue;
    const detail = `${field} is a date with a time, midnight: GDAL takes no date beside times and binary values.`;
    losses.add('field-retyped', detail, { field, count: 0 });
  }
}

function wktColumn({ geometry }: OgrRecipe, { schema, includeGeometryField }: EncodeOptions): StreamColumn[] {
  if (geometry !== 'as-text' || schema.geometry === null || !includeGeometryField) return [];
  const name = uniqueName(
    'WKT',
    schema.fields.map((field) => field.name),
  );
  return [{ name, field: null, type: 'text', width: null, values: { made: 'wkt' }, role: 'attribute' }];
}

function attributeColumns(recipe: OgrRecipe, schema: OutputSchema, losses: LossLog): StreamColumn[] {
  const taken: string[] = [];
  return schema.fields.flatMap((field, column) => {
    const survey = schema.fieldSurveys[column]!;
    if (field.type === 'blob' && !recipe.hasBlobs) {
      const detail = `${recipe.label} holds no binary values: ${field.name} is left out.`;
      losses.add('field-dropped', detail, { field: field.name });
      return [];
    }
    const name = recipe.fieldName?.(field.name, taken) ?? field.name;
    taken.push(name);
    const type = streamType(recipe, field, survey);
    if (type === 'text' && field.type !== 'text') {
      const detail = `${recipe.label} would cut digits off: ${field.name} is text.`;
      losses.add('field-retyped', detail, { field: field.name, count: 0 });
    }
    const width = type === 'text' ? textWidth(recipe, field, survey) : null;
    return [{ name, field: field.name, type, width, values: { column }, role: 'attribute' as const }];
  });
}

/** The narrowest type of the format that holds all values of a field. */
function streamType(recipe: OgrRecipe, { type }: Field, { least, greatest }: FieldSurvey): FieldType {
  if (type !== 'integer' && type !== 'integer64') return type;
  const fits = (least ?? 0) >= int32.least && (greatest ?? 0) <= int32.greatest;
  if (fits && recipe.integers === 'int32') return 'integer';
  const isLong = (least ?? 0) <= -digits15 || (greatest ?? 0) >= digits15;
  if (recipe.integers === 'digits15' && isLong) return 'text';
  return fits && type === 'integer' ? 'integer' : 'integer64';
}

/** As wide as the longest value: a product with fields of fixed width is smaller for it. */
function textWidth({ maxText }: OgrRecipe, { maxLength }: Field, { longest }: FieldSurvey): number | null {
  if (maxText === null) return maxLength ?? null;
  return Math.min(Math.max(longest, 1), maxText);
}

function streamSets(recipe: OgrRecipe, { geometry }: OutputSchema): StreamSet[] {
  if (geometry === null || recipe.geometry === 'as-text') return [{ family: 'all', type: null }];
  const isMixed = geometry.type === 'GEOMETRY' || geometry.type === 'GEOMETRYCOLLECTION';
  if (!recipe.splitsFamilies || !isMixed) return [{ family: 'all', type: geometry.type }];
  return expectedFamilies(geometry.kinds).map((family) => ({ family, type: familyTypes[family] }));
}

/** The families that may come, points first. Single points join the multipoints where there are any. */
function expectedFamilies(kinds: readonly number[]): ShapeFamily[] {
  const hasCollections = kinds.includes(geometryKind.collection) || kinds.length === 0;
  const families = new Set(kinds.map((kind) => familyOf(kind as GeometryKind)));
  const points: ShapeFamily[] = hasCollections || families.has('multipoint') ? ['multipoint'] : ['point'];
  return [
    ...(hasCollections || families.has('point') || families.has('multipoint') ? points : []),
    ...(hasCollections || families.has('line') ? (['line'] as const) : []),
    ...(hasCollections || families.has('polygon') ? (['polygon'] as const) : []),
  ];
}
