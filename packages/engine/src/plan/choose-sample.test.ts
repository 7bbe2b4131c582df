import {
  type FeatureFixture,
  temporaryFolder,
  type TemporaryFolder,
  writeGeoPackage,
} from '@outcrop/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { surveyTableHere } from '../source/survey.ts';
import { tableOf } from '../testing/export-fixture.ts';
import { chooseSample, type SampledTable } from './choose-sample.ts';

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

/** Points whose texts grow from the first to the last, with gaps between the ids. */
function sampled(count: number): SampledTable {
  const path = folder.file('source.gpkg');
  const features = Array.from({ length: count }, (_, index): FeatureFixture => ({
    fid: 10 + index * 7,
    geometry: { type: 'Point', coordinates: [index, index] },
    attributes: { note: 'x'.repeat(Math.floor((index / count) * 400)) },
  }));
  writeGeoPackage(path, {
    tables: [
      {
        name: 'points',
        geometry: { type: 'POINT', epsg: 2193 },
        columns: [{ name: 'note', type: 'TEXT' }],
        features,
      },
    ],
  });
  const source = tableOf(path);
  const survey = surveyTableHere(source, folder.file('cache'));
  return { source, survey, fields: source.fields, candidates: null };
}

test('a small table is its own sample', () => {
  const { ids, perFeature, perByte } = chooseSample(sampled(40));
  expect([...ids]).toEqual(Array.from({ length: 40 }, (_, index) => 10 + index * 7));
  expect([perFeature, perByte]).toEqual([1, 1]);
});

test('an empty table has an empty sample', () => {
  expect(chooseSample(sampled(0)).ids).toHaveLength(0);
});

test('a sample of a large table comes from all over it, and knows what it stands for', () => {
  const count = 20_000;
  const { ids, perFeature, perByte } = chooseSample(sampled(count));
  expect(ids.length).toBeLessThanOrEqual(4096);
  expect(ids.length * perFeature).toBeCloseTo(count, 6);
  const tenths = Array.from({ length: 10 }, (_, tenth) => {
    const [from, to] = [tenth, tenth + 1].map((part) => 10 + (part * count * 7) / 10) as [number, number];
    return ids.filter((id) => id >= from && id < to).length;
  });
  for (const some of tenths) expect(Math.abs(some / (ids.length / 10) - 1)).toBeLessThan(0.4);
  expect([...ids]).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
  expect(Math.abs(perByte / perFeature - 1)).toBeLessThan(0.1);
});

test('the candidates of a crop are sampled alone', () => {
  const table = sampled(20_000);
  const ids = Float64Array.from({ length: 9000 }, (_, index) => 10 + (11_000 + index) * 7);
  const sample = chooseSample({ ...table, candidates: { ids, inside: 9000 } });
  expect(sample.ids.length * sample.perFeature).toBeCloseTo(9000, 6);
  expect(Math.min(...sample.ids)).toBeGreaterThanOrEqual(ids[0]!);
  expect(Math.abs(sample.perByte / sample.perFeature - 1)).toBeLessThan(0.1);
});
