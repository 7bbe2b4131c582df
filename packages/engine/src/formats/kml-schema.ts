import type { Field } from '../source/layer.ts';
import type { FieldSurvey } from '../source/survey.ts';
import type { LossLog } from './loss-log.ts';
import type { OutputSchema } from './output-schema.ts';
import { xmlText } from './xml-text.ts';

/** The types of a `SimpleField` that our fields have (KML 2.2, 9.9). It has neither dates nor integers of 64 bits. */
type KmlType = 'bool' | 'int' | 'double' | 'string';

/** A field as the `Schema` declares it and the placemarks refer to it. */
export interface KmlField {
  readonly type: KmlType;
  /** What stands before and behind a value. */
  readonly open: string;
  readonly close: string;
}

const intLimit = 2 ** 31;

/** The fields of a document; what changes its type goes on record. */
export function kmlFields({ fields, fieldSurveys }: OutputSchema, losses: LossLog): KmlField[] {
  return fields.map((field, index) => {
    const type = kmlType(field, fieldSurveys[index]!);
    const isKept = type !== 'string' || field.type === 'text';
    if (!isKept) {
      losses.add('field-retyped', `KML has no type for a ${field.type}: ${field.name} is text.`, {
        field: field.name,
      });
    }
    return { type, open: `<SimpleData name="${xmlText(field.name)}">`, close: '</SimpleData>' };
  });
}

function kmlType({ type }: Field, { least, greatest }: FieldSurvey): KmlType {
  switch (type) {
    case 'boolean':
      return 'bool';
    case 'integer':
    case 'integer64':
      return (least ?? 0) >= -intLimit && (greatest ?? 0) < intLimit ? 'int' : 'string';
    case 'real':
      return 'double';
    case 'text':
    case 'date':
    case 'datetime':
    case 'blob':
      return 'string';
  }
}

/**
 * What stands before the placemarks: the document's name, its one style and its schema. No folder: in a `.kmz` GDAL finds
 * the schema only beside the placemarks.
 */
export function kmlHead(schema: OutputSchema, fields: readonly KmlField[], color: string): string {
  const simpleFields = schema.fields.map(
    ({ name }, index) => `<SimpleField name="${xmlText(name)}" type="${fields[index]!.type}"></SimpleField>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<kml xmlns="http://www.opengis.net/kml/2.2">',
    '<Document id="root_doc">',
    `<name>${xmlText(schema.title)}</name>`,
    ...(schema.description === '' ? [] : [`<description>${xmlText(schema.description)}</description>`]),
    styleOf(color),
    `<Schema name="${schema.name}" id="${schema.name}">`,
    ...simpleFields,
    '</Schema>',
    '',
  ].join('\n');
}

/** What stands behind them. */
export const kmlFoot = '</Document>\n</kml>\n';

/** The id that placemarks refer to. */
export const kmlStyleId = 'layer';

/** Lines and outlines in the colour, areas half transparent, so that the ground shows through. */
function styleOf(color: string): string {
  const [solid, half] = ['ff', '80'].map((opacity) => kmlColor(color, opacity));
  return [
    `<Style id="${kmlStyleId}">`,
    `<IconStyle><color>${solid}</color><scale>0.7</scale></IconStyle>`,
    `<LineStyle><color>${solid}</color><width>1.5</width></LineStyle>`,
    `<PolyStyle><color>${half}</color></PolyStyle>`,
    '</Style>',
  ].join('\n');
}

/** `#rrggbb` as `aabbggrr` (KML 2.2, 16.8). */
function kmlColor(color: string, opacity: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => color.slice(at, at + 2).toLowerCase());
  return `${opacity}${blue}${green}${red}`;
}
