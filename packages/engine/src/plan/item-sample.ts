import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { type Size, zippedSize } from '../archive/zipped-size.ts';
import { diskError, withDiskErrors } from '../formats/block-file.ts';
import { loadBlockFormat } from '../formats/direct-formats.ts';
import { LossLog } from '../formats/loss-log.ts';
import { BlockProcessor } from '../run/block-processor.ts';
import type { ItemSetup } from '../run/block-task.ts';
import { chooseSample, type SampledTable } from './choose-sample.ts';

/** What an item will be, by some of its features that were really converted and compressed. */
export interface ItemSample {
  /** Whether all features were, so that nothing is a guess. */
  readonly isComplete: boolean;
  /** Features that will be written, and of those that the region cuts. */
  readonly written: number;
  readonly clipped: number;
  /** Features that have no place in the CRS. */
  readonly notProjectable: number;
  /** Of the files, without texts. */
  readonly size: Size;
}

/** Converts a sample of an item in a folder of its own inside another, which is removed again. */
export async function sampleItem(
  table: SampledTable,
  { cacheFolder, setupIn }: SampleOptions,
): Promise<ItemSample> {
  const { ids, perFeature, perByte } = chooseSample(table);
  const folder = withDiskErrors(cacheFolder, () => {
    mkdirSync(cacheFolder, { recursive: true });
    return mkdtempSync(join(cacheFolder, 'sample-'));
  });
  try {
    const setup = setupIn(join(folder, 'sample'));
    mkdirSync(setup.encode.pieceFolder, { recursive: true });
    using processor = await BlockProcessor.create(setup);
    const { block } = await processor.process({ ids });
    const files = await productSize(setup, { folder: join(folder, 'sample'), pieces: block.pieces });
    const isComplete = perFeature === 1;
    // What a file has even when it is empty does not grow with the features.
    const empty = isComplete
      ? files
      : await productSize(setup, { folder: join(folder, 'empty'), pieces: [] });
    const grown = (key: keyof Size): number =>
      Math.round(empty[key] + Math.max(files[key] - empty[key], 0) * perByte);
    return {
      isComplete,
      written: Math.round(block.counts.written * perFeature),
      clipped: Math.round(block.counts.clipped * perFeature),
      notProjectable: Math.round(block.counts.notProjectable * perFeature),
      size: { unzipped: grown('unzipped'), zipped: grown('zipped') },
    };
  } catch (error) {
    throw diskError(error, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where a sample is made, and how. */
export interface SampleOptions {
  readonly cacheFolder: string;
  /** How the item is processed, given a folder for its pieces. */
  readonly setupIn: (folder: string) => ItemSetup;
}

async function productSize(
  { mimetype, encode }: ItemSetup,
  { folder, pieces }: { folder: string; pieces: readonly unknown[] },
): Promise<Size> {
  mkdirSync(folder);
  const format = await loadBlockFormat(mimetype);
  using assembler = format.createAssembler({ ...encode, folder }, new LossLog());
  for (const piece of pieces) await assembler.append(piece);
  await assembler.finish();
  return zippedSize(readdirSync(folder).map((name) => join(folder, name)));
}
