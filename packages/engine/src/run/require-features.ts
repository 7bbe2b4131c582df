import { EngineError } from '../engine-error.ts';
import type { BlockCounts } from './block-task.ts';

/** The item whose features were looked at. */
export interface EmptyItem {
  readonly title: string;
  /** `EPSG:n` of the export. */
  readonly crs: string | null;
  readonly isCropped: boolean;
}

/**
 * Refuses a layer of which nothing is left: an archive without a feature is never what was meant. A layer that has none to begin
 * with is exported as it is.
 *
 * @throws EngineError `crs-operation` where features would be there but for the CRS, `invalid-request` where none is in the region
 */
export function requireFeatures(
  tally: Pick<BlockCounts, 'written' | 'notProjectable'>,
  item: EmptyItem,
): void {
  if (tally.written > 0) return;
  const { title, crs, isCropped } = item;
  if (tally.notProjectable > 0) {
    const which = isCropped ? ' inside the extent' : '';
    throw new EngineError(
      'crs-operation',
      `No feature of ${title}${which} has a place in ${crs}: ${tally.notProjectable} would be left out. Choose another CRS, or remove the layer.`,
    );
  }
  if (isCropped) throw new EngineError('invalid-request', `${title} has no data inside the extent.`);
}
