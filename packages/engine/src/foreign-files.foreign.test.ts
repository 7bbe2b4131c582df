import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { findFormat, type Loss, type Mimetype } from '@outcrop/contract';
import {
  findPostgres,
  type PostgresCluster,
  startPostgres,
  temporaryFolder,
  type TemporaryFolder,
} from '@outcrop/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { Geos } from './crop/geos.ts';
import { findCrs } from './crs/crs.ts';
import { EngineError } from './engine-error.ts';
import { producibleFormats } from './gdal-formats/producible-formats.ts';
import { importFile } from './import/import-file.ts';
import type { ImportedLayer } from './import/import-report.ts';
import type { ExportCheck } from './plan/check.ts';
import type { ExportPlan } from './plan/plan.ts';
import { runExport, type RunResult } from './run/run-export.ts';
import type { GeoPackageTable } from './source/layer.ts';
import { compareRows, type RowComparison, type RowDifference } from './testing/compare-rows.ts';
import { checkWish, type ExportWish, planAs, tableOf } from './testing/export-fixture.ts';
import { fetchForeignFiles, type ForeignFile } from './testing/foreign-files.ts';
import { createGeometryComparison } from './testing/geometry-difference.ts';
import { readWithOgr, runGdal } from './testing/ogr.ts';
import { readProductRows, readRows } from './testing/read-rows.ts';
import type { RowSet } from './testing/row-set.ts';
import { boxOf, parseGeoJson, type Shape } from './testing/wkb-shape.ts';

/**
 * Every file of other makers, imported and exported in every format that this machine writes: whole and cut, in its own CRS
 * and in EPSG:4326. What GDAL reads in a product must be what it reads in the file, or stand in the report. `npm run try:foreign`.
 */
const place = resolve('bench/data/foreign');
const { files, absent } = fetchForeignFiles(place);
const wanted = new RegExp(process.env['OUTCROP_FOREIGN'] ?? '', 'i');
const wantedFormat = new RegExp(process.env['OUTCROP_FOREIGN_FORMAT'] ?? '');
const wantedVariant = new RegExp(process.env['OUTCROP_FOREIGN_VARIANT'] ?? '');
const log = join(place, `differences-${process.env['OUTCROP_FOREIGN_LOG'] ?? 'all'}.jsonl`);

let folder: TemporaryFolder;
let cluster: PostgresCluster;
let distance: RowComparison['distance'];
let formats: Record<'vector' | 'table', readonly Mimetype[]>;
const table: string[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  await Geos.load();
  distance = await createGeometryComparison();
  const programs = await findPostgres();
  if (programs === null) throw new Error('this machine has no PostgreSQL');
  cluster = await startPostgres(programs);
  psql('-c', 'CREATE SCHEMA postgis', '-c', 'CREATE EXTENSION postgis SCHEMA postgis');
  psql('-c', 'ALTER ROLE outcrop SET search_path = public, postgis');
  const some = async (kind: 'vector' | 'table'): Promise<readonly Mimetype[]> =>
    (await producibleFormats(kind)).filter((one) => wantedFormat.test(one)) as Mimetype[];
  formats = { vector: await some('vector'), table: await some('table') };
  writeFileSync(log, '');
});

