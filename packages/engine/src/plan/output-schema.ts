import type { Crs } from '../crs/crs.ts';
import { findCrs } from '../crs/crs.ts';
import { geometryKind } from '../features/geometry-array.ts';
import type { OutputGeometry, OutputSchema } from '../formats/output-schema.ts';
import type { GeoPackageTable, GeometryType } from '../source/layer.ts';
import type { GeometrySurvey, TableSurvey } from '../source/survey.ts';

type Family = 'POINT' | 'LINESTRING' | 'POLYGON';

const families: Readonly<Record<number, Family>> = {
  [geometryKind.point]: 'POINT',
  [geometryKind.multiPoint]: 'POINT',
  [geometryKind.line]: 'LINESTRING',
  [geometryKind.multiLine]: 'LINESTRING',
  [geometryKind.polygon]: 'POLYGON',
  [geometryKind.multiPolygon]: 'POLYGON',
};

/** What a plan knows of what will be written. */
export interface SchemaOptions {
  readonly title: string;
  readonly description: string;
  readonly name: string;
  /** The fields to keep, in this order; all where absent. All exist. */
  readonly fields?: readonly string[];
  /** The CRS to write in; null for a table, and where the source's is unknown. */
  readonly crs: string | null;
  /** Whether geometries may be cut: by the region or at the antimeridian. */
  readonly mayCut: boolean;
  /** Whether everything is written where it is: neither cropped nor projected. */
  readonly isAsItIs?: boolean;
  /** ISO 8601, UTC. */
  readonly modified: string;
}

/** The schema of what will be written for a table. */
export function outputSchema(
  source: GeoPackageTable,
  survey: TableSurvey,
  options: SchemaOptions,
): OutputSchema {
  const kept = options.fields ?? source.fields.map(({ name }) => name);
  const columns = kept.map((name) => source.fields.findIndex((field) => field.name === name));
  return {
    title: options.title,
    description: options.description,
    name: options.name,
    fidColumn: source.fidColumn,
    fields: columns.map((column) => source.fields[column]!),
    fieldSurveys: columns.map((column) => survey.fields[column]!),
    geometry: outputGeometry(source, survey.geometry, options),
    modified: options.modified,
  };
}

function outputGeometry(
  source: GeoPackageTable,
  survey: GeometrySurvey | null,
  { crs, mayCut, isAsItIs = false }: SchemaOptions,
): OutputGeometry | null {
  if (source.geometry === null || survey === null) return null;
  const kinds = Object.keys(survey.kinds).map(Number);
  const target: Crs | null = crs === null ? null : findCrs(crs);
  const type = outputType(source.geometry.type, kinds, mayCut);
  // A line or polygon that is cut may come as several.
  const widened = type.startsWith('MULTI')
    ? kinds.flatMap((kind) => (kind <= 3 ? [kind, kind + 3] : [kind]))
    : kinds;
  const isEmpty = kinds.length === 0;
  return {
    column: source.geometry.name,
    type,
    hasZ: isEmpty ? source.geometry.hasZ : survey.hasZ,
    hasM: isEmpty ? source.geometry.hasM : survey.hasM,
    crs: target,
    envelope: isAsItIs ? survey.envelope : null,
    kinds: [...new Set(widened)],
  };
}

/** The type that holds what is really there, and what a cut may make of it. */
export function outputType(declared: GeometryType, kinds: readonly number[], mayCut: boolean): GeometryType {
  if (kinds.length === 0) return declared;
  const found = new Set(kinds.map((kind) => families[kind] ?? 'GEOMETRY'));
  const [family] = found;
  if (kinds.every((kind) => kind === geometryKind.collection)) return 'GEOMETRYCOLLECTION';
  if (found.size > 1 || family === undefined || family === 'GEOMETRY') return 'GEOMETRY';
  const isMulti = kinds.some((kind) => kind > geometryKind.polygon) || declared === `MULTI${family}`;
  return isMulti || (mayCut && family !== 'POINT') ? `MULTI${family}` : family;
}
