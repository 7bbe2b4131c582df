import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { describeCrs } from '../crs/crs.ts';
import { EngineError } from '../engine-error.ts';
import { uniqueName } from '../formats/unique-name.ts';
import { readFields, type ReadLayer, readLayers, type ReadOptions } from '../gdal-formats/read-layers.ts';
import { slugify } from '../plan/slug.ts';
import { type CsvGeometry, csvGeometry } from './csv-columns.ts';
import { findSources, type ImportSource } from './find-sources.ts';
import type { ImportedLayer, ImportReport } from './import-report.ts';
import { importLayer } from './import-layer.ts';
import { columnsWithLeadingZeros } from './leading-zeros.ts';
import { convertToUtf8, decoderFor } from './to-utf8.ts';
import { extractMember } from './zip-member.ts';

/** What is imported, and how. */
export interface ImportOptions {
  /** The GeoPackage that is written to; it need not exist yet. */
  readonly target: string;
  /** Folder for files of a moment; made here. */
  readonly workFolder: string;
  /** `EPSG:n`: the CRS of the source, instead of the one that it names. */
  readonly crs?: string | undefined;
  /** The encoding of its texts, where the source does not say, or says it wrongly. */
  readonly encoding?: string | undefined;
  /** The layers to import; all where absent. */
  readonly layers?: readonly string[] | undefined;
  /** The columns of a CSV that hold the coordinates. */
  readonly x?: string | undefined;
  readonly y?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told the fraction that is done, from 0 to 1, and of what. */
  readonly onProgress?: ((fraction: number, name: string) => void) | undefined;
}

/** A source as GDAL is told to open it. */
export interface OpenedSource {
  readonly source: ImportSource;
  /** The source's path, or that of a copy in UTF-8. */
  readonly path: string;
  readonly reading: ReadOptions;
  /** The CRS that its columns imply, where it is a CSV. */
  readonly impliedCrs: string | null;
}

/**
 * Imports a file, a File Geodatabase or what is in a zip into a GeoPackage: each layer becomes a table. What cannot be
 * imported is skipped with the reason.
 *
 * @throws EngineError `source-unavailable` | `source-corrupt` where nothing can be read; `gdal-missing`; `disk-full`;
 *   `invalid-request` where the options do not fit the source. On abort, `signal.reason`.
 */
export async function importFile(path: string, options: ImportOptions): Promise<ImportReport> {
  if (options.encoding !== undefined) decoderFor(options.encoding);
  if (options.crs !== undefined && describeCrs(options.crs) === null) {
    const detail = `--crs is ${JSON.stringify(options.crs)}, which is not a CRS that data can be in here; use a code such as EPSG:2193.`;
    throw new EngineError('invalid-request', detail);
  }
  mkdirSync(options.workFolder, { recursive: true });
  const layers: ImportedLayer[] = [];
  const skipped: ImportReport['skipped'][number][] = [];
  const taken: string[] = [];
  for (const source of await findSources(path)) {
    const { opened, found } = await readable(source, options);
    for (const layer of found) {
      const table = uniqueName(tableName(layer, source), taken);
      const outcome = await importLayer(opened, { layer, table, options });
      if ('reason' in outcome)
        skipped.push({ source: source.name, layer: layer.name, reason: outcome.reason });
      else {
        taken.push(table);
        layers.push(outcome);
      }
    }
  }
  return { layers, skipped };
}

/** The source and its layers. What GDAL cannot read is said in words for a person: GDAL lists its drivers instead. */
async function readable(
  source: ImportSource,
  options: ImportOptions,
): Promise<{ readonly opened: OpenedSource; readonly found: readonly ReadLayer[] }> {
  try {
    const opened = await open(source, options);
    return { opened, found: await layersOf(opened, options) };
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'gdal-failed') throw error;
    const said = /^ERROR \d+: (.*)$/m.exec(error.program?.stderrTail ?? '')?.[1];
    const detail = `${source.name} cannot be read as ${source.format.label}${said === undefined ? '' : `: ${said}`}. Is it whole, with the files that go with it?`;
    throw new EngineError('source-corrupt', detail, { cause: error });
  }
}

async function layersOf(
  { path, source, reading }: OpenedSource,
  { layers: wanted }: ImportOptions,
): Promise<ReadLayer[]> {
  const all = await readLayers(path, reading);
  const filled = all.filter(({ featureCount }) => featureCount > 0);
  const found = source.format.madeUp === 'several' && filled.length > 0 ? filled : all;
  const names = found.map(({ name }) => name);
  const missing = wanted?.find((name) => !names.includes(name));
  if (missing !== undefined) {
    const detail = `${source.name} has no layer ${JSON.stringify(missing)}; it has ${names.join(', ')}.`;
    throw new EngineError('invalid-request', detail);
  }
  if (found.length === 0) throw new EngineError('source-unavailable', `${source.name} holds no layer.`);
  return wanted === undefined ? found : found.filter(({ name }) => wanted.includes(name));
}