afterAll(async () => {
  process.stdout.write(
    `\nfile | layers | products | as they were | differences said | not said\n${table.join('\n')}\n`,
  );
  if (absent.length > 0) process.stdout.write(`could not be fetched: ${absent.join(', ')}\n`);
  await cluster?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

test.each(files.filter(({ name }) => wanted.test(name)))('$name: nothing is changed unsaid', async (file) => {
  const work = join(folder.path, 'work');
  mkdirSync(work);
  try {
    const verdicts = await tryFile(file, work);
    const said = verdicts.flatMap((one) => one.said);
    const unsaid = verdicts.flatMap((one) => one.unsaid);
    const layers = new Set(verdicts.map(({ layer }) => layer)).size;
    const equal = verdicts.filter((one) => one.said.length + one.unsaid.length === 0).length;
    table.push([file.name, layers, verdicts.length, equal, said.length, unsaid.length].join(' | '));
    for (const verdict of verdicts)
      appendFileSync(log, `${JSON.stringify({ file: file.name, ...verdict })}\n`);
    expect(unsaid).toEqual([]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
});

interface Verdict {
  readonly layer: string;
  readonly product: string;
  readonly said: readonly string[];
  readonly unsaid: readonly string[];
}

async function tryFile(file: ForeignFile, work: string): Promise<Verdict[]> {
  const target = join(work, 'imported.gpkg');
  const options = { target, workFolder: join(work, 'import') };
  const first = await importFile(file.path, options).catch((error: Error) => error);
  const lacksCrs = !(first instanceof Error) && first.layers.length === 0;
  const report = lacksCrs ? await importFile(file.path, { ...options, crs: likelyCrs(file) }) : first;
  if (report instanceof Error) return [{ layer: '', product: 'import', said: [report.message], unsaid: [] }];
  const skipped = report.skipped.map(({ layer, reason }) => `${layer}: ${reason}`);
  const verdicts: Verdict[] = [{ layer: '', product: 'import', said: skipped, unsaid: [] }];
  for (const layer of report.layers) {
    verdicts.push(compareImport(file, layer, { target, work }));
    verdicts.push(...(await tryLayer(layer, { target, work })));
  }
  return verdicts;
}

/** Where a file does not say it: degrees, where they can be, else metres of the world. */
function likelyCrs({ path }: ForeignFile): string {
  const text = runGdal('ogrinfo', ['-ro', '-so', '-al', path]);
  const extent = /Extent: \((\S+), (\S+)\) - \((\S+), (\S+)\)/.exec(text);
  const [, west, south, east, north] = (extent ?? []).map(Number) as [number, number, number, number, number];
  const isDegrees = !path.endsWith('.dxf') && west >= -180 && east <= 180 && south >= -90 && north <= 90;
  return isDegrees ? 'EPSG:4326' : 'EPSG:3857';
}

interface Bench {
  readonly target: string;
  readonly work: string;
}

/** What the imported table holds, against what GDAL reads in the file itself. */
function compareImport(file: ForeignFile, layer: ImportedLayer, { target, work }: Bench): Verdict {
  const features = readWithOgr(file.path, layer.layer);
  const names = [...new Set(features.flatMap(({ properties }) => Object.keys(properties)))];
  const imported = readRows(target, work, [layer.table]);
  const fields = names
    .filter((name) => name !== 'id' || imported.fields.some((field) => field.name === 'id'))
    .map((name) => ({ name, type: '' }));
  const isCsv = file.path.endsWith('.csv');
  const original: RowSet = {
    fields,
    rows: features.map(({ properties, geometry }, index) => ({
      values: fields.map(({ name }) => flat(properties[name], isCsv)),
      shape: isCsv
        ? (imported.rows[index]?.shape ?? null)
        : geometry === null
          ? null
          : parseGeoJson(geometry),
    })),
  };
  // GeoJSON has no M, and 16 digits of a number; a column of WKT has become the shapes.
  const found = compareRows(original, imported, { tolerance: 1e-9, distance, isTyped: false }).filter(
    ({ what, field, example }) =>
      what !== 'dimensions' &&
      !isRounding(what, example) &&
      !(isCsv && what === 'field-missing' && field === 'WKT'),
  );
  return verdictOf(found, { layer: layer.table, product: 'imported', losses: layer.changes });
}

function isRounding(what: RowDifference['what'], example: string): boolean {
  const [a, b] = example.split(' became ').map(Number) as [number, number];
  return what === 'number' && Math.abs(a - b) <= Math.abs(a) * 1e-15;
}

function flat(value: unknown, isCsv: boolean): unknown {
  if (isCsv && value === '') return null;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

function verdictOf(
  found: readonly RowDifference[],
  { layer, product, losses }: { layer: string; product: string; losses: readonly Loss[] },
): Verdict {
  const said: string[] = [];
  const unsaid: string[] = [];
  for (const difference of found) {
    const line = `${product}: ${difference.what} ${difference.field ?? ''} (${difference.count}): ${difference.example}`;
    (isSaid(difference, losses) ? said : unsaid).push(line);
  }
  return { layer, product, said, unsaid };
}

/** What a report says of differences of a kind. */
const codes: Readonly<Record<RowDifference['what'], RegExp>> = {
  features: /^(layer-split|geometry-split|feature-dropped)/,
  'field-missing': /^field-dropped/,
  name: /^field-renamed/,
  type: /^(field|value)-retyped/,
  null: /^(null|value)-/,
  text: /^(value-|field-retyped)/,
  number: /^(value|field)-/,
  value: /^(value|field)-/,
  shape: /^(geometry-(dropped|split|flattened)|coordinates|value|z|m)-?/,
  dimensions: /^(z|m)-(dropped|added)/,
};

function isSaid({ field, what }: RowDifference, losses: readonly Loss[]): boolean {
  return losses.some(
    ({ code, field: of }) => codes[what].test(code) && (field === null || of === undefined || of === field),
  );
}

/** What docs/guide/formats.md says of a format once and for all, and what GDAL does not read as it is there. */
function isDocumented(format: Mimetype, { what, example }: RowDifference): boolean {
  switch (format) {
    case 'text/csv':
    case 'application/gml+xml':
    case 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet':
      return what === 'null' && example === '"" became null';
    case 'application/x-zipped-shp':
      // A logical value is T, F or ?, which GDAL 3.6 reads as texts.
      return /^(("" became null)|(null became "\?")|(BOOLEAN became TEXT\(1\)))$/.test(example);
    case 'application/vnd.google-earth.kml+xml': {
      const [before, after] = example.split(' became ') as [string, string | undefined];
      return (
        what === 'text' && before.replaceAll(/( |\\n)+"?$/g, '') === after?.replaceAll(/( |\\n)+"?$/g, '')
      );
    }
    case 'applicaton/x-ogc-filegdb':
      // GDAL 3.6 reads dates before 1970 a second late.
      return what === 'text' && / became "[\d-]+ 00:00:01"$/.test(example);
    case 'application/pdf':
      // Small squares are symbols of points to GDAL's reader.
      return what === 'shape' && example.includes('became {"type":"Point"');
    default:
      return false;
  }
}

interface Variant {
  readonly name: string;
  readonly crs: string | null;
  readonly extent: unknown;
  readonly expected: RowSet;
  /** In the units of the CRS. */
  readonly tolerance: number;
  /** The GeoPackage that was made of it. */
  product?: RowSet;
}

async function tryLayer(layer: ImportedLayer, bench: Bench): Promise<Verdict[]> {
  const source = tableOf(bench.target, layer.table);
  const verdicts: Verdict[] = [];
  for (const variant of variantsOf(layer, bench).filter(({ name }) => wantedVariant.test(name))) {
    // A region is prepared once: what the formats have in common is tried with the whole layer.
    const prepared =
      variant.extent === null
        ? null
        : await planned(wishOf(source, 'application/x-ogc-gpkg', variant), bench);
    for (const format of formats[layer.kind]) {
      if (findFormat(format)?.fixedCrs !== undefined && variant.crs !== 'EPSG:4326') continue;
      verdicts.push(await tryProduct(source, format, { variant, bench, prepared }));
    }
  }
  return verdicts;
}

function variantsOf({ table, crs }: ImportedLayer, { target, work }: Bench): Variant[] {
  const whole = readRows(target, work, [table]);
  if (crs === null) return [{ name: 'whole', crs, extent: null, expected: whole, tolerance: 0 }];
  const turned = crs === 'EPSG:4326' ? whole : readRows(target, work, [table, '-t_srs', 'EPSG:4326']);
  const isDegrees = findCrs(crs)?.kind === 'geographic';
  const variants: Variant[] = [
    { name: 'whole', crs, extent: null, expected: whole, tolerance: isDegrees ? 3e-7 : 3e-3 },
  ];
  if (turned !== whole) {
    variants.push({
      name: 'whole in 4326',
      crs: 'EPSG:4326',
      extent: null,
      expected: turned,
      tolerance: 3e-7,
    });
  }
  const box = boxOfAll(turned);
  if (box === null) return variants;
  const extent = middleOf(box);
  const clip = ['-clipsrc', regionFile(extent, { crs, work })];
  const valid = join(work, 'valid.gpkg');
  rmSync(valid, { force: true });
  runGdal('ogr2ogr', [valid, target, table, '-makevalid', '-nln', 'valid', '-nlt', 'GEOMETRY']);
  const types = ['valid', '-nlt', 'GEOMETRY'];
  const cut = readRows(valid, work, [...types, ...clip]);
  variants.push({ name: 'cut', crs, extent, expected: named(cut, whole), tolerance: isDegrees ? 2e-6 : 0.2 });
  if (turned !== whole) {
    const both = readRows(valid, work, [...types, ...clip, '-t_srs', 'EPSG:4326']);
    variants.push({
      name: 'cut in 4326',
      crs: 'EPSG:4326',
      extent,
      expected: named(both, whole),
      tolerance: 2e-6,
    });
  }
  return variants;
}

function named(rows: RowSet, { fields }: RowSet): RowSet {
  return { ...rows, fields };
}

function boxOfAll({ rows }: RowSet): [number, number, number, number] | null {
  const all: Shape = rows.flatMap(({ shape }) => shape ?? []);
  return boxOf(all);
}

/** A rectangle of the middle half of an extent; a little to the side, so that no edge of a grid lies on it. */
function middleOf([west, south, east, north]: readonly [number, number, number, number]): {
  type: string;
  coordinates: number[][][];
} {
  const [wide, high] = [Math.max(east - west, 1e-3), Math.max(north - south, 1e-3)];
  const [x, y] = [(west + east) / 2 + wide * 0.013, (south + north) / 2 + high * 0.017];
  const corners = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
    [-1, -1],
  ];
  const ring = corners.map(([right, up]) => [
    Math.min(180, Math.max(-180, x + (right! * wide) / 4)),
    Math.min(90, Math.max(-90, y + (up! * high) / 4)),
  ]);
  return { type: 'Polygon', coordinates: [ring] };
}

/** The region in a layer's CRS, with so many positions that its edges run as they do in degrees. */
function regionFile(
  { coordinates }: { coordinates: number[][][] },
  { crs, work }: { crs: string; work: string },
): string {
  const corners = coordinates[0]!;
  const steps = crs === 'EPSG:4326' ? 1 : 1000;
  const ring = corners.flatMap((corner, index) => {
    const next = corners[index + 1];
    if (next === undefined) return [corner];
    return Array.from({ length: steps }, (_, step) =>
      corner.map((value, axis) => value + ((next[axis]! - value) * step) / steps),
    );
  });
  const [json, file] = [join(work, 'region.geojson'), join(work, 'region.gpkg')];
  writeFileSync(json, JSON.stringify({ type: 'Polygon', coordinates: [ring] }));
  rmSync(file, { force: true });
  runGdal('ogr2ogr', [file, json, '-t_srs', crs]);
  return file;
}

async function tryProduct(
  source: GeoPackageTable,
  format: Mimetype,
  { variant, bench, prepared }: { variant: Variant; bench: Bench; prepared: Prepared | null },
): Promise<Verdict> {
  const { expected, tolerance, name } = variant;
  const product = `${findFormat(format)!.shortCode} ${name}`;
  const wish = wishOf(source, format, variant);
  const unpacked = join(bench.work, 'product');
  mkdirSync(unpacked);
  const layer = source.table;
  try {
    const { archivePath, report } = await runPlan(
      prepared === null ? await planned(wish, bench) : asFormat(prepared, format),
      bench,
    );
    const { losses, files: written } = report.items[0]!;
    runGdal('unzip', ['-q', '-o', archivePath, '-d', unpacked]);
    const { extension } = findFormat(format)!;
    const actual = readProductRows(format, { folder: unpacked, files: written, extension, loadDump });
    const isTyped = !/json|spreadsheet|kml|pdf|dxf/.test(format);
    if (format === 'application/x-ogc-gpkg') variant.product = actual;
    // A cut may leave slivers here and none there: outlines are compared with those of the GeoPackage, which have been compared.
    const [before, after] =
      format === 'image/vnd.dxf'
        ? [outlines(variant.product ?? expected), outlines(actual)]
        : [expected, actual];
    const found = compareRows(before, after, {
      tolerance,
      distance,
      isTyped,
      ignoresCase: /kml/.test(format),
      keepsOrder: format === 'application/pdf',
    }).filter((difference) => !isDocumented(format, difference));
    return verdictOf(found, { layer, product, losses });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const isOneColumn = format === 'text/csv' && expected.fields.length === 0 && /Failed to open/.test(text);
    const isRefusal =
      isOneColumn ||
      text.startsWith('refused') ||
      (error instanceof EngineError && error.code === 'format-limit');
    return {
      layer,
      product,
      said: isRefusal ? [`${product}: ${text.slice(0, 300)}`] : [],
      unsaid: isRefusal ? [] : [`${product}: failed: ${text.slice(0, 600)}`],
    };
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}

interface Prepared {
  readonly plan: ExportPlan;
  readonly regions: ExportCheck['regions'] | undefined;
}

function wishOf(source: GeoPackageTable, format: Mimetype, { crs, extent }: Variant): ExportWish {
  return { tables: [source], format, crs, ...(extent !== null && { extent }) };
}

async function planned(wish: ExportWish, { work }: Bench): Promise<Prepared> {
  const { plan, regions, items, reasons } = await checkWish(wish, work, { isEstimated: false });
  if (plan === null) throw new Error(`refused: ${JSON.stringify([reasons, items])}`);
  return { plan, regions };
}

function asFormat({ plan, regions }: Prepared, format: Mimetype): Prepared {
  return { plan: planAs(plan, format), regions };
}

async function runPlan({ plan, regions }: Prepared, { work }: Bench): Promise<RunResult> {
  const [archivePath, workFolder] = [join(work, 'archive.zip'), join(work, 'run')];
  return runExport(plan, { archivePath, workFolder, regions, workers: 1 });
}

/** As DXF has them: every ring a line of its own, and no attributes. */
function outlines({ rows }: RowSet): RowSet {
  return {
    fields: [],
    rows: rows.flatMap(({ shape }) =>
      (shape ?? []).flatMap(({ dimension, rings }) =>
        rings.map((ring) => ({
          values: [],
          shape: [{ dimension: Math.min(dimension, 1) as 0 | 1, rings: [ring] }],
        })),
      ),
    ),
  };
}

function psql(...args: readonly string[]): void {
  const { port } = new URL(cluster.url);
  runGdal('psql', [
    '-q',
    '-v',
    'ON_ERROR_STOP=1',
    '-h',
    '127.0.0.1',
    '-p',
    port,
    '-U',
    'outcrop',
    'postgres',
    ...args,
  ]);
}

/** Loads a dump into an empty schema; returns where GDAL finds it. */
function loadDump(path: string): string {
  const { port } = new URL(cluster.url);
  psql('-c', 'DROP SCHEMA public CASCADE', '-c', 'CREATE SCHEMA public', '-f', path);
  return `PG:host=127.0.0.1 port=${port} user=outcrop dbname=postgres active_schema=public schemas=public`;
}
