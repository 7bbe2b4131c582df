import type { AssembleOptions } from '../formats/block-format.ts';
import { noteRounding } from '../formats/coordinate-decimals.ts';
import type { LossLog } from '../formats/loss-log.ts';
import { EngineError } from '../engine-error.ts';
import type { Field } from '../source/layer.ts';
import type { OgrRecipe } from './ogr-recipe.ts';
import type { StreamShape } from './stream-shape.ts';

/**
 * Puts on record what a format cannot hold of a schema, whatever the features are.
 *
 * @throws EngineError `format-limit` where it cannot hold so many fields
 */
export function noteRecipeLosses(
  recipe: OgrRecipe,
  { shape, options, losses }: { shape: StreamShape; options: AssembleOptions; losses: LossLog },
): void {
  const { label } = recipe;
  const { fields, geometry } = options.schema;
  if (shape.columns.length > (recipe.maxFields ?? Infinity)) {
    throw new EngineError(
      'format-limit',
      `${label} has at most ${recipe.maxFields} fields; these would be ${shape.columns.length}. Choose fewer fields, or another format.`,
    );
  }
  noteFields(recipe, { shape, fields, losses });
  if (geometry === null) return;
  if (geometry.hasZ && !recipe.hasZ) losses.add('z-dropped', `${label} has no Z values; they are left out.`);
  const keepsM = recipe.hasM || recipe.geometry === 'as-text';
  if (geometry.hasM && !keepsM) losses.add('m-dropped', `${label} has no M values; they are left out.`);
  if (shape.sets.length > 1) {
    const detail = `${label} has one kind of shape in a layer: it is written as ${shape.sets.length} layers.`;
    losses.add('layer-split', detail);
  }
  if (recipe.geometry !== 'as-text') return;
  if (options.includeGeometryField) noteRounding(options, losses);
  else losses.add('geometry-dropped', 'The geometry column was not asked for.');
}

function noteFields(
  { label, realDigits, attributes, asTexts }: OgrRecipe,
  { shape, fields, losses }: { shape: StreamShape; fields: readonly Field[]; losses: LossLog },
): void {
  for (const { name, field, type } of shape.columns) {
    if (field === null) continue;
    if (field !== name) {
      losses.add('field-renamed', `${field} is called ${name}, as ${label} wants names.`, { field });
    }
    if (type === 'real' && realDigits !== undefined) {
      const detail = `${label} gets ${realDigits} digits of a number, of the 17 that some have.`;
      losses.add('value-rounded', detail, { field, count: 0 });
    }
    if (asTexts.includes(type)) {
      losses.add('field-retyped', `${field} is text in ${label}.`, { field, count: 0 });
    }
  }
  if (attributes === 'kept') return;
  for (const { name } of fields) {
    losses.add('field-dropped', `${label} holds shapes only: ${name} is left out.`, { field: name });
  }
}
