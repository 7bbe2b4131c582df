import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { EngineError } from '../engine-error.ts';
import type { AssembleOptions } from '../formats/block-format.ts';
import { fileGdbTypes } from '../formats/filegdb-column.ts';
import { type DefinedGeometry, readDefinition, type TableDefinition } from '../formats/filegdb-definition.ts';
import type { FileGdbRows } from '../formats/filegdb-encoder.ts';
import { flatGeobufColumns } from '../formats/flatgeobuf-column.ts';
import { flatGeobufHeader } from '../formats/flatgeobuf-header.ts';
import { LossLog } from '../formats/loss-log.ts';
import { runGdal } from '../gdal/run-gdal.ts';
import { conversionCommand, productPath, standardInput } from './conversion.ts';
import type { OgrRecipe } from './ogr-recipe.ts';
import type { ReadField } from './read-layers.ts';
import { streamSchema } from './stream-schema.ts';
import type { StreamShape } from './stream-shape.ts';

/** A geodatabase with an empty layer. */
export interface FileGdbTemplate {
  /** The layer's files, without their extensions. */
  readonly table: string;
  readonly definition: TableDefinition;
}

/** What a template is made of. */
export interface TemplateParts {
  readonly recipe: OgrRecipe;
  readonly shape: StreamShape;
  readonly options: AssembleOptions;
  /** What will be written into it. */
  readonly rows: FileGdbRows;
  readonly signal: AbortSignal;
}

/**
 * Lets GDAL make the geodatabase: its system tables, the CRS, the layer's fields and metadata are GDAL's, of an empty stream
 * with the layer's schema.
 *
 * @throws EngineError `gdal-failed` where this GDAL defines the layer otherwise than our rows are made
 */
export async function makeFileGdbTemplate(parts: TemplateParts): Promise<FileGdbTemplate> {
  const { recipe, shape, options, rows, signal } = parts;
  const set = shape.sets[0]!;
  const schema = streamSchema(shape, set, options.schema);
  const columns = flatGeobufColumns(schema, new LossLog());
  const source = standardInput;
  const command = conversionCommand({ recipe, shape, options, set, source, envelope: null, charset: null });
  await runGdal(command, {
    signal,
    temporaryFolder: options.pieceFolder,
    input: [flatGeobufHeader({ schema, columns, featureCount: 0, envelope: null })],
  });
  const table = lastTable(productPath(recipe, options));
  const definition = knownDefinition(`${table}.gdbtable`);
  const difference = differenceOf(definition, rows);
  if (difference === null) return { table, definition };
  throw unknownLayout(difference);
}

function knownDefinition(path: string): TableDefinition {
  try {
    return readDefinition(readFileSync(path));
  } catch (error) {
    if (error instanceof RangeError) throw unknownLayout(error.message);
    throw error;
  }
}

function unknownLayout(difference: string): EngineError {
  return new EngineError(
    'gdal-failed',
    `This machine's GDAL lays out a File Geodatabase as this version does not know it (${difference}). Choose another format, or another release of GDAL.`,
  );
}

/** The types as GDAL calls them where it reads fields. */
const readTypes: Readonly<Record<number, string>> = {
  [fileGdbTypes.int]: 'Integer',
  [fileGdbTypes.double]: 'Real',
  [fileGdbTypes.text]: 'String',
  [fileGdbTypes.date]: 'DateTime',
  [fileGdbTypes.binary]: 'Binary',
};

/** The attributes of a layer, as GDAL has named them and would read them. */
export function definedFields({ fields }: TableDefinition): ReadField[] {
  return fields.flatMap(({ name, type }) => {
    const readType = readTypes[type];
    return readType === undefined ? [] : [{ name, type: readType }];
  });
}

/** System tables have the first numbers, layers those behind them. */
function lastTable(geodatabase: string): string {
  const tables = readdirSync(geodatabase).filter((name) => /^a[0-9a-f]{8}\.gdbtable$/.test(name));
  return join(geodatabase, tables.toSorted().at(-1)!.replace('.gdbtable', ''));
}

/** Where a definition is not what rows are made for; null where it is. */
function differenceOf({ fields, geometry }: TableDefinition, rows: FileGdbRows): string | null {
  const inRows = fields.filter(({ type }) => type !== fileGdbTypes.objectId);
  const expected = [
    ...(rows.shape === null ? [] : [fileGdbTypes.geometry]),
    ...rows.columns.map(({ type }) => type),
  ];
  if (inRows.length !== expected.length) return `${inRows.length} fields for ${expected.length}`;
  const odd = inRows.find(({ type, isNullable }, index) => type !== expected[index] || !isNullable);
  if (odd !== undefined) return `field ${odd.name} of type ${odd.type}`;
  if (rows.shape === null) return null;
  return geometry === null || !hasGrid(geometry, rows.shape.grid) ? 'its grid of coordinates' : null;
}

function hasGrid({ plane, z, m }: DefinedGeometry, grid: NonNullable<FileGdbRows['shape']>['grid']): boolean {
  const [x, y, scale] = plane;
  const isPlane = x === grid.xOrigin && y === grid.yOrigin && scale === grid.xyScale;
  const isZ = z === null || (z[0] === grid.zOrigin && z[1] === grid.zScale);
  return isPlane && isZ && (m === null || (m[0] === grid.mOrigin && m[1] === grid.mScale));
}
