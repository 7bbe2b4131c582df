import { mkdir } from 'node:fs/promises';

import type { CoordinateOperationReport, ItemReport } from '@outcrop/contract';

import { EngineError } from '../engine-error.ts';
import { LossLog } from '../formats/loss-log.ts';
import { inParallel } from '../gdal/in-parallel.ts';
import type { GdalRunOptions } from '../gdal/run-gdal.ts';
import type { PlannedItem } from '../plan/plan.ts';
import { featureCounts, noCounts } from '../run/feature-counts.ts';
import { filesIn, type ItemContext, type ItemResult } from '../run/run-item.ts';
import type { RasterFile, RasterKind } from '../source/layer.ts';
import { describeRaster } from './describe-raster.ts';
import { makeTiles } from './make-tiles.ts';
import { planRaster } from './plan-raster.ts';
import { findValueRanges } from './value-ranges.ts';
import { rasterVersion } from './raster-files.ts';
import { noteLosses } from './raster-losses.ts';
import { pixelCount, type RasterPiece, type RasterPlan } from './raster-plan.ts';
import { rasterWish } from './raster-wish.ts';
import { OutputMeter } from './output-meter.ts';
import { Sidecars } from './sidecars.ts';
import { type RasterSurvey, surveyRasterHere } from './survey-raster.ts';
import { tileBatches } from './tile-batches.ts';
import { tilePaths } from './tile-paths.ts';
import type { BatchTile } from './tile-stage.ts';
import { mustCheckNodata, nodataOutside } from './voids.ts';

/**
 * Bytes of GDAL's caches, all its programs of an item together. Pixels are read once, in order: a cache that holds more of
 * them costs the kernel's time for memory and gains nothing.
 */
const memoryBytes = 256 * 1024 ** 2;

/** Makes the files of one raster layer: one of each tile, or one of all, on every core. */
export async function runRasterItem(
  item: PlannedItem,
  source: RasterFile,
  context: ItemContext,
): Promise<ItemResult> {
  const version = rasterVersion(source.path);
  const survey = await surveyRasterHere(source, context.plan.cacheFolder);
  const wish = rasterWish(item, source, { survey, plan: context.plan });
  const planned = await planRaster(wish, context.workshop.operations);
  if ('reasons' in planned)
    throw new EngineError('invalid-request', planned.reasons.map(({ detail }) => detail).join(' '));
  const plan = await withFreeNodata(planned, { kind: wish.kind, context });
  const workFolder = `${context.folder}-pieces`;
  await mkdir(context.folder, { recursive: true });
  await mkdir(workFolder, { recursive: true });
  const losses = await makeAll({ item, plan, context, workFolder });
  if (rasterVersion(source.path) !== version) {
    throw new EngineError('source-changed', `${source.path} was changed while it was exported. Try again.`, {
      retryable: true,
    });
  }
  const files = filesIn(context.folder);
  const report = reportOf(item, { plan, survey, files: files.map(({ name }) => name), losses });
  const crop = plan.projected === null ? null : { projected: plan.projected };
  return { survey, crop, files, report };
}

/** A new nodata value must be none that the pixels have. */
async function withFreeNodata(
  plan: RasterPlan,
  { kind, context }: { kind: RasterKind; context: ItemContext },
): Promise<RasterPlan> {
  const { type } = plan.pieces[0]!.tiles[0]!.bands[0]!;
  if (!mustCheckNodata(plan.voids, type, kind)) return plan;
  const ranges = await findValueRanges(plan, { run: { signal: context.signal }, most: context.cores });
  const all = ranges.reduce(([least, greatest], range) => [
    Math.min(least, range[0]),
    Math.max(greatest, range[1]),
  ]);
  return { ...plan, voids: nodataOutside(type, all) };
}

interface Making {
  readonly item: PlannedItem;
  readonly plan: RasterPlan;
  readonly context: ItemContext;
  readonly workFolder: string;
}

