import type { FeatureBatch } from '../features/feature-batch.ts';
import { isMisplaced } from '../features/geometry-array.ts';
import { selectRows } from '../features/select-rows.ts';
import type { BlockEncoder } from '../formats/block-format.ts';
import { loadBlockFormat } from '../formats/direct-formats.ts';
import { LossLog } from '../formats/loss-log.ts';
import { FeatureReader } from '../source/feature-reader.ts';
import type { BlockCrop } from './block-crop.ts';
import type { BlockCounts, BlockTask, ItemSetup, ProcessedBlock } from './block-task.ts';
import type { ExpectedWork } from './worker-team.ts';
import { createReprojector, type Reprojector } from './reprojection.ts';

const flattenedDetail =
  'Collections inside collections, and multi geometries inside them, are written as their parts.';

/** The pipeline of one item in one thread: read, crop, reproject, encode, a block at a time. */
export class BlockProcessor implements Disposable {
  readonly #reader: FeatureReader;
  readonly #crop: BlockCrop | null;
  readonly #reprojector: Reprojector | null;
  readonly #encoder: BlockEncoder<unknown>;

  private constructor({ reader, crop, reprojector, encoder }: ProcessorParts) {
    this.#reader = reader;
    this.#crop = crop;
    this.#reprojector = reprojector;
    this.#encoder = encoder;
  }

  /** Loads what such work needs, while nobody waits for it. */
  static async expect({ mimetypes, isCropped }: ExpectedWork): Promise<void> {
    for (const mimetype of mimetypes) await loadBlockFormat(mimetype);
    if (isCropped) await (await loadBlockCrop()).loadGeos();
  }

  static async create(setup: ItemSetup): Promise<BlockProcessor> {
    const { crop, reprojection, mimetype, encode } = setup;
    const format = await loadBlockFormat(mimetype);
    const reprojector =
      reprojection === null ? null : await createReprojector(reprojection, dimensionsOf(setup));
    const { fields } = encode.schema;
    const reader = FeatureReader.open(setup.source, { fields, ...dimensionsOf(setup) });
    const { builder } = reader;
    return new BlockProcessor({
      reader,
      crop:
        crop === null || builder === null
          ? null
          : await (await loadBlockCrop()).createBlockCrop(crop, builder),
      reprojector,
      encoder: format.createEncoder(encode),
    });
  }

  [Symbol.dispose](): void {
    this.#crop?.[Symbol.dispose]();
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
    noteGeometryChanges(this.#reader, losses);
    const after = this.#cropCounts();
    const counts: BlockCounts = {
      seen: 'ids' in task ? task.ids.length : read,
      written,
      whole: this.#crop === null ? read : after.whole - before.whole,
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
    return this.#reader.readSelected(task.ids, (mark) => this.#crop?.cropper.crop(mark) ?? true);
  }

  #cropCounts(): { whole: number; clipped: number; crumbs: number; repaired: number } {
    return { ...(this.#crop?.cropper.counts ?? { whole: 0, clipped: 0, crumbs: 0, repaired: 0 }) };
  }
}

/** Tells what the reader has made of geometries since it was last asked. */
function noteGeometryChanges(reader: FeatureReader, losses: LossLog): void {
  const { flattened, lackingZ, lackingM } = reader;
  if (flattened > 0) losses.add('geometry-flattened', flattenedDetail, { count: flattened });
  if (lackingZ > 0)
    losses.add('z-added', 'Positions without a Z are given 0, as others of the layer have one.', {
      count: lackingZ,
    });
  if (lackingM > 0)
    losses.add('m-added', 'Positions without an M are given none, as others of the layer have one.', {
      count: lackingM,
    });
  [reader.flattened, reader.lackingZ, reader.lackingM] = [0, 0, 0];
}

/** What cuts is loaded only where something is cut: each thread would wait for it. */
const loadBlockCrop = () => import('./block-crop.ts');

interface ProcessorParts {
  readonly reader: FeatureReader;
  /** Null where nothing is cropped. */
  readonly crop: BlockCrop | null;
  readonly reprojector: Reprojector | null;
  readonly encoder: BlockEncoder<unknown>;
}

function dimensionsOf({ encode }: ItemSetup): { hasZ: boolean; hasM: boolean } {
  const { geometry } = encode.schema;
  return { hasZ: geometry?.hasZ === true, hasM: geometry?.hasM === true };
}

/** Features that the coordinate operation could not place are left out, and counted. */
function dropMisplaced(batch: FeatureBatch): FeatureBatch {
  const { geometry } = batch;
  if (geometry === null) return batch;
  let first = 0;
  while (first < batch.length && !isMisplaced(geometry, first)) first += 1;
  if (first === batch.length) return batch;
  const kept = Array.from({ length: first }, (_, row) => row);
  for (let row = first + 1; row < batch.length; row++) if (!isMisplaced(geometry, row)) kept.push(row);
  return selectRows(batch, kept);
}
