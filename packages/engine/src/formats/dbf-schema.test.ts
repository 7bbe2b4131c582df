import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Field, FieldType } from '../source/layer.ts';
import type { FieldSurvey } from '../source/survey.ts';
import { dbfFields } from './dbf-schema.ts';
import { LossLog } from './loss-log.ts';

const nothing: FieldSurvey = { nulls: 0, longest: 0, bytes: 0, least: null, greatest: null };

function schemaOf(fields: readonly Field[], survey: Partial<FieldSurvey> = {}) {
  const losses = new LossLog();
  const surveys = fields.map(() => ({ ...nothing, ...survey }));
  return { fields: dbfFields(fields, surveys, losses), losses: losses.entries() };
}

const text = (name: string): Field => ({ name, type: 'text' });

test('names are cut to ten bytes and stay different whatever the case', () => {
  const { fields, losses } = schemaOf(['population_total', 'POPULATION_male', 'population', 'id'].map(text));
  expect(fields.map(({ name }) => name)).toEqual(['population', 'POPULATI_1', 'populati_2', 'id']);
  expect(losses.map(({ code, field }) => [code, field])).toEqual([
    ['field-renamed', 'population_total'],
    ['field-renamed', 'POPULATION_male'],
    ['field-renamed', 'population'],
  ]);
});

test('any names become unique names of one to ten bytes, without half a character', () => {
  const names = fc.uniqueArray(fc.string({ unit: 'grapheme' }), { maxLength: 60 });
  fc.assert(
    fc.property(names, (wanted) => {
      const { fields } = schemaOf(wanted.map(text));
      const lower = fields.map(({ name }) => name.toLowerCase());
      expect(new Set(lower).size).toBe(Math.max(wanted.length, 1));
      for (const { name } of fields) {
        expect(Buffer.byteLength(name)).toBeGreaterThan(0);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(10);
        expect(Buffer.from(name).toString()).toBe(name);
      }
    }),
  );
});

test.each<[FieldType, Partial<FieldSurvey>, object]>([
  ['boolean', {}, { code: 'L', width: 1, decimals: 0 }],
  ['integer', { least: -1234, greatest: 99 }, { code: 'N', width: 5, decimals: 0 }],
  ['integer64', { least: 0, greatest: 2 ** 53 }, { code: 'N', width: 16, decimals: 0 }],
  ['integer', {}, { code: 'N', width: 1, decimals: 0 }],
  ['real', {}, { code: 'N', width: 24, decimals: 15 }],
  ['date', {}, { code: 'D', width: 8, decimals: 0 }],
  ['datetime', {}, { code: 'C', width: 32, decimals: 0 }],
  ['text', { longest: 12 }, { code: 'C', width: 12, decimals: 0 }],
  ['text', { longest: 0 }, { code: 'C', width: 1, decimals: 0 }],
  ['text', { longest: 4000 }, { code: 'C', width: 254, decimals: 0 }],
])('a field of type %s with %j', (type, survey, expected) => {
  expect(schemaOf([{ name: 'x', type }], survey).fields).toEqual([{ name: 'x', column: 0, ...expected }]);
});

test('blobs are left out, and that is on record', () => {
  const { fields, losses } = schemaOf([{ name: 'photo', type: 'blob' }, text('label')]);
  expect(fields.map(({ column }) => column)).toEqual([1]);
  expect(losses).toEqual([expect.objectContaining({ code: 'field-dropped', field: 'photo' })]);
});

test('a table without fields has one for the ids, as a file without any is not a table', () => {
  expect(schemaOf([]).fields).toEqual([{ name: 'FID', code: 'N', width: 18, decimals: 0, column: null }]);
});

test('a row too long for the format is refused, with the figures and the remedy', () => {
  const fields = Array.from({ length: 300 }, (_, k): Field => ({ name: `text_${k}`, type: 'text' }));
  const surveys = fields.map(() => ({ nulls: 0, longest: 1000, bytes: 1000, least: null, greatest: null }));
  expect(() => dbfFields(fields, surveys, new LossLog())).toThrow(/300 and 76201\. Choose fewer fields/);
});
