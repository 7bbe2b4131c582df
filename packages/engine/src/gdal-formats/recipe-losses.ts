import type { AssembleOptions } from '../formats/block-format.ts';
import { noteRounding } from '../formats/coordinate-decimals.ts';
import type { LossLog } from '../formats/loss-log.ts';
import { EngineError } from '../engine-error.ts';
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
  for (const { name, field } of shape.columns) {
    if (field === null || field === name) continue;
    losses.add('field-renamed', `${field} is called ${name}, as ${label} wants names.`, { field });
  }
  const { realDigits } = recipe;
  for (const { type, field } of shape.columns) {
    if (realDigits === undefined || type !== 'real' || field === null) continue;
    const detail = `${label} gets ${realDigits} digits of a number, of the 17 that some have.`;
    losses.add('value-rounded', detail, { field, count: 0 });
  }
  if (recipe.attributes === 'dropped') {
    for (const { name } of fields) {
      losses.add('field-dropped', `${label} holds shapes only: ${name} is left out.`, { field: name });
    }
  }
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
