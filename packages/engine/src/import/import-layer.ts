import { existsSync } from 'node:fs';

import type { Loss } from '@outcrop/contract';

import { describeCrs } from '../crs/crs.ts';
import { EngineError } from '../engine-error.ts';
import { LossLog } from '../formats/loss-log.ts';
import { uniqueName } from '../formats/unique-name.ts';
import { readFields, type ReadField, type ReadLayer } from '../gdal-formats/read-layers.ts';
import { runGdal } from '../gdal/run-gdal.ts';
import { listGeoPackageTables } from '../source/geopackage-tables.ts';
import type { GeoPackageTable } from '../source/layer.ts';
import { surveyTableHere } from '../source/survey.ts';
import { identifyCrs } from './identify-crs.ts';
import type { ImportOptions, OpenedSource } from './import-file.ts';
import type { ImportedLayer } from './import-report.ts';

interface LayerTask {
  readonly layer: ReadLayer;
  readonly table: string;
  readonly options: ImportOptions;
}

/** Imports one layer as one table; or says why it cannot be. */
export async function importLayer(
  opened: OpenedSource,
  task: LayerTask,
): Promise<ImportedLayer | { readonly reason: string }> {
  const { layer, table, options } = task;
  // A positional argument that looks like an option would be taken for one.
  if (layer.name.startsWith('-') || layer.name === '') {
    return { reason: 'its name begins with a dash or is empty; rename it' };
  }
  const fields = await readFields(opened.path, opened.reading, layer.name);
  let crs = options.crs ?? opened.impliedCrs;
  let crsFrom = options.crs === undefined ? 'by the names of its columns' : 'as --crs says';
  let converted = await convert(opened, { ...task, fields, crs });
  if (crs === null && lacksCrs(converted.found)) {
    const candidates = await identifyCrs(options.target, table, options);
    await dropTable(options, table);
    if (candidates.length !== 1) return { reason: unknownCrs(converted.found, candidates) };
    [crs, crsFrom] = [candidates[0]!, 'by its definition: check that it is right'];
    converted = await convert(opened, { ...task, fields, crs });
  }
  const { found, warnings } = converted;
  const survey = surveyTableHere(found, options.workFolder);
  return {
    source: opened.source.name,
    layer: layer.name,
    table,
    kind: found.kind,
    featureCount: survey.featureCount,
    crs: found.geometry?.crs ?? null,
    crsFrom: found.geometry === null ? null : crs === null ? 'named by the source' : crsFrom,
    changes: await changesOf({ found, fields, warnings, featureCount: survey.featureCount }, opened, task),
  };
}

async function convert(
  { path, source, reading }: OpenedSource,
  { layer, table, options, fields, crs }: LayerTask & { fields: readonly ReadField[]; crs: string | null },
): Promise<{ readonly found: GeoPackageTable; readonly warnings: readonly string[] }> {
  const names = fields.map(({ name }) => name);
  const fid = uniqueName('fid', names);
  const geometryName = uniqueName('geom', [...names, fid]);
  const output = ['-f', 'GPKG', '-progress', '-nln', table];
  const columns = { IDENTIFIER: layer.name, FID: fid, GEOMETRY_NAME: geometryName };
  const args = [
    ...(existsSync(options.target) ? [...output, '-update'] : output),
    // Curves become lines, which everything can draw and cut.
    '-nlt',
    'CONVERT_TO_LINEAR',
    // A GML claims that each feature has a gml:id, and may lack it: it would not come in.
    '-forceNullable',
    ...Object.entries(columns).flatMap(([name, value]) => ['-lco', `${name}=${value}`]),
    ...(crs === null || layer.type === null ? [] : ['-a_srs', crs]),
    ...reading.args,
    options.target,
    path,
    layer.name,
  ];
  const drivers = [...source.format.drivers, 'GPKG'];
  const { warnings } = await runGdal(
    { program: 'ogr2ogr', drivers, tellsProgress: true, args },
    { signal: options.signal, onProgress: (fraction) => options.onProgress?.(fraction, layer.name) },
  );
  const found = listGeoPackageTables(options.target).tables.find((one) => one.table === table);
  if (found !== undefined) return { found, warnings: warnings.filter((warning) => !isOfNoInterest(warning)) };
  throw new EngineError('gdal-failed', `ogr2ogr has not written ${layer.name} of ${source.name}.`);
}

/** Fields of other types than a GeoPackage has are told of one by one. */
function isOfNoInterest(warning: string): boolean {
  return /^Progress turned off|does not natively support \w+ type/.test(warning);
}

/** GDAL's names of lists begin like this in a `.csvt`. */
function retyping(name: string, { type, kept }: { type: string; kept: ReadField }): string {
  return type.startsWith('JSon') && type.endsWith('List')
    ? `${name} is a list; it is kept as text, such as (2:a,b).`
    : `${name} is ${kept.type}, not ${type}.`;
}

function lacksCrs({ geometry }: GeoPackageTable): boolean {
  return geometry !== null && (geometry.crs === null || describeCrs(geometry.crs) === null);
}

function unknownCrs({ geometry }: GeoPackageTable, candidates: readonly string[]): string {
  const own = geometry?.crs == null ? 'it names no CRS of the EPSG registry' : `it is in ${geometry.crs}`;
  const guess = candidates.length === 0 ? '' : `; it may be ${someOf(candidates)}`;
  return `${own}${guess}: say which it is in, such as --crs ${candidates[0] ?? 'EPSG:4326'}`;
}

/** A definition without a name may be dozens of them. */
const mostNamed = 4;

function someOf(candidates: readonly string[]): string {
  const named = candidates.slice(0, mostNamed).join(' or ');
  return candidates.length > mostNamed ? `${named} or ${candidates.length - mostNamed} others` : named;
}

/** Takes a table out again. Its name is one that we have made. */
async function dropTable({ target, signal }: ImportOptions, table: string): Promise<void> {
  const args = ['-q', target, '-sql', `DELLAYER:${table}`];
  await runGdal({ program: 'ogrinfo', args, drivers: ['GPKG'] }, { signal });
}

interface Imported {
  readonly found: GeoPackageTable;
  /** The source's. */
  readonly fields: readonly ReadField[];
  readonly warnings: readonly string[];
  readonly featureCount: number;
}

/** What is not in the table as it was in the source. */
async function changesOf(
  { found, fields, warnings, featureCount }: Imported,
  { source }: OpenedSource,
  { layer, options }: LayerTask,
): Promise<Loss[]> {
  const losses = new LossLog();
  const { workFolder, signal } = options;
  const reading = { drivers: ['GPKG'], args: [], folder: workFolder, signal };
  const written = await readFields(options.target, reading, found.table);
  for (const [index, { name, type }] of fields.entries()) {
    const kept = written[index];
    if (kept === undefined) {
      losses.add('field-dropped', `${name} could not be kept.`, { field: name });
      continue;
    }
    if (kept.name !== name) losses.add('field-renamed', `${name} is called ${kept.name}.`, { field: name });
    if (kept.type !== type)
      losses.add('field-retyped', retyping(name, { type, kept }), { field: name, count: 0 });
  }
  const missing = layer.featureCount - featureCount;
  if (missing > 0)
    losses.add('feature-dropped', `Features of ${source.name} that could not be kept.`, { count: missing });
  for (const warning of warnings) losses.add('gdal-warning', warning, { field: warning, count: 0 });
  return losses
    .entries()
    .map(({ field, ...loss }) =>
      loss.code === 'gdal-warning' || field === undefined ? loss : { ...loss, field },
    );
}
