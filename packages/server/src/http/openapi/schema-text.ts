import type { ApiDocument } from './api-document.ts';

/** A schema of the document, or a reference to one. */
export type DocumentSchema = NonNullable<NonNullable<ApiDocument['components']>['schemas']>[string];

/** What a value must be, in a few words; names of components are given as they are, for the caller to link. */
export function schemaText(schema: DocumentSchema): string {
  if ('$ref' in schema && schema.$ref !== undefined) {
    return schema.$ref.replace(/^.*\//, '');
  }
  if (!isSchema(schema)) {
    return 'anything';
  }
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) {
    return options.map(schemaText).join(' or ');
  }
  if (schema.const !== undefined) {
    return JSON.stringify(schema.const);
  }
  if (schema.enum !== undefined) {
    return schema.enum.map((value: unknown) => JSON.stringify(value)).join(', ');
  }
  return typeText(schema);
}

function typeText(schema: PlainSchema): string {
  const types = [schema.type ?? []].flat();
  const words = types.map((type) => {
    if (type === 'array') {
      return schema.items === undefined ? 'array' : `array of ${schemaText(schema.items)}`;
    }
    return type === 'string' && schema.format !== undefined ? schema.format : type;
  });
  const bounds = [
    ...(schema.minimum === undefined ? [] : [`from ${schema.minimum}`]),
    ...(schema.maximum === undefined ? [] : [`to ${schema.maximum}`]),
    ...(schema.maxLength === undefined ? [] : [`at most ${schema.maxLength} characters`]),
    ...(schema.maxItems === undefined ? [] : [`at most ${schema.maxItems}`]),
  ];
  return [words.length === 0 ? 'anything' : words.join(' or '), ...bounds].join(', ');
}

type PlainSchema = Exclude<DocumentSchema, { $ref: string }>;

function isSchema(schema: DocumentSchema): schema is PlainSchema {
  return !('$ref' in schema) || schema.$ref === undefined;
}
