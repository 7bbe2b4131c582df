import { expect, test } from 'vitest';

import type { GeometryType } from '../source/layer.ts';
import { outputType } from './output-schema.ts';

interface Case {
  readonly declared: GeometryType;
  readonly kinds: number[];
  readonly mayCut: boolean;
}

test.each<[string, Case, GeometryType]>([
  ['what is declared, where nothing is there', { declared: 'POLYGON', kinds: [], mayCut: true }, 'POLYGON'],
  [
    'the single type, where only singles are there',
    { declared: 'GEOMETRY', kinds: [3], mayCut: false },
    'POLYGON',
  ],
  [
    'the multi type, where a cut may split',
    { declared: 'POLYGON', kinds: [3], mayCut: true },
    'MULTIPOLYGON',
  ],
  [
    'the multi type for lines, where a cut may split',
    { declared: 'LINESTRING', kinds: [2], mayCut: true },
    'MULTILINESTRING',
  ],
  ['points as points, which no cut splits', { declared: 'POINT', kinds: [1], mayCut: true }, 'POINT'],
  [
    'the multi type that is declared, whatever is there',
    { declared: 'MULTIPOINT', kinds: [1], mayCut: false },
    'MULTIPOINT',
  ],
  [
    'the multi type for singles and multis',
    { declared: 'POLYGON', kinds: [3, 6], mayCut: false },
    'MULTIPOLYGON',
  ],
  ['any geometry for a mix', { declared: 'GEOMETRY', kinds: [1, 3], mayCut: true }, 'GEOMETRY'],
  [
    'any geometry for collections among others',
    { declared: 'POLYGON', kinds: [3, 7], mayCut: false },
    'GEOMETRY',
  ],
  [
    'collections where there are only those',
    { declared: 'GEOMETRY', kinds: [7], mayCut: true },
    'GEOMETRYCOLLECTION',
  ],
  [
    'what is there, where something else is declared',
    { declared: 'POINT', kinds: [2], mayCut: false },
    'LINESTRING',
  ],
])('is %s', (_, { declared, kinds, mayCut }, expected) => {
  expect(outputType(declared, kinds, mayCut)).toBe(expected);
});
