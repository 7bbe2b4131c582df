import type { LossLog } from '../formats/loss-log.ts';
import type { RasterPiece, RasterPlan } from './raster-plan.ts';
import { isPaletted, type RasterBand, type RasterTile, valueBands } from './raster-tile.ts';

/** A tile and what was made of it, both as GDAL describes them. */
export interface WrittenTile {
  readonly plan: RasterPlan;
  readonly piece: RasterPiece;
  readonly written: RasterTile;
}

/** Notes what an output does not say any more, by comparison of what was read with what was written. */
export function noteLosses(losses: LossLog, { plan, piece, written }: WrittenTile): void {
  const source = piece.tiles[0]!;
  noteValues(losses, { plan, source, written });
  if (isPaletted(source) && !isPaletted(written)) {
    losses.add(
      'colour-table-expanded',
      'The format has no colour table: its colours are written as red, green and blue.',
    );
  }
  if (source.hasAttributeTable && !written.hasAttributeTable) {
    losses.add('attribute-table-lost', 'The format does not hold the raster attribute table.');
  }
  noteVoids(losses, { plan, source, written });
  noteBandTexts(losses, valueBands(source), valueBands(written));
}

function noteValues(
  losses: LossLog,
  { plan, source, written }: Omit<WrittenTile, 'piece'> & { source: RasterTile },
): void {
  if (plan.scalesToBytes) {
    const types = [...new Set(source.bands.map(({ type }) => type))].join(', ');
    losses.add(
      'values-scaled',
      `Values (${types}) are scaled to 0 to 255, from the least to the greatest of the layer.`,
    );
  } else if (!plan.format.isLossless) {
    losses.add(
      'values-approximate',
      'The format compresses with loss: values are near those of the source, not equal.',
    );
  }
  const [before, after] = [source, written].map((tile) => tile.bands[0]!.type);
  if (before !== after && !plan.scalesToBytes) {
    losses.add('value-type-changed', `Values are of type ${after}; they are ${before} in the source.`);
  }
}

function noteVoids(
  losses: LossLog,
  { plan, source, written }: Omit<WrittenTile, 'piece'> & { source: RasterTile },
): void {
  const { voids } = plan;
  if (voids.how === 'nothing') {
    losses.add(
      'no-data-unmarked',
      'The format cannot say which pixels are none: they are 0, as others may be.',
    );
  }
  if (voids.how === 'nodata' && voids.isNew) {
    losses.add(
      'no-data-value-added',
      `Pixels without data are ${voids.value}, which the source does not use for that.`,
    );
  }
  const hadNodata = source.bands.some(({ nodata }) => nodata !== null);
  const hasNodata = written.bands.some(({ nodata }) => nodata !== null);
  if (hadNodata && !hasNodata) {
    const how =
      voids.how === 'alpha'
        ? ' Such pixels are transparent.'
        : voids.how === 'mask'
          ? ' Such pixels are masked.'
          : '';
    losses.add('no-data-value-lost', `The format does not hold the value for pixels without data.${how}`);
  }
}

const texts: readonly (readonly [string, (band: RasterBand) => boolean])[] = [
  ['band-descriptions', ({ description }) => description !== ''],
  ['units', ({ unit }) => unit !== ''],
  ['categories', ({ hasCategories }) => hasCategories],
  ['scale-and-offset', ({ hasScale }) => hasScale],
];

function noteBandTexts(losses: LossLog, before: readonly RasterBand[], after: readonly RasterBand[]): void {
  for (const [what, isThere] of texts) {
    if (!before.some(isThere) || after.some(isThere)) continue;
    losses.add(`${what}-lost`, `The format does not hold the bands' ${what.replaceAll('-', ' ')}.`);
  }
}
