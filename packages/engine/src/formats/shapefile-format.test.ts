import { mkdirSync, readdirSync, readFileSync } from 'node:fs';

import { type FixtureValue, temporaryFolder, type TemporaryFolder, writeGeoPackage } from '@outcrop/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { findCrs } from '../crs/crs.ts';
import { outputSchema } from '../plan/output-schema.ts';
import { FeatureReader } from '../source/feature-reader.ts';
import { surveyTableHere } from '../source/survey.ts';
import { tableOf } from '../testing/export-fixture.ts';
import { LossLog } from './loss-log.ts';
import { shapefileFormat } from './shapefile-format.ts';

let folder: TemporaryFolder;

beforeEach(async () => {
  folder = await temporaryFolder();
  mkdirSync(folder.file('out'));
});

afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

interface DbfTable {
  readonly fields: { name: string; code: string; width: number }[];
  readonly records: string[][];
}

/** Reads a dBase III table by its file format, with nothing of the writer. */
function readDbf(name: string): DbfTable {
  const bytes = readFileSync(folder.file(`out/${name}`));
  const [count, head, size] = [bytes.readUInt32LE(4), bytes.readUInt16LE(8), bytes.readUInt16LE(10)];
  const fields = Array.from({ length: (head - 33) / 32 }, (_, index) => {
    const at = 32 + index * 32;
    const end = bytes.indexOf(0, at);
    return {
      name: bytes.toString('utf8', at, Math.min(end, at + 11)),
      code: String.fromCharCode(bytes[at + 11]!),
      width: bytes[at + 16]!,
    };
  });
  expect(bytes.length).toBe(head + count * size + 1);
  expect(bytes.at(-1)).toBe(0x1a);
  const records = Array.from({ length: count }, (_, row) => {
    let at = head + row * size + 1;
    return fields.map(({ width }) => {
      at += width;
      return bytes.toString('utf8', at - width, at);
    });
  });
  return { fields, records };
}

/** Writes rows as points, in sets of at most so many bytes. */
function write(rows: readonly Record<string, FixtureValue>[], maxBytes?: number): LossLog {
  const path = folder.file('source.gpkg');
  const columns = [
    { name: 'label', type: 'TEXT' },
    { name: 'count', type: 'INTEGER' },
    { name: 'length_in_m', type: 'DOUBLE' },
    { name: 'is_new', type: 'BOOLEAN' },
    { name: 'day', type: 'DATE' },
  ] as const;
  const features = rows.map((attributes, index) => ({
    geometry: { type: 'Point', coordinates: [index, -index] } as const,
    attributes,
  }));
  writeGeoPackage(path, {
    tables: [{ name: 'p', geometry: { type: 'POINT', epsg: 2193 }, columns, features }],
  });
  const source = tableOf(path);
  const survey = surveyTableHere(source, folder.file('cache'));
  const losses = new LossLog();
  const described = { title: 'p', description: '', name: 'p', crs: 'EPSG:2193', mayCut: false };
  const schema = outputSchema(source, survey, { ...described, modified: '2026-11-22T00:00:00.000Z' });
  expect(schema.geometry?.crs).toEqual(findCrs('EPSG:2193'));
  using reader = FeatureReader.open(source, { fields: schema.fields, hasZ: false, hasM: false });
  const options = { schema, coordinatePrecision: null, includeGeometryField: true, pieceFolder: folder.path };
  const format = shapefileFormat(maxBytes);
  const encoder = format.createEncoder(options);
  using assembler = format.createAssembler({ ...options, folder: folder.file('out') }, losses);
  // In small blocks, as files are split between blocks.
  for (let from = 1; from <= rows.length; from += 10) {
    for (const batch of reader.readRange(from, from + 10))
      void assembler.append(encoder.encode(batch, losses).piece);
  }
  void assembler.finish();
  return losses;
}

test('each type of value, and its null, is where readers look for it', () => {
  const full = { label: 'Ōwenga', count: -12, length_in_m: 0.1, is_new: true, day: '2026-11-22' };
  const losses = write([full, {}, { ...full, count: 2n ** 62n, is_new: false, length_in_m: 1e300 }]);
  const { fields, records } = readDbf('p.dbf');
  expect(fields).toEqual([
    { name: 'label', code: 'C', width: 7 },
    { name: 'count', code: 'N', width: 19 },
    { name: 'length_in_', code: 'N', width: 24 },
    { name: 'is_new', code: 'L', width: 1 },
    { name: 'day', code: 'D', width: 8 },
  ]);
  expect(records.map((record) => record.map((value) => value.trim()))).toEqual([
    ['Ōwenga', '-12', '0.1', 'T', '20261122'],
    ['\0'.repeat(7), '*'.repeat(19), '*'.repeat(24), '?', '0'.repeat(8)],
    ['Ōwenga', '4611686018427387904', '1e+300', 'F', '20261122'],
  ]);
  expect(losses.entries().map(({ code, field }) => [code, field])).toEqual([
    ['value-retyped', 'count'],
    ['field-renamed', 'length_in_m'],
  ]);
  expect(readFileSync(folder.file('out/p.cpg'), 'utf8')).toBe('UTF-8');
  expect(readFileSync(folder.file('out/p.prj'), 'utf8')).toMatch(/^PROJCS\["NZGD_2000/);
});

test('text beyond 254 bytes is cut between characters, and counted', () => {
  const losses = write([{ label: 'x' }, { label: `a${'東'.repeat(90)}` }, { label: '東'.repeat(100) }]);
  const labels = readDbf('p.dbf').records.map(([label]) => label!.trim());
  expect(labels).toEqual(['x', `a${'東'.repeat(84)}`, '東'.repeat(84)]);
  const cut = losses.entries().find(({ code }) => code === 'value-truncated');
  expect(cut).toMatchObject({ field: 'label', count: 2 });
});

test('what would pass the limit of a file goes on in the next, and no record is lost', () => {
  const rows = Array.from({ length: 100 }, (_, count) => ({ count }));
  const losses = write(rows, 1500);
  const parts = readdirSync(folder.file('out')).filter((name) => name.endsWith('.dbf'));
  expect(parts.length).toBeGreaterThan(2);
  const inOrder = ['p.dbf', ...parts.slice(0, -1).map((_, index) => `p-part${index + 2}.dbf`)];
  const counts = inOrder.flatMap((name) => readDbf(name).records.map(([, count]) => Number(count)));
  expect(counts).toEqual(rows.map(({ count }) => count));
  for (const name of inOrder) {
    const shp = readFileSync(folder.file(`out/${name.replace('.dbf', '.shp')}`));
    expect(shp.readInt32BE(24) * 2).toBe(shp.length);
    expect(shp.length).toBeLessThanOrEqual(1500);
    expect((shp.length - 100) / 28).toBe(readDbf(name).records.length);
  }
  expect(losses.entries()).toContainEqual(expect.objectContaining({ code: 'file-split' }));
});
