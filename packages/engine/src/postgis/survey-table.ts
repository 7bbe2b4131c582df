import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type pg from 'pg';

import type { Envelope } from '../features/geometry-array.ts';
import { withDiskErrors } from '../formats/block-file.ts';
import { roundDown, roundUp } from '../formats/packed-rtree.ts';
import type { FieldSurvey, GeometrySurvey } from '../source/survey.ts';
import { makeWholeFile } from '../source/whole-file.ts';
import { describePostgisTable } from './describe-table.ts';
import { connectPostgis, postgisError } from './postgis-connection.ts';
import { type PostgisField, type PostgisTable, quotedTable, quoteName } from './postgis-table.ts';

/** One scan of a table, kept until its data change. Candidates for a region are asked of the database instead. */
export interface PostgisSurvey {
  readonly version: number;
  /** ISO 8601, UTC: when this state of the data was first seen. PostgreSQL does not keep when it came about. */
  readonly modified: string;
  readonly featureCount: number;
  readonly geometry: Omit<GeometrySurvey, 'index'> | null;
  readonly fields: readonly FieldSurvey[];
}

/** Fields that are asked for in one query. */
const fieldsAtOnce = 50;

/**
 * Surveys a table, or returns the survey kept in the cache folder where the data are still the same.
 *
 * @throws EngineError `source-unavailable` | `disk-full`
 */
export async function surveyPostgisTable(source: PostgisTable, cacheFolder: string): Promise<PostgisSurvey> {
  const { connection, schema, relation } = source;
  const { version } = await describePostgisTable({ connection, table: `${schema}.${relation}` });
  const digest = createHash('sha256')
    .update(JSON.stringify([connection, schema, relation]))
    .digest('hex');
  const path = join(cacheFolder, `postgis-${digest.slice(0, 32)}.survey.json`);
  const kept = readKept(path, version);
  if (kept !== null) return kept;
  const survey = await scan(source, version);
  withDiskErrors(cacheFolder, () => mkdirSync(cacheFolder, { recursive: true }));
  makeWholeFile(path, (temporary) =>
    withDiskErrors(temporary, () => writeFileSync(temporary, JSON.stringify(survey))),
  );
  return survey;
}

function readKept(path: string, version: number): PostgisSurvey | null {
  try {
    const survey = JSON.parse(readFileSync(path, 'utf8')) as PostgisSurvey;
    return survey.version === version && Array.isArray(survey.fields) ? survey : null;
  } catch {
    return null;
  }
}

async function scan(source: PostgisTable, version: number): Promise<PostgisSurvey> {
  await using held = await connectPostgis(source.connection);
  try {
    const { featureCount, fields } = await surveyFields(held.client, source);
    const geometry = source.geometry === null ? null : await surveyGeometry(held.client, source);
    return { version, modified: new Date().toISOString(), featureCount, geometry, fields };
  } catch (error) {
    throw postgisError(error);
  }
}

async function surveyFields(
  client: pg.Client,
  source: PostgisTable,
): Promise<{ featureCount: number; fields: FieldSurvey[] }> {
  const fields: FieldSurvey[] = [];
  let featureCount = 0;
  for (let first = 0; first === 0 || first < source.fields.length; first += fieldsAtOnce) {
    const asked = source.fields.slice(first, first + fieldsAtOnce);
    const columns = ['count(*)', ...asked.flatMap(aggregates)].map((sql, index) => `${sql} AS c${index}`);
    const { rows } = await client.query<Record<string, string | number | null>>(
      `SELECT ${columns.join(', ')} FROM ${quotedTable(source)}`,
    );
    const value = (index: number): number | null => {
      const found = rows[0]?.[`c${index}`] ?? null;
      return found === null ? null : Number(found);
    };
    featureCount = value(0) ?? 0;
    for (let index = 0; index < asked.length; index++) {
      const at = 1 + index * 5;
      fields.push({
        nulls: featureCount - (value(at) ?? 0),
        longest: value(at + 1) ?? 0,
        bytes: value(at + 2) ?? 0,
        least: value(at + 3),
        greatest: value(at + 4),
      });
    }
  }
  return { featureCount, fields };
}

