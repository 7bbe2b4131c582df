import { FeatureCropper } from '../crop/feature-cropper.ts';
import { Geos } from '../crop/geos.ts';
import { RegionIndex } from '../crop/region-index.ts';
import type { FeatureBatch } from '../features/feature-batch.ts';
import { isMisplaced } from '../features/geometry-array.ts';
import { selectRows } from '../features/select-rows.ts';
import type { BlockEncoder, BlockFormat } from '../formats/block-format.ts';
import { loadBlockFormat } from '../formats/direct-formats.ts';
import { LossLog } from '../formats/loss-log.ts';
import { FeatureReader } from '../source/feature-reader.ts';
import type { BlockCounts, BlockTask, ItemSetup, ProcessedBlock } from './block-task.ts';
import { createReprojector, type Reprojector } from './reprojection.ts';

const flattenedDetail =
  'Collections inside collections, and multi geometries inside them, are written as their parts.';

/** The pipeline of one item in one thread: read, crop, reproject, encode, a block at a time. */
export class BlockProcessor implements Disposable {
  readonly #reader: FeatureReader;
  /** Of this processor, to be disposed of with it; null where there is none, or it is the caller's. */
  readonly #ownRegion: RegionIndex | null;
  readonly #cropper: FeatureCropper | null;
  readonly #reprojector: Reprojector | null;
  readonly #encoder: BlockEncoder<unknown>;

  private constructor(setup: ItemSetup, { geos, format, reprojector, shared }: ProcessorParts) {
    const { fields } = setup.encode.schema;
    this.#reader = FeatureReader.open(setup.source, { fields, ...dimensionsOf(setup) });
    const region =
      shared ?? (setup.crop === null || geos === null ? null : new RegionIndex(geos, setup.crop.shape));
    this.#ownRegion = region === shared ? null : region;
    const { builder } = this.#reader;
    this.#cropper =
      region === null || builder === null || setup.crop === null || geos === null
        ? null
        : new FeatureCropper(geos, region, { mode: setup.crop.mode, target: builder });
    this.#reprojector = reprojector;
    this.#encoder = format.createEncoder(setup.encode);
  }

  /** @param shared the index of `setup.crop`, where the caller has it: it stays the caller's */
  static async create(setup: ItemSetup, shared: RegionIndex | null = null): Promise<BlockProcessor> {
    const { crop, reprojection, mimetype } = setup;
    return new BlockProcessor(setup, {
      geos: crop === null ? null : await Geos.load(),
      format: await loadBlockFormat(mimetype),
      reprojector: reprojection === null ? null : await createReprojector(reprojection, dimensionsOf(setup)),
      shared,
    });
  }

  [Symbol.dispose](): void {
    this.#ownRegion?.[Symbol.dispose]();
    this.#reader[Symbol.dispose]();
  }

  /** Processes a block; `transfer` is the memory of its pieces that may go over rather than be copied. */
  async process(task: BlockTask): Promise<{ block: ProcessedBlock; transfer: ArrayBuffer[] }> {
    const losses = new LossLog();
    const pieces: unknown[] = [];
    const transfer: ArrayBuffer[] = [];
    const before = this.#cropCounts();
    const cutBefore = this.#reprojector?.cutAtSeam ?? 0;
    let [read, written] = [0, 0];
    for (const batch of this.#batches(task)) {
      read += batch.length;
      const placed = dropMisplaced((await this.#reprojector?.apply(batch)) ?? batch);
      written += placed.length;
      const encoded = this.#encoder.encode(placed, losses);
      pieces.push(encoded.piece);
      transfer.push(...encoded.transfer);
    }
    const mistyped = [...this.#reader.mistyped];
    this.#reader.mistyped.clear();
    if (this.#reader.flattened > 0) {
      losses.add('geometry-flattened', flattenedDetail, { count: this.#reader.flattened });
      this.#reader.flattened = 0;
    }
    const after = this.#cropCounts();
    const counts: BlockCounts = {
      seen: 'ids' in task ? task.ids.length : read,
      written,
      whole: this.#cropper === null ? read : after.whole - before.whole,
      clipped: after.clipped - before.clipped,
      crumbs: after.crumbs - before.crumbs,
      repaired: after.repaired - before.repaired,
      notProjectable: read - written,
      cutAtSeam: (this.#reprojector?.cutAtSeam ?? 0) - cutBefore,
    };
    return { block: { pieces, counts, losses: losses.entries(), mistyped }, transfer };
  }

  #batches(task: BlockTask): Generator<FeatureBatch> {
    if (!('ids' in task)) return this.#reader.readRange(task.from, task.before);
    return this.#reader.readSelected(task.ids, (mark) => this.#cropper?.crop(mark) ?? true);
  }

  #cropCounts(): { whole: number; clipped: number; crumbs: number; repaired: number } {
    return { ...(this.#cropper?.counts ?? { whole: 0, clipped: 0, crumbs: 0, repaired: 0 }) };
  }
}

interface ProcessorParts {
  /** Null where nothing is cropped. */
  readonly geos: Geos | null;
  readonly format: BlockFormat<unknown>;
  readonly reprojector: Reprojector | null;
  readonly shared: RegionIndex | null;
}

function dimensionsOf({ encode }: ItemSetup): { hasZ: boolean; hasM: boolean } {
  const { geometry } = encode.schema;
  return { hasZ: geometry?.hasZ === true, hasM: geometry?.hasM === true };
}

/** Features that the coordinate operation could not place are left out, and counted. */
function dropMisplaced(batch: FeatureBatch): FeatureBatch {
  const { geometry } = batch;
  if (geometry === null) return batch;
  const kept: number[] = [];
  for (let row = 0; row < batch.length; row++) if (!isMisplaced(geometry, row)) kept.push(row);
  return kept.length === batch.length ? batch : selectRows(batch, kept);
}
