import { FeatureCropper } from '../crop/feature-cropper.ts';
import { Geos } from '../crop/geos.ts';
import { RegionIndex } from '../crop/region-index.ts';
import type { GeometryBuilder } from '../features/geometry-builder.ts';
import type { ItemSetup } from './block-task.ts';

/** The cropper of a builder's features, disposed of with its index. */
export interface BlockCrop extends Disposable {
  readonly cropper: FeatureCropper;
}

/** GEOS takes longer to start than a block to crop. */
export async function loadGeos(): Promise<void> {
  await Geos.load();
}

/** Makes the cropper of a block's features. */
export async function createBlockCrop(
  { shape, mode }: NonNullable<ItemSetup['crop']>,
  target: GeometryBuilder,
): Promise<BlockCrop> {
  const geos = await Geos.load();
  const index = new RegionIndex(geos, shape);
  return {
    cropper: new FeatureCropper(geos, index, { mode, target }),
    [Symbol.dispose]: () => index[Symbol.dispose](),
  };
}