/** What there is, longest, all bytes, least and greatest: as the survey of a GeoPackage has them. */
function aggregates({ name, type }: PostgisField): string[] {
  const column = quoteName(name);
  const isNumber = type === 'boolean' || type === 'integer' || type === 'integer64' || type === 'real';
  if (isNumber) {
    const number = type === 'boolean' ? `${column}::int` : `${column}::float8`;
    // Not a number is more than any number to PostgreSQL.
    const finite = `nullif(nullif(nullif(${number}, 'NaN'), 'Infinity'), '-Infinity')`;
    const ordered = type === 'real' ? finite : number;
    return [`count(${column})`, '0', '0', `min(${ordered})`, `max(${ordered})`];
  }
  const size = type === 'blob' ? `octet_length(${column})` : `octet_length(${column}::text)`;
  return [`count(${column})`, `max(${size})`, `sum(${size})`, 'NULL', 'NULL'];
}

/** WKB's numbers of the kinds, by PostGIS' names of them. */
const kindNumbers: Readonly<Record<string, number>> = {
  POINT: 1,
  LINESTRING: 2,
  POLYGON: 3,
  MULTIPOINT: 4,
  MULTILINESTRING: 5,
  MULTIPOLYGON: 6,
  GEOMETRYCOLLECTION: 7,
  // Curves are asked for as lines.
  CIRCULARSTRING: 2,
  COMPOUNDCURVE: 2,
  CURVEPOLYGON: 3,
  MULTICURVE: 5,
  MULTISURFACE: 6,
};

interface KindRow {
  readonly kind: string | null;
  /** 0 neither, 1 M, 2 Z, 3 both. */
  readonly dimensions: number | null;
  readonly count: string;
  readonly bytes: string | null;
  readonly min_x: number | null;
  readonly min_y: number | null;
  readonly max_x: number | null;
  readonly max_y: number | null;
}

async function surveyGeometry(
  client: pg.Client,
  source: PostgisTable,
): Promise<Omit<GeometrySurvey, 'index'>> {
  const column = quoteName(source.geometry?.name ?? '');
  const { rows } = await client.query<KindRow>(
    `SELECT GeometryType(${column}) AS kind, ST_Zmflag(${column}) AS dimensions, count(*) AS count,
       sum(ST_NPoints(${column}) * 8 * ST_NDims(${column}) + 57) AS bytes, min(ST_XMin(${column})) AS min_x,
       min(ST_YMin(${column})) AS min_y, max(ST_XMax(${column})) AS max_x, max(ST_YMax(${column})) AS max_y
     FROM ${quotedTable(source)} GROUP BY 1, 2`,
  );
  const kinds: Record<number, number> = {};
  let [hasZ, hasM, withoutGeometry, bytes] = [false, false, 0, 0];
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const row of rows) {
    if (row.kind === null) {
      withoutGeometry += Number(row.count);
      continue;
    }
    const kind = kindNumbers[row.kind.replace(/M$/, '')] ?? 15;
    kinds[kind] = (kinds[kind] ?? 0) + Number(row.count);
    hasZ ||= ((row.dimensions ?? 0) & 2) !== 0;
    hasM ||= ((row.dimensions ?? 0) & 1) !== 0;
    bytes += Number(row.bytes ?? 0);
    box[0] = Math.min(box[0], row.min_x ?? Infinity);
    box[1] = Math.min(box[1], row.min_y ?? Infinity);
    box[2] = Math.max(box[2], row.max_x ?? -Infinity);
    box[3] = Math.max(box[3], row.max_y ?? -Infinity);
  }
  // As an R-tree keeps it, so that a table and a GeoPackage of the same features are cut alike.
  const envelope: Envelope | null = Number.isFinite(box[0])
    ? [roundDown(box[0]), roundDown(box[1]), roundUp(box[2]), roundUp(box[3])]
    : null;
  return { envelope, kinds, hasZ, hasM, withoutGeometry, bytes };
}
