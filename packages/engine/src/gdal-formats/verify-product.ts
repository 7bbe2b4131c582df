import type { FieldType } from '../source/layer.ts';
import type { AssembleOptions } from '../formats/block-format.ts';
import type { LossLog } from '../formats/loss-log.ts';
import { EngineError } from '../engine-error.ts';
import { layerName } from './conversion.ts';
import type { OgrRecipe } from './ogr-recipe.ts';
import { type ReadField, readFields, type ReadLayer, readLayers } from './read-layers.ts';
import type { StreamColumn } from './stream-column.ts';
import type { StreamSet, StreamShape } from './stream-shape.ts';

/** What a product should hold. */
export interface Expectation {
  readonly recipe: OgrRecipe;
  readonly shape: StreamShape;
  readonly options: AssembleOptions;
  readonly sets: readonly { readonly set: StreamSet; readonly count: number }[];
  readonly losses: LossLog;
  /** The product's fields, where they are known already. */
  readonly fields?: readonly ReadField[];
}

/**
 * Reads a product back with GDAL: every feature must be there, and what the format has made of the layer's schema goes
 * on record.
 *
 * @throws EngineError `gdal-failed` where features are missing
 */
export async function verifyProduct(product: string, expectation: Expectation): Promise<void> {
  const { recipe, shape, options, sets, losses } = expectation;
  // A file without a feature need not tell its schema.
  if (recipe.readBack === null || sets.every(({ count }) => count === 0)) return;
  const { pieceFolder, signal } = options;
  const reading = { drivers: [recipe.driver], args: recipe.readBack.args, folder: pieceFolder, signal };
  const [layers, fields] = await Promise.all([
    recipe.readBack.keepsCount ? readLayers(product, reading) : null,
    recipe.attributes === 'kept' && recipe.readBack.skipsFields !== true
      ? (expectation.fields ?? readFields(product, reading))
      : null,
  ]);
  const counted = recipe.readBack.count?.(product);
  for (const [index, { set, count }] of sets.entries()) {
    const layer = layers?.[index];
    const name = layerName(recipe, shape, { set, options });
    const isCounted = layers !== null || counted !== undefined;
    if (isCounted) checkCount(layer?.featureCount ?? counted, { count, name, recipe, losses });
    if (layer !== undefined) noteLayer(layer, { name, set, recipe, losses });
  }
  if (fields !== null) noteFields(fields, expectation);
}

function checkCount(
  found: number | undefined,
  { count, name, recipe, losses }: { count: number; name: string; recipe: OgrRecipe; losses: LossLog },
): void {
  const { leavesOut } = recipe.readBack ?? {};
  if (found !== undefined && found > 0 && found < count && leavesOut !== undefined) {
    losses.add('feature-dropped', `GDAL leaves ${leavesOut} out of a ${recipe.label}.`, {
      count: count - found,
    });
    return;
  }
  if (found === undefined || found < count) {
    throw new EngineError(
      'gdal-failed',
      `ogr2ogr has written ${found ?? 'no'} features of ${count} into ${recipe.label}, layer ${name}. Choose another format.`,
    );
  }
  if (found === count) return;
  const detail = `${recipe.label} has no multipoints and collections: their parts are features of their own.`;
  losses.add('geometry-split', detail, { count: found - count });
}

function noteLayer(
  layer: ReadLayer,
  { name, set, recipe, losses }: { name: string; set: StreamSet; recipe: OgrRecipe; losses: LossLog },
): void {
  if (layer.name !== name) {
    losses.add('layer-renamed', `The layer is called ${layer.name} in ${recipe.label}, not ${name}.`);
  }
  if (set.type === null || layer.type === null || layer.type === 'GEOMETRY' || layer.type === set.type)
    return;
  losses.add(
    'geometry-type-changed',
    `${recipe.label} has ${layer.type} where the layer has ${set.type}: single shapes are multi shapes of one part.`,
  );
}

function noteFields(read: readonly ReadField[], { recipe, shape, losses }: Expectation): void {
  const columns = shape.columns.filter(({ role }) => role === 'attribute');
  const found = pairFields(columns, read, recipe.readBack?.ownFields ?? []);
  for (const [index, column] of columns.entries()) {
    const field = column.field ?? column.name;
    const kept = found[index];
    if (kept === undefined) {
      losses.add('field-dropped', `${recipe.label} does not have ${field}.`, { field });
      continue;
    }
    if (kept.name !== column.name) {
      const detail = `${field} is called ${kept.name}, as ${recipe.label} wants names.`;
      losses.add('field-renamed', detail, { field });
    }
    noteType(kept, column, { recipe, losses, field });
  }
}

/** For each column the field of its name; else, in order, one of those that are left: it has been renamed. */
function pairFields(
  columns: readonly StreamColumn[],
  read: readonly ReadField[],
  ownFields: readonly string[],
): (ReadField | undefined)[] {
  const byName = new Map(read.map((field) => [field.name, field]));
  const named = new Set(columns.map(({ name }) => name));
  // A source may have a field of a name that the driver gives to one of its own: a GML's `gml_id`.
  const renamed = read.filter(({ name }) => !named.has(name) && !ownFields.includes(name)).values();
  return columns.map(({ name }) => byName.get(name) ?? renamed.next().value);
}

/** The types that GDAL reads a field's values as without a change, by its names in a `.csvt`. */
const sameTypes: Readonly<Record<FieldType, readonly string[]>> = {
  boolean: ['Integer(Boolean)'],
  integer: ['Integer', 'Integer64', 'Integer(Int16)'],
  integer64: ['Integer64', 'Integer'],
  real: ['Real', 'Real(Float32)'],
  text: ['String'],
  date: ['Date'],
  datetime: ['DateTime'],
  blob: ['Binary'],
};

function noteType(
  { type }: ReadField,
  column: StreamColumn,
  { recipe, losses, field }: { recipe: OgrRecipe; losses: LossLog; field: string },
): void {
  if (sameTypes[column.type].includes(type)) return;
  losses.add('field-retyped', `${field} is ${type} in ${recipe.label}, not ${column.type}.`, {
    field,
    count: 0,
  });
}