async function makeAll({ item, plan, context, workFolder }: Making): Promise<LossLog> {
  const batches = tileBatches(plan, context.cores);
  const jobs = Math.min(context.cores, batches.length);
  const cores = Math.max(1, Math.floor(context.cores / jobs));
  const isByOneThread = plan.format.isByOneThread === true && plan.resampling === null;
  const run: GdalRunOptions = {
    signal: context.signal,
    threads: isByOneThread ? 1 : cores,
    cacheBytes: Math.floor(memoryBytes / jobs),
    temporaryFolder: workFolder,
  };
  const losses = new LossLog();
  const ranges = plan.scalesToBytes ? await findValueRanges(plan, { run, most: context.cores }) : null;
  const sidecars = await Sidecars.prepare(item, plan);
  const meter = new OutputMeter(item, plan.pieces.length, context.onProgress);
  // The first failure ends the others.
  const stop = new AbortController();
  const signal = context.signal === undefined ? stop.signal : AbortSignal.any([context.signal, stop.signal]);
  const indexes = new Map(plan.pieces.map((piece, index) => [piece, index]));
  const finish = async (index: number, { piece, paths }: BatchTile): Promise<void> => {
    await sidecars.write(piece, paths.output);
    await meter.finish(index, paths.output);
    if (index > 0) return;
    const written = await describeRaster(paths.output, { ...run, driver: plan.format.driver });
    noteLosses(losses, { plan, piece, written });
  };
  const work = async (pieces: readonly RasterPiece[]): Promise<void> => {
    const places = pieces.map((piece) => indexes.get(piece)!);
    const tiles = pieces.map((piece, position): BatchTile => {
      const file = { name: piece.name, extension: plan.format.extension, index: places[position]! };
      return { piece, paths: tilePaths(context.folder, workFolder, file) };
    });
    await makeTiles({
      plan,
      tiles,
      workFolder,
      ranges,
      run: { ...run, signal },
      cores,
      onProgress: (position, share) => meter.tell(places[position]!, share),
      onDone: (position) => finish(places[position]!, tiles[position]!).catch(stopping(stop)),
    });
  };
  try {
    await inParallel(batches, { most: jobs, work: (pieces) => work(pieces).catch(stopping(stop)) });
  } catch (error) {
    context.signal?.throwIfAborted();
    throw stop.signal.aborted ? stop.signal.reason : error;
  }
  return losses;
}

/** Ends what runs beside, and keeps the first reason. */
function stopping(stop: AbortController): (error: unknown) => never {
  return (error) => {
    if (!stop.signal.aborted) stop.abort(error);
    throw error;
  };
}

function reportOf(
  { item, layer, mimetype }: PlannedItem,
  {
    plan,
    survey,
    files,
    losses,
  }: { plan: RasterPlan; survey: RasterSurvey; files: readonly string[]; losses: LossLog },
): ItemReport {
  const [first] = plan.pieces;
  const [, dx, , , , dy] = first!.grid.transform;
  return {
    item,
    title: layer.title,
    layer_version: layer.version,
    format: mimetype,
    files,
    counts: featureCounts(0, noCounts),
    raster: {
      tiles_in_layer: survey.tiles.length,
      tiles_read: new Set(plan.pieces.flatMap(({ tiles }) => tiles.map(({ path }) => path))).size,
      files_written: plan.pieces.length,
      pixels: pixelCount(plan),
      pixel_size: [Math.abs(dx), Math.abs(dy)],
      resampling: plan.resampling === 'near' ? 'nearest' : (plan.resampling ?? 'none'),
      no_data: plan.voids.how === 'nodata' ? plan.voids.value : plan.voids.how,
    },
    coordinate_operation: operationOf(plan),
    losses: losses.entries(),
  };
}

function operationOf({ source, target, resampling }: RasterPlan): CoordinateOperationReport {
  const isMoved = source.code !== target.code;
  const detail = isMoved
    ? `PROJ itself, by gdalwarp, within an eighth of a pixel; ${resampling === 'near' ? 'nearest neighbour' : 'cubic'} resampling.`
    : 'The coordinates are the source\u2019s own.';
  return {
    from: source.code,
    to: target.code,
    method: isMoved ? 'proj' : 'none',
    certified: true,
    largest_difference: null,
    compared_points: 0,
    detail,
  };
}
