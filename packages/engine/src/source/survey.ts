import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type Database from 'better-sqlite3';

import type { Envelope } from '../features/geometry-array.ts';
import { withDiskErrors } from '../formats/block-file.ts';
import { openGeoPackage, quoteIdentifier, sourceError, sourceVersion } from './geopackage-file.ts';
import type { Field, GeoPackageTable, GeometryColumn } from './layer.ts';
import { buildSpatialIndex, findSpatialIndex, indexEnvelope, type SpatialIndex } from './spatial-index.ts';
import { makeWholeFile } from './whole-file.ts';

/** What kinds of geometry a table really holds, whatever it declares. */
export interface GeometrySurvey {
  /** In the layer's CRS, rounded outwards; null where no feature has a place. */
  readonly envelope: Envelope | null;
  /** WKB kinds without dimensions (1 point .. 7 collection, more for curves and surfaces) and how many of each. */
  readonly kinds: Readonly<Record<number, number>>;
  readonly hasZ: boolean;
  readonly hasM: boolean;
  readonly withoutGeometry: number;
  /** Bytes of all geometries. */
  readonly bytes: number;
  readonly index: SpatialIndex;
}

/** What the values of a field are like. */
export interface FieldSurvey {
  readonly nulls: number;
  /** Longest text or blob in bytes (UTF-8); 0 for numbers. */
  readonly longest: number;
  /** Bytes of all texts or blobs. */
  readonly bytes: number;
  /** Least and greatest number; null where there is none. */
  readonly least: number | null;
  readonly greatest: number | null;
  /** Code points beyond ASCII that its texts have, ascending; absent where nobody has looked. */
  readonly foreign?: readonly number[];
}

/** One scan of a table, kept beside the data until the file changes. */
export interface TableSurvey {
  readonly version: number;
  /** ISO 8601, UTC: when the file was last changed. */
  readonly modified: string;
  readonly featureCount: number;
  readonly geometry: GeometrySurvey | null;
  /** One for each field of the table, in order. */
  readonly fields: readonly FieldSurvey[];
  /** The ids with which blocks of equally many rows begin, in ascending order: what workers share out among them. */
  readonly blockStarts: readonly number[];
  readonly blockRows: number;
}

/** Bytes of rows and geometries that a block should have, and how many rows at the most and at the least. */
const blockBytes = 6_000_000;
const blockRowLimits = { least: 32, most: 8192 } as const;

/**
 * Surveys a table, or returns the survey kept in the cache folder where the file is still the same. The source is only
 * read; a spatial index that it lacks is built in the cache folder.
 *
 * @throws EngineError `source-unavailable` | `source-corrupt` | `disk-full`
 */
export function surveyTableHere(source: GeoPackageTable, cacheFolder: string): TableSurvey {
  const version = sourceVersion(source.path);
  const name = `${version.toString(16)}-${digestOf(`${source.path} ${source.table}`)}`;
  const path = join(cacheFolder, `${name}.survey.json`);
  const kept = readSurvey(path, version);
  if (kept !== null) return kept;
  withDiskErrors(cacheFolder, () => mkdirSync(cacheFolder, { recursive: true }));
  const survey = scan(source, version, join(cacheFolder, `${name}.index.sqlite`));
  makeWholeFile(path, (temporary) =>
    withDiskErrors(temporary, () => writeFileSync(temporary, JSON.stringify(survey))),
  );
  return survey;
}

/** Short enough for a file name whatever the table is called. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** The survey that was kept; null where there is none, or where what is kept is damaged and must be made anew. */
function readSurvey(path: string, version: number): TableSurvey | null {
  try {
    const survey = JSON.parse(readFileSync(path, 'utf8')) as TableSurvey;
    const isWhole = Array.isArray(survey.fields) && typeof survey.featureCount === 'number';
    const hasIndex = survey.geometry === null || existsSync(survey.geometry.index.path);
    return survey.version === version && isWhole && hasIndex ? survey : null;
  } catch {
    return null;
  }
}

