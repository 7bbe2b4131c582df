import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type TemporaryFolder, temporaryFolder } from '@outcrop/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { readExtent } from './read-extent.ts';

const polygon = {
  type: 'Polygon',
  coordinates: [
    [
      [174, -41],
      [175, -41],
      [175, -40],
      [174, -41],
    ],
  ],
};
const feature = { type: 'Feature', properties: {}, geometry: polygon };
let temporary: TemporaryFolder;
let folder: string;

beforeAll(async () => {
  temporary = await temporaryFolder();
  folder = temporary.path;
});
afterAll(() => temporary[Symbol.asyncDispose]());

async function read(content: string): Promise<unknown> {
  await writeFile(join(folder, 'extent.geojson'), content);
  return readExtent('extent.geojson', folder);
}

test.each([
  ['a geometry', polygon],
  ['a feature', feature],
  ['a collection of one', { type: 'FeatureCollection', features: [feature] }],
])('%s is an extent', async (_, json) => {
  expect(await read(JSON.stringify(json))).toEqual(polygon);
});

test('a byte order mark does not matter', async () => {
  expect(await read(`\uFEFF${JSON.stringify(polygon)}`)).toEqual(polygon);
});

test.each([
  [{ type: 'FeatureCollection', features: [feature, feature] }, /it has 2 features/],
  [{ type: 'FeatureCollection', features: [] }, /it has 0 features/],
  [{ type: 'Point', coordinates: [1, 2] }, /its geometry is a Point/],
  [{ type: 'Feature', geometry: null }, /it has no geometry/],
  [[1], /it has no geometry/],
  [null, /it has no geometry/],
])('%j is refused', async (json, message) => {
  await expect(read(JSON.stringify(json))).rejects.toThrow(message);
});

test('a file that is not JSON, or not there, is named', async () => {
  await expect(read('{"type":')).rejects.toThrow(/extent\.geojson, the extent, is not JSON/);
  await expect(readExtent('none.geojson', folder)).rejects.toThrow(
    /none\.geojson, the extent, cannot be read: ENOENT/,
  );
});
