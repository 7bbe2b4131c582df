import type Database from 'better-sqlite3';

import type { Candidates } from '../crop/candidates.ts';
import { openGeoPackage, quoteIdentifier } from '../source/geopackage-file.ts';
import type { Field, GeoPackageTable } from '../source/layer.ts';
import type { TableSurvey } from '../source/survey.ts';

/** Some features that stand for all that an item may hold. */
export interface ChosenSample {
  /** In ascending order. */
  readonly ids: Float64Array;
  /** Features and bytes of the source for each that is in the sample. */
  readonly perFeature: number;
  readonly perByte: number;
}

/** What is sampled: a table, or the candidates of a crop of it. */
export interface SampledTable {
  readonly source: GeoPackageTable;
  readonly survey: TableSurvey;
  /** The fields that will be written. */
  readonly fields: readonly Field[];
  /** Null where nothing is cropped. */
  readonly candidates: Candidates | null;
}

/** A sample has about so many bytes of the source, and so many features at the most and at the least. */
const budgetBytes = 400_000;
const featureLimits = { least: 32, most: 4096 } as const;
/** Features that follow each other are alike, which is what compression lives on: they are taken in runs. */
const runLength = 16;
/** Of more candidates than this, the bytes are known from as many. */
const mostWeighed = 2048;
/** SQLite has a limit on the terms of an expression. */
const mostWeighedFields = 100;
/** Bytes that a row has beside geometry and text, and that each of its other values has. */
const rowBytes = 20;
const valueBytes = 8;
/** Spreads runs within their share of the table, so that no pattern of the data is met in step. */
const goldenRatio = 0.618_033_988_749_895;

/** Chooses a sample: all features where they are few, else runs of them all over the table. */
export function chooseSample(table: SampledTable): ChosenSample {
  const database = openGeoPackage(table.source.path);
  try {
    const { candidates, survey } = table;
    const count = candidates?.ids.length ?? survey.featureCount;
    const each = surveyedBytes(table) / Math.max(survey.featureCount, 1);
    const wanted = Math.floor(budgetBytes / Math.max(each, 1));
    const size = Math.min(Math.max(wanted, featureLimits.least), featureLimits.most);
    const ids = candidates === null ? idsOfTable(database, table, size) : spread(candidates.ids, size);
    if (ids.length >= count) return { ids, perFeature: 1, perByte: 1 };
    const weigh = (some: Float64Array): number => bytesOf(database, table, some);
    const weighed = candidates === null ? null : spread(candidates.ids, mostWeighed);
    const total =
      weighed === null ? surveyedBytes(table) : (weigh(weighed) / Math.max(weighed.length, 1)) * count;
    return {
      ids,
      perFeature: count / Math.max(ids.length, 1),
      perByte: total / Math.max(weigh(ids), 1),
    };
  } finally {
    database.close();
  }
}

/** Where runs begin among so many places. */
function runStarts(count: number, runs: number): number[] {
  return Array.from({ length: runs }, (_, run) => {
    const place = (run + ((run * goldenRatio) % 1)) / runs;
    return Math.floor(place * Math.max(count - runLength, 0));
  });
}

/** Runs from all over some ids; all of them where they are few. */
function spread(ids: Float64Array, size: number): Float64Array {
  if (ids.length <= size) return ids;
  const places = new Set<number>();
  for (const start of runStarts(ids.length, Math.ceil(size / runLength)))
    for (let k = 0; k < runLength; k++) places.add(start + k);
  return Float64Array.from(places, (place) => ids[place]!).sort();
}

function idsOfTable(
  database: Database.Database,
  { source, survey }: SampledTable,
  size: number,
): Float64Array {
  const [fid, table] = [source.fidColumn, source.table].map(quoteIdentifier);
  const following = database
    .prepare<[number, number], number>(
      `SELECT ${fid} FROM ${table} WHERE ${fid} >= ? ORDER BY ${fid} LIMIT ?`,
    )
    .pluck();
  const { featureCount, blockStarts, blockRows } = survey;
  if (featureCount <= size) return Float64Array.from(following.all(blockStarts[0] ?? 0, size));
  const greatest = database.prepare<[], number>(`SELECT max(${fid}) FROM ${table}`).pluck().get() ?? 0;
  const ids = new Set<number>();
  for (const place of runStarts(featureCount, Math.ceil(size / runLength))) {
    // Ids may have gaps: the place is looked for between those with which its block begins and ends.
    const block = Math.min(Math.floor(place / blockRows), blockStarts.length - 1);
    const [from, next] = [blockStarts[block]!, blockStarts[block + 1] ?? greatest + 1];
    const rows = Math.min(blockRows, featureCount - block * blockRows);
    const start = Math.floor(from + ((place - block * blockRows) / rows) * (next - from));
    for (const id of following.all(start, runLength)) ids.add(id);
  }
  return Float64Array.from(ids).sort();
}

function weighedFields(fields: readonly Field[]): Field[] {
  const sized = ['text', 'blob', 'date', 'datetime'];
  return fields.filter(({ type }) => sized.includes(type)).slice(0, mostWeighedFields);
}

/** Bytes of all rows of a table, by its survey. */
function surveyedBytes({ source, survey, fields }: SampledTable): number {
  const sized = weighedFields(fields).map(
    ({ name }) => survey.fields[source.fields.findIndex((field) => field.name === name)]?.bytes ?? 0,
  );
  const texts = sized.reduce((sum, bytes) => sum + bytes, 0);
  const fixed = rowBytes + valueBytes * (fields.length - sized.length);
  return (survey.geometry?.bytes ?? 0) + texts + survey.featureCount * fixed;
}

/** The same of some rows, counted. */
function bytesOf(database: Database.Database, { source, fields }: SampledTable, ids: Float64Array): number {
  const sized = weighedFields(fields);
  const names = [
    ...(source.geometry === null ? [] : [source.geometry.name]),
    ...sized.map(({ name }) => name),
  ];
  const terms = names.map((name) => `coalesce(sum(octet_length(${quoteIdentifier(name)})), 0)`);
  const sum = database
    .prepare<[string], number>(
      `SELECT ${terms.join(' + ') || '0'} FROM ${quoteIdentifier(source.table)}
       WHERE ${quoteIdentifier(source.fidColumn)} IN (SELECT value FROM json_each(?))`,
    )
    .pluck()
    .get(JSON.stringify([...ids]));
  return (sum ?? 0) + ids.length * (rowBytes + valueBytes * (fields.length - sized.length));
}