function scan(source: GeoPackageTable, version: number, indexPath: string): TableSurvey {
  const database = openGeoPackage(source.path);
  try {
    const { featureCount, fields } = surveyFields(database, source);
    const geometry =
      source.geometry === null
        ? null
        : surveyGeometry(database, source, { column: source.geometry, indexPath });
    const modified = statSync(source.path).mtime.toISOString();
    const bytes =
      (geometry?.bytes ?? 0) +
      fields.reduce((sum, field) => sum + field.bytes, 0) +
      featureCount * 8 * fields.length;
    const wanted = Math.floor((blockBytes * Math.max(featureCount, 1)) / Math.max(bytes, 1));
    const blockRows = Math.min(Math.max(wanted, blockRowLimits.least), blockRowLimits.most);
    const blockStarts = findBlockStarts(database, source, blockRows);
    return { version, modified, featureCount, geometry, fields, blockStarts, blockRows };
  } catch (error) {
    throw sourceError(error, source.path);
  } finally {
    database.close();
  }
}

function findBlockStarts(database: Database.Database, source: GeoPackageTable, blockRows: number): number[] {
  const [fid, table] = [source.fidColumn, source.table].map(quoteIdentifier);
  const [count, least, greatest] = database
    .prepare(`SELECT count(*), min(${fid}), max(${fid}) FROM ${table}`)
    .raw()
    .get() as [number, number | null, number | null];
  if (least !== null && greatest !== null && greatest - least + 1 === count) {
    // Ids without gaps, as most layers have: no need to look at them.
    return Array.from({ length: Math.ceil(count / blockRows) }, (_, block) => least + block * blockRows);
  }
  return database
    .prepare<[number], number>(
      `SELECT id FROM (SELECT ${fid} AS id, row_number() OVER (ORDER BY ${fid}) AS n FROM ${table}) WHERE n % ? = 1`,
    )
    .pluck()
    .all(blockRows);
}

function surveyFields(
  database: Database.Database,
  source: GeoPackageTable,
): { featureCount: number; fields: FieldSurvey[] } {
  const fields: FieldSurvey[] = [];
  // SQLite has a limit on the columns of a result; a table may have two thousand.
  const batch = 100;
  let featureCount = 0;
  for (let first = 0; first === 0 || first < source.fields.length; first += batch) {
    const asked = source.fields.slice(first, first + batch);
    const expressions = ['count(*)', ...asked.flatMap(fieldExpressions)];
    const row = database
      .prepare<[], number[]>(`SELECT ${expressions.join(', ')} FROM ${quoteIdentifier(source.table)}`)
      .raw()
      .get() as (number | null)[];
    featureCount = row[0] ?? 0;
    for (const [index, field] of asked.entries()) {
      const [present, longest, bytes, least, greatest, characters] = row.slice(1 + index * 6, 7 + index * 6);
      const isAscii = (characters ?? 0) === (bytes ?? 0);
      fields.push({
        nulls: featureCount - (present ?? 0),
        longest: longest ?? 0,
        bytes: bytes ?? 0,
        least: least ?? null,
        greatest: greatest ?? null,
        ...(field.type === 'text' && {
          foreign: isAscii ? [] : foreignCharacters(database, source, field.name),
        }),
      });
    }
  }
  return { featureCount, fields };
}

function fieldExpressions(field: Field): string[] {
  const name = quoteIdentifier(field.name);
  const isSized =
    field.type === 'text' || field.type === 'blob' || field.type === 'date' || field.type === 'datetime';
  return [
    `count(${name})`,
    ...(isSized ? [`max(octet_length(${name}))`, `sum(octet_length(${name}))`] : ['0', '0']),
    ...(isSized ? ['NULL', 'NULL'] : [`min(CAST(${name} AS REAL))`, `max(CAST(${name} AS REAL))`]),
    field.type === 'text' ? `sum(length(${name}))` : 'NULL',
  ];
}

function foreignCharacters(database: Database.Database, source: GeoPackageTable, field: string): number[] {
  const [column, table] = [field, source.table].map(quoteIdentifier);
  const texts = database
    .prepare<[], unknown>(`SELECT ${column} FROM ${table} WHERE octet_length(${column}) <> length(${column})`)
    .pluck()
    .iterate();
  const found = new Set<number>();
  for (const text of texts) {
    if (typeof text !== 'string') continue;
    for (const character of text.match(beyondAscii) ?? []) found.add(character.codePointAt(0)!);
  }
  return [...found].toSorted((a, b) => a - b);
}

