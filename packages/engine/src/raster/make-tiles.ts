import { rm } from 'node:fs/promises';

import { translateByStrips } from './jpeg-by-strips.ts';
import { maskStages } from './mask-stage.ts';
import { optionFacts } from './option-facts.ts';
import { pixelCount } from './raster-plan.ts';
import type { Translation } from './raster-commands.ts';
import { orderedDrivers } from './raster-drivers.ts';
import { copiedSources, expandColours, warpedSource } from './source-stage.ts';
import { shares, type Stage, type TileBatch } from './tile-stage.ts';
import { translateMany } from './translate-many.ts';
import { isWrittenByWarp, warpTiles, warpToOutput } from './warp-stage.ts';

/**
 * Makes the files of a batch: joins, expands, warps, masks and writes, each only where the plan asks for it. Pixels
 * that are only copied pass from source to output in one step.
 */
export async function makeTiles(batch: TileBatch): Promise<void> {
  const { plan } = batch;
  let stages = plan.resampling === null ? await copiedSources(batch) : [await warpedSource(batch)];
  if (plan.expandsPalette) stages = await expandColours(batch, stages);
  if (plan.resampling !== null) {
    if (isWrittenByWarp(batch)) return warpToOutput(batch, stages[0]!);
    stages = await warpTiles(batch, stages[0]!);
  }
  await write(batch, await maskStages(batch, stages));
}

async function write(batch: TileBatch, stages: readonly Stage[]): Promise<void> {
  const { plan, tiles, run, workFolder } = batch;
  const translations = stages.map((stage, position): Translation => {
    const { piece, paths } = tiles[position]!;
    return {
      input: stage.path,
      output: paths.output,
      driver: plan.format.driver,
      window: stage.window,
      options: plan.format.options(optionFacts(plan, piece, run.threads ?? 1)),
      flags: [...stage.flags, ...bandFlags(batch, stage), ...scaleFlags(batch, stage)],
    };
  });
  const start = startOf(batch);
  const onProgress = (position: number, share: number): void =>
    batch.onProgress(position, start + (1 - start) * share);
  const onDone = async (position: number): Promise<void> => {
    await rm(tiles[position]!.paths.work('mask.tif'), { force: true });
    await batch.onDone(position);
  };
  const isByStrips =
    isWorthStrips(batch, stages[0]!) &&
    (await translateByStrips(translations[0]!, {
      size: tiles[0]!.piece.cut.window,
      cores: batch.cores,
      isReadInOrder: isReadInOrder(batch),
      run,
      folder: workFolder,
      onProgress: (share) => onProgress(0, share),
    }));
  if (isByStrips) await onDone(0);
  else await translateMany(translations, { run, folder: workFolder, onProgress, onDone });
  await rm(tiles[0]!.paths.work('warped.tif'), { force: true });
}

/** A JPEG of fewer pixels is made sooner by one program than by several. */
const minStripPixels = 40_000_000;

/** Whether a file is a JPEG that all cores should make: it is large, and has no mask, which strips cannot have. */
function isWorthStrips({ plan, tiles }: TileBatch, { alpha }: Stage): boolean {
  const pixels = pixelCount({ pieces: tiles.map(({ piece }) => piece) });
  return plan.format.driver === 'JPEG' && tiles.length === 1 && alpha === null && pixels >= minStripPixels;
}

/** Whether the pixels come from a single file whose last rows are not read without the first. */
function isReadInOrder({ plan, tiles }: TileBatch): boolean {
  const sources = tiles[0]!.piece.tiles;
  return plan.resampling === null && sources.length === 1 && orderedDrivers.has(sources[0]!.driver);
}

/** The share of a file that is done when it is written. */
function startOf({ plan, tiles }: TileBatch): number {
  const isMasked = tiles.length === 1 && tiles[0]!.piece.cut.mask !== null;
  return (plan.resampling === null ? 0 : shares.warp) + (isMasked ? shares.mask : 0);
}

/** Whether the one band of values is written three times, as colours. */
function becomesColour({ plan: { format, voids } }: TileBatch, { valueBands, alpha }: Stage): boolean {
  return format.hasAlphaOfColoursOnly === true && voids.how === 'alpha' && alpha !== null && valueBands === 1;
}

function bandFlags(batch: TileBatch, stage: Stage): string[] {
  const { voids, format } = batch.plan;
  const { valueBands: count, alpha } = stage;
  const isNodata = voids.how === 'nodata';
  const nodata = isNodata
    ? ['-a_nodata', voids.value]
    : format.voids.includes('nodata')
      ? []
      : ['-a_nodata', 'none'];
  if (becomesColour(batch, stage)) {
    return [...nodata, ...bandList([1, 1, 1, alpha!]), '-colorinterp', 'red,green,blue,alpha'];
  }
  if (alpha === null || voids.how === 'alpha') return nodata;
  const values = bandList(Array.from({ length: count }, (_, index) => index + 1));
  return voids.how === 'mask' ? [...nodata, ...values, '-mask', String(alpha)] : [...nodata, ...values];
}

function bandList(bands: readonly number[]): string[] {
  return bands.flatMap((band) => ['-b', String(band)]);
}

function scaleFlags(batch: TileBatch, stage: Stage): string[] {
  const { plan, ranges } = batch;
  const { alpha, type } = stage;
  if (!plan.scalesToBytes || ranges === null) return [];
  const isColoured = becomesColour(batch, stage);
  const count = isColoured ? 3 : stage.valueBands;
  const flags = Array.from({ length: count }, (_, index) => {
    const [least, greatest] = ranges[isColoured ? 0 : index] ?? [0, 255];
    return [
      `-scale_${index + 1}`,
      String(least),
      String(Math.max(greatest, least + Number.EPSILON)),
      '0',
      '255',
    ];
  }).flat();
  const isWide = alpha !== null && type === 'UInt16' && plan.voids.how === 'alpha' && !plan.voids.isNew;
  return ['-ot', 'Byte', ...flags, ...(isWide ? [`-scale_${count + 1}`, '0', '65535', '0', '255'] : [])];
}