/** Letters, digits and underscores, after the layer; after the file where the layer's name says nothing. */
function tableName({ name }: ReadLayer, { path, format }: ImportSource): string {
  const file = basename(path).replace(/\.[^.]*$/, '');
  const [ofFile, ofLayer] = [file, name].map((text) => slugify(text.replaceAll('.', '-')));
  const slug = ofLayer === 'layer' || format.madeUp === 'one' ? ofFile! : ofLayer!;
  // Names that SQLite and GeoPackage keep for themselves.
  return slug.replaceAll('-', '_').replace(/^(?=sqlite_|gpkg_|rtree_|\d)/, 'layer_');
}

async function open(source: ImportSource, options: ImportOptions): Promise<OpenedSource> {
  const { workFolder, signal, encoding } = options;
  const { format, partners, name } = source;
  // GDAL takes a TAB without a .map for a table; one that has shapes has an index of them, the .id.
  if (partners.includes('.tab') && partners.includes('.id') && !partners.includes('.map')) {
    const detail = `${name} cannot be read as MapInfo: it has an .id and no .map, where its shapes are. Is it whole, with the files that go with it?`;
    throw new EngineError('source-corrupt', detail);
  }
  const reading = { drivers: format.drivers, folder: workFolder, signal };
  const path = await fileOf(source, options);
  if (format.label === 'CSV') return openCsv({ source, path, reading }, options);
  const option =
    encoding !== undefined && format.encoding === 'option' ? ['-oo', `ENCODING=${encoding}`] : [];
  const args = [...option, ...(format.args ?? [])];
  return { source, path, reading: { ...reading, args }, impliedCrs: null };
}

/** A CSV is opened beside a file of ours that names the types of its columns. */
async function openCsv(
  { source, path, reading }: Pick<OpenedSource, 'source' | 'path'> & { reading: Omit<ReadOptions, 'args'> },
  { x, y, workFolder, signal }: ImportOptions,
): Promise<OpenedSource> {
  const detect = ['-oo', 'AUTODETECT_TYPE=YES', '-oo', 'AUTODETECT_SIZE_LIMIT=0'];
  const columns = await readFields(path, { ...reading, args: detect });
  const geometry = geometryOf(
    source,
    columns.map(({ name }) => name),
    { x, y },
  );
  const impliedCrs = geometry?.isDegrees === true ? 'EPSG:4326' : null;
  const args = ['-oo', 'EMPTY_STRING_AS_NULL=YES', ...(geometry?.args ?? [])];
  const texts = await columnsWithLeadingZeros(path, signal);
  const types = columns.map(({ type }, index) => (texts.has(index) ? 'String' : type));
  const link = join(workFolder, `csv-${counter++}`, basename(source.path));
  mkdirSync(dirname(link));
  symlinkSync(path, link);
  writeFileSync(link.replace(/\.[^.]*$/, '.csvt'), types.join(','));
  return { source, path: link, reading: { ...reading, args }, impliedCrs };
}

let counter = 0;

function geometryOf(
  { name }: ImportSource,
  columns: readonly string[],
  named: Pick<ImportOptions, 'x' | 'y'>,
): CsvGeometry | null {
  try {
    return csvGeometry(columns, named);
  } catch (error) {
    throw new EngineError(
      'invalid-request',
      `${name}: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}

/** The path of the source, or of a copy of it: unpacked where its text must be looked at, and in UTF-8. */
async function fileOf(
  source: ImportSource,
  { encoding, workFolder, signal }: ImportOptions,
): Promise<string> {
  const { format, member, name } = source;
  if (encoding !== undefined && format.encoding === 'none') {
    const detail = `--encoding cannot be used for ${name}: a ${format.label} says its encoding itself.`;
    throw new EngineError('invalid-request', detail);
  }
  if (format.encoding !== 'convert' || (encoding === undefined && member === null)) return source.path;
  const folder = join(workFolder, `text-${counter++}`);
  mkdirSync(folder);
  const [copy, unpacked] = [join(folder, basename(source.path)), join(folder, 'unpacked')];
  if (encoding === undefined) {
    await extractMember(member!, copy, signal);
    return copy;
  }
  if (member !== null) await extractMember(member, unpacked, signal);
  await convertToUtf8(member === null ? source.path : unpacked, copy, { encoding, signal });
  return copy;
}