const beyondAscii = /[\u{80}-\u{10FFFF}]/gu;

/** Bytes of the envelope in a blob's header by its code (GeoPackage 1.3, table 5), as SQL over the flags' hex digit. */
const envelopeBytes = `CASE (instr('0123456789ABCDEF', substr(hex(substr(g, 4, 1)), 2, 1)) - 1) >> 1 & 7
  WHEN 0 THEN 0 WHEN 1 THEN 32 WHEN 2 THEN 48 WHEN 3 THEN 48 ELSE 64 END`;

function surveyGeometry(
  database: Database.Database,
  source: GeoPackageTable,
  { column, indexPath }: { column: GeometryColumn; indexPath: string },
): GeometrySurvey {
  const rows = countHeads(database, source, column);
  const kinds: Record<number, number> = {};
  let [hasZ, hasM, withoutGeometry, bytes] = [false, false, 0, 0];
  for (const [head, count, size] of rows) {
    bytes += size ?? 0;
    if (head === null || head.length < 10) {
      withoutGeometry += count;
      continue;
    }
    const type = wkbType(head);
    kinds[type.kind] = (kinds[type.kind] ?? 0) + count;
    hasZ ||= type.hasZ;
    hasM ||= type.hasM;
  }
  const index =
    findSpatialIndex(database, source, column) ?? buildSpatialIndex(database, source, { column, indexPath });
  return { envelope: indexEnvelope(index), kinds, hasZ, hasM, withoutGeometry, bytes, index };
}

/** First five bytes of the WKB as hex (null for no geometry), how many geometries have them, and their bytes. */
type HeadCount = [head: string | null, count: number, bytes: number | null];

/**
 * Counts the geometries by the first bytes of their WKB. Most layers have one kind: those like the first are counted
 * without sorting, which is most of the time that grouping takes.
 */
function countHeads(
  database: Database.Database,
  source: GeoPackageTable,
  column: GeometryColumn,
): HeadCount[] {
  const table = `(SELECT ${quoteIdentifier(column.name)} AS g FROM ${quoteIdentifier(source.table)})`;
  const head = `substr(g, 9 + ${envelopeBytes}, 5)`;
  const first = database
    .prepare<[], [Buffer, Buffer]>(
      `SELECT substr(g, 4, 1), ${head} FROM ${table} WHERE g IS NOT NULL LIMIT 1`,
    )
    .raw()
    .get() as [Buffer, Buffer] | undefined;
  const grouped = (condition: string, parameters: readonly unknown[]): HeadCount[] =>
    database
      .prepare(
        `SELECT hex(${head}), count(*), sum(octet_length(g)) FROM ${table} ${condition} GROUP BY ${head}`,
      )
      .raw()
      .all(...parameters) as HeadCount[];
  if (first === undefined || !first.every((bytes) => bytes instanceof Uint8Array)) return grouped('', []);
  const [flags, bytes] = first;
  const isAlike = `substr(g, 4, 1) = ? AND substr(g, ${1 + wkbStartOf(flags)}, 5) = ?`;
  const alike = database
    .prepare(`SELECT count(*), sum(octet_length(g)) FROM ${table} WHERE ${isAlike}`)
    .raw()
    .get(flags, bytes) as [number, number];
  return [[bytes.toString('hex'), ...alike], ...grouped(`WHERE (${isAlike}) IS NOT 1`, [flags, bytes])];
}

/** Where the WKB begins behind a header with such flags. */
function wkbStartOf(flags: Buffer): number {
  return 8 + ([0, 32, 48, 48, 64][((flags[0] ?? 0) >> 1) & 7] ?? 64);
}

/** The type in the first five bytes of a WKB geometry, written as hex. */
function wkbType(head: string): { kind: number; hasZ: boolean; hasM: boolean } {
  const bytes = Buffer.from(head, 'hex');
  const type = bytes[0] === 1 ? bytes.readUInt32LE(1) : bytes.readUInt32BE(1);
  const base = type & 0x0fffffff;
  return {
    kind: base % 1000,
    hasZ: (type & 0x80000000) !== 0 || (base >= 1000 && base < 2000) || base >= 3000,
    hasM: (type & 0x40000000) !== 0 || base >= 2000,
  };
}
