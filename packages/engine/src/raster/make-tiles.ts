import { rm } from 'node:fs/promises';

import { translateByStrips } from '../jpeg/jpeg-by-strips.ts';
import { maskStages } from './mask-stage.ts';
import { optionFacts } from './option-facts.ts';
import type { Translation } from './raster-commands.ts';
import { orderedDrivers } from './raster-drivers.ts';
import { pixelCount } from './raster-plan.ts';
import type { RasterTile } from './raster-tile.ts';
import { retileWindow } from '../retile/retile-window.ts';
import { copiedSources, expandColours, warpedSource } from './source-stage.ts';
import { type BatchTile, shares, type Stage, type TileBatch } from './tile-stage.ts';
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
  if (await retile(batch, translations[0]!)) return;
  const onProgress = (position: number, share: number): void =>
    batch.onProgress(position, start + (1 - start) * share);
  const onDone = async (position: number): Promise<void> => {
    await rm(tiles[position]!.paths.work('mask.tif'), { force: true });
    await batch.onDone(position);
  };
  const isByStrips =
    isWorthStrips(batch, stages[0]!) &&
    (await joinJpeg(batch, translations[0]!, (share) => onProgress(0, share)));
  if (isByStrips) await onDone(0);
  else await translateMany(translations, { run, folder: workFolder, onProgress, onDone });
  await rm(tiles[0]!.paths.work('warped.tif'), { force: true });
}

/** Fewer pixels are copied by GDAL before threads have started. */
const leastPixels = 4_000_000;

/** Copies pixels without GDAL where nothing else is asked for, and they are stored in a way that it knows. */
async function retile(batch: TileBatch, translation: Translation): Promise<boolean> {
  const { plan, tiles, run } = batch;
  const [{ piece }] = tiles as [BatchTile];
  const [tile] = piece.tiles as [RasterTile];
  const isPlain =
    tiles.length === 1 &&
    plan.resampling === null &&
    plan.format.driver === 'GTiff' &&
    translation.input === tile.path &&
    tile.driver === 'GTiff' &&
    !tile.hasAttributeTable &&
    !plan.scalesToBytes &&
    !translation.flags?.includes('-b') &&
    tile.bands.every(({ mask, bits }) => mask !== 'dataset' && (bits === 8 || bits === 16)) &&
    pixelCount({ pieces: [piece] }) >= leastPixels;
  if (!isPlain) return false;
  const onProgress = (fraction: number): void => batch.onProgress(0, fraction);
  if (!(await retileWindow(translation, { run, onProgress }))) return false;
  await batch.onDone(0);
  return true;
}

/** A JPEG of fewer pixels is made sooner by one program than by several. */
const leastStripPixels = 40_000_000;

/** Whether a file is a JPEG that all cores should make: it is large, and has no mask, which strips cannot have. */
function isWorthStrips({ plan, tiles }: TileBatch, { alpha }: Stage): boolean {
  const pixels = pixelCount({ pieces: tiles.map(({ piece }) => piece) });
  return plan.format.driver === 'JPEG' && tiles.length === 1 && alpha === null && pixels >= leastStripPixels;
}

/** Makes a JPEG on every core, where this can be. */
function joinJpeg(
  { plan, tiles, cores, run, workFolder }: TileBatch,
  translation: Translation,
  onProgress: (share: number) => void,
): Promise<boolean> {
  const { tiles: sources, cut } = tiles[0]!.piece;
  // Of several files, or of pixels that were warped, each core begins where its rows are.
  const isReadInOrder =
    plan.resampling === null && sources.length === 1 && orderedDrivers.has(sources[0]!.driver);
  return translateByStrips(translation, {
    size: cut.window,
    cores,
    isReadInOrder,
    run,
    folder: workFolder,
    onProgress,
  });
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
