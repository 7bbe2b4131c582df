import type { OutputSchema } from '../formats/output-schema.ts';
import type { FieldSurvey } from '../source/survey.ts';
import { streamedFields } from './stream-column.ts';
import type { StreamSet, StreamShape } from './stream-shape.ts';

/** What the layer is called on its way to `ogr2ogr`. */
export const streamLayer = 'features';

const unknownSurvey: FieldSurvey = { nulls: 0, longest: 0, bytes: 0, least: null, greatest: null };

/** The schema of a set of features on its way to `ogr2ogr`. */
export function streamSchema(
  { columns }: StreamShape,
  { type }: StreamSet,
  schema: OutputSchema,
): OutputSchema {
  return {
    ...schema,
    name: streamLayer,
    title: '',
    description: '',
    fields: streamedFields(columns),
    fieldSurveys: columns.map(({ values }) =>
      'column' in values ? schema.fieldSurveys[values.column]! : unknownSurvey,
    ),
    geometry: type === null || schema.geometry === null ? null : { ...schema.geometry, type },
  };
}
