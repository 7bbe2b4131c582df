import { writeFile } from 'node:fs/promises';

import { temporaryFolder } from '@outcrop/testkit';
import { expect, test } from 'vitest';

import { csvGeometry } from './csv-columns.ts';
import { columnsWithLeadingZeros } from './leading-zeros.ts';

test.each([
  [['name', 'Lon', 'LAT'], {}, true, 'X_POSSIBLE_NAMES=Lon'],
  [['Easting', 'Northing'], {}, false, 'X_POSSIBLE_NAMES=Easting'],
  [['x', 'y', 'WKT'], {}, false, 'GEOM_POSSIBLE_NAMES=WKT'],
  [['a', 'b'], { x: 'a', y: 'b' }, false, 'Y_POSSIBLE_NAMES=b'],
])('columns %j with %j', (columns, named, isDegrees, argument) => {
  const found = csvGeometry(columns, named);
  expect(found?.isDegrees).toBe(isDegrees);
  expect(found?.args).toContain(argument);
});

test('columns that only sound like coordinates are none', () => {
  expect(csvGeometry(['lonely', 'late', 'xyz'], {})).toBeNull();
  expect(csvGeometry(['lon', 'name'], {})).toBeNull();
});

test.each([
  ['code,n\n007,1\n', [0]],
  ['a;b\n1;"0,5"\n2;02\n', [1]],
  ['a\tb\n0.5\t0\n', []],
  ['a,b\n"multi\nline, 01",-05\n', [1]],
])('in %j the columns %j have zeros in front', async (text, expected) => {
  await using folder = await temporaryFolder();
  await writeFile(folder.file('a.csv'), text);
  expect([...(await columnsWithLeadingZeros(folder.file('a.csv')))]).toEqual(expected);
});
