import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

import { temporaryFolder, type TemporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { tableOf } from '../testing/export-fixture.ts';
import { sourceError, sourceVersion } from './geopackage-file.ts';
import { surveyTableHere } from './survey.ts';

let folder: TemporaryFolder;
let path: string;
let cache: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  path = folder.file('source.gpkg');
  cache = folder.file('cache');
  writePoints(path, { names: ['points'], count: 3 });
});

afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

function writePoints(file: string, { names, count }: { names: string[]; count: number }): void {
  writeGeoPackage(file, {
    tables: names.map((name, table) => ({
      name,
      geometry: { type: 'POINT', epsg: 2193, spatialIndex: false },
      columns: [{ name: 'label', type: 'TEXT' }],
      features: Array.from({ length: count + table }, (_, index) => ({
        geometry: { type: 'Point', coordinates: [1_756_000 + index, 5_920_000 + table * 1000] },
        attributes: { label: 'é'.repeat(index) },
      })),
    })),
  });
}

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

test('a table without an R-tree gets one aside, and the source keeps every byte and no neighbour', () => {
  const before = sha256(path);
  const survey = surveyTableHere(tableOf(path), cache);
  expect(survey.geometry?.index.path.startsWith(cache)).toBe(true);
  expect(sha256(path)).toBe(before);
  expect(readdirSync(folder.path).toSorted()).toEqual(['cache', 'source.gpkg']);
  const index = new Database(survey.geometry!.index.path, { readonly: true });
  expect(index.prepare('SELECT count(*) FROM features').pluck().get()).toBe(3);
  expect(index.prepare("SELECT rtreecheck('features')").pluck().get()).toBe('ok');
  index.close();
});

test('reading a source in WAL mode changes neither its bytes nor its version', () => {
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.close();
  const before = [sha256(path), sourceVersion(path)];
  surveyTableHere(tableOf(path), cache);
  expect([sha256(path), sourceVersion(path)]).toEqual(before);
});

test('a change that is still in the write-ahead log is a new version', () => {
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.exec("UPDATE points SET label = 'one'");
  const before = sourceVersion(path);
  database.exec("UPDATE points SET label = 'two'");
  expect(sourceVersion(path)).not.toBe(before);
  database.close();
});

test('a file in write-ahead mode whose folder cannot be written is an error that says what to do', () => {
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.close();
  const error = new Database.SqliteError('unable to open database file', 'SQLITE_CANTOPEN');
  expect(sourceError(error, path)).toMatchObject({
    code: 'source-unavailable',
    message: expect.stringContaining('PRAGMA journal_mode = DELETE'),
  });
});

test('counts nulls, bytes and lengths of each field', () => {
  expect(surveyTableHere(tableOf(path), cache).fields).toEqual([
    { nulls: 0, longest: 4, bytes: 6, least: null, greatest: null, foreign: [0xe9] },
  ]);
});

test('the cache is used while the file stays the same', () => {
  const survey = surveyTableHere(tableOf(path), cache);
  const kept = readdirSync(cache).find((name) => name.endsWith('.survey.json'))!;
  writeFileSync(`${cache}/${kept}`, JSON.stringify({ ...survey, featureCount: 41 }));
  expect(surveyTableHere(tableOf(path), cache).featureCount).toBe(41);
});

test('the cache is made anew when the file changes', () => {
  expect(surveyTableHere(tableOf(path), cache).featureCount).toBe(3);
  writePoints(path, { names: ['points'], count: 5 });
  utimesSync(path, new Date(), new Date(Date.now() + 5000));
  expect(surveyTableHere(tableOf(path), cache).featureCount).toBe(5);
});

test.each(['', '{', 'null', '[]', '{"version":1}', '"text"'])(
  'a damaged survey in the cache (%j) is made anew',
  (damaged) => {
    const survey = surveyTableHere(tableOf(path), cache);
    const kept = readdirSync(cache).find((name) => name.endsWith('.survey.json'))!;
    const text = damaged.includes('version') ? JSON.stringify({ version: survey.version }) : damaged;
    writeFileSync(`${cache}/${kept}`, text);
    expect(surveyTableHere(tableOf(path), cache)).toEqual(survey);
  },
);

test('an index that was deleted from the cache is built again', () => {
  const survey = surveyTableHere(tableOf(path), cache);
  rmSync(survey.geometry!.index.path);
  expect(surveyTableHere(tableOf(path), cache)).toEqual(survey);
  expect(readdirSync(cache)).toContain(basename(survey.geometry!.index.path));
});

test('tables whose long names begin alike have surveys of their own', () => {
  const long = 'a-name-that-is-longer-than-most-names-of-tables-are';
  writePoints(path, { names: [`${long}-1`, `${long}-2`], count: 3 });
  const [one, two] = [1, 2].map((number) => surveyTableHere(tableOf(path, `${long}-${number}`), cache));
  expect([one!.featureCount, two!.featureCount]).toEqual([3, 4]);
  expect(one!.geometry!.index.path).not.toBe(two!.geometry!.index.path);
});

test('copies of a file do not share a survey that names the other file', () => {
  writeGeoPackage(path, {
    tables: [{ name: 'own', geometry: { type: 'POINT', epsg: 2193 }, features: [] }],
  });
  const copy = folder.file('copy.gpkg');
  copyFileSync(path, copy);
  const time = new Date(1_700_000_000_000);
  for (const file of [path, copy]) utimesSync(file, time, time);
  expect(surveyTableHere(tableOf(path), cache).geometry?.index.path).toBe(path);
  expect(surveyTableHere(tableOf(copy), cache).geometry?.index.path).toBe(copy);
});

test('an R-tree that lacks features is not trusted', () => {
  writeGeoPackage(path, {
    tables: [
      {
        name: 'points',
        geometry: { type: 'POINT', epsg: 2193 },
        features: [1, 2, 3].map((x) => ({ geometry: { type: 'Point', coordinates: [x, x] } })),
      },
    ],
  });
  const database = new Database(path);
  database.exec('DELETE FROM rtree_points_geom WHERE id = 2');
  database.close();
  const survey = surveyTableHere(tableOf(path), cache);
  expect(survey.geometry?.index.path).not.toBe(path);
  expect(survey.geometry?.envelope).toEqual([1, 1, 3, 3]);
});
