import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { withDiskErrors } from '../formats/block-file.ts';
import type { AssembleOptions } from '../formats/block-format.ts';
import type { GdalCommand } from '../gdal/gdal-command.ts';
import type { OgrCall, OgrRecipe } from './ogr-recipe.ts';
import { hasDaysOnly, isNamedInStream } from './stream-column.ts';
import type { StreamSet, StreamShape } from './stream-shape.ts';
import { streamVrt } from './stream-vrt.ts';

/** The drivers that our own streams are read with. */
const streamDrivers = ['OGR_VRT', 'FlatGeobuf'] as const;
/** GDAL's name of what it reads on stdin. */
export const standardInput = '/vsistdin/';

/** One call of `ogr2ogr`: a set of features becomes a layer of the product. */
export interface Conversion {
  readonly recipe: OgrRecipe;
  readonly shape: StreamShape;
  readonly options: AssembleOptions;
  readonly set: StreamSet;
  /** `/vsistdin/`, or the file that the set waits in. */
  readonly source: string;
  readonly envelope: OgrCall['envelope'];
  readonly charset: string | null;
}

/** The product's path: a file, or a folder for a File Geodatabase. */
export function productPath({ extension }: OgrRecipe, { folder, schema }: AssembleOptions): string {
  return join(folder, `${schema.name}.${extension}`);
}

/** The layer's name for a set: with the family behind it where there are several. */
export function layerName(
  recipe: OgrRecipe,
  { sets }: StreamShape,
  { set, options }: { set: StreamSet; options: AssembleOptions },
): string {
  const name = recipe.layerName(options.schema);
  return sets.length === 1 ? name : `${name}_${set.family}`;
}

/** Writes the conversion's `.vrt`, where it needs one, and makes the command that reads it. */
export function conversionCommand(conversion: Conversion): GdalCommand {
  const { recipe, shape, options, set, source, envelope, charset } = conversion;
  const { schema, color, pieceFolder } = options;
  const layer = layerName(recipe, shape, conversion);
  const isNamed = isNamedInStream(shape.columns);
  const vrt = join(pieceFolder, `${set.family}.vrt`);
  const { hasZ = false, hasM = false } = schema.geometry ?? {};
  const stream = { source, layer, columns: shape.columns, type: set.type, hasZ, hasM };
  if (!isNamed) withDiskErrors(vrt, () => writeFileSync(vrt, streamVrt(stream, schema)));
  const isFirst = set === shape.sets[0];
  const call: OgrCall = { schema, columns: shape.columns, envelope, charset, color };
  const product = productPath(recipe, options);
  return {
    program: 'ogr2ogr',
    outputFolder: dirname(product),
    drivers: [...streamDrivers, recipe.driver],
    args: [
      '-f',
      recipe.driver,
      ...(isFirst ? [] : ['-update']),
      ...recipe.args(call),
      ...(isNamed && hasDaysOnly(shape.columns) ? ['-mapFieldType', 'DateTime=Date'] : []),
      '-nln',
      layer,
      basename(product),
      isNamed ? source : vrt,
      ...(set.type === null ? ['-nlt', 'NONE'] : []),
    ],
  };
}
