import { expect, test } from 'vitest';

import type { GeometryType } from '../source/layer.ts';
import { outputType } from './output-schema.ts';

test.each<[string, GeometryType, number[], boolean, GeometryType]>([
  ['what is declared, where nothing is there', 'POLYGON', [], true, 'POLYGON'],
  ['the single type, where only singles are there', 'GEOMETRY', [3], false, 'POLYGON'],
  ['the multi type, where a cut may split', 'POLYGON', [3], true, 'MULTIPOLYGON'],
  ['the multi type for lines, where a cut may split', 'LINESTRING', [2], true, 'MULTILINESTRING'],
  ['points as points, which no cut splits', 'POINT', [1], true, 'POINT'],
  ['the multi type that is declared, whatever is there', 'MULTIPOINT', [1], false, 'MULTIPOINT'],
  ['the multi type for singles and multis', 'POLYGON', [3, 6], false, 'MULTIPOLYGON'],
  ['any geometry for a mix', 'GEOMETRY', [1, 3], true, 'GEOMETRY'],
  ['any geometry for collections among others', 'POLYGON', [3, 7], false, 'GEOMETRY'],
  ['collections where there are only those', 'GEOMETRY', [7], true, 'GEOMETRYCOLLECTION'],
  ['what is there, where something else is declared', 'POINT', [2], false, 'LINESTRING'],
])('is %s', (_, declared, kinds, mayCut, expected) => {
  expect(outputType(declared, kinds, mayCut)).toBe(expected);
});
