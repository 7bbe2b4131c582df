import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

import type { GdalRunOptions } from '../gdal/run-gdal.ts';
import type { PixelWindow } from './pixel-grid.ts';
import type { Translation } from './raster-commands.ts';
import { packsAsWell } from './packs-as-well.ts';
import { retileLayout, type RetileLayout } from './retile-layout.ts';
import { counter, retileState, type RetileState } from './retile-state.ts';
import { stopRetiling } from './retile-thread.ts';
import type { RetileTask } from './retile-worker.ts';
import { readTiffImage, type TiffImage } from './tiff-image.ts';
import { TiffError } from './tiff-directory.ts';
import { blocksStart, fillTemplate, makeTiffTemplate } from './tiff-template.ts';

/** How a window is copied and watched. */
export interface RetileOptions {
  readonly run: GdalRunOptions;
  /** A path for a file in between. */
  readonly work: string;
  readonly onProgress: (fraction: number) => void;
}

/** Tiles as GDAL makes them where it is not told otherwise. */
const block = { width: 256, height: 256 } as const;

/**
 * Copies a window of a TIFF to a GeoTIFF: its blocks are unpacked, cut anew and packed by all cores, and GDAL writes what else the file
 * says. Pixels are the same as GDAL's.
 *
 * @returns false, and nothing is changed, where the source is stored in another way than ours to read, or the pixels would take more room
 *   than packed by GDAL
 * @throws signal.reason
 */
export async function retileWindow(translation: Translation, options: RetileOptions): Promise<boolean> {
  const layout = await layoutOf(translation);
  if (layout === null || !packsAsWell(translation.input, layout)) return false;
  const { run, work } = options;
  const template = await makeTiffTemplate(translation, work, run);
  if (template === null || !isFitting(template, layout)) return false;
  const start = await blocksStart(translation.output, template);
  const state = retileState(layout, {
    threads: run.threads ?? 1,
    position: start,
    sourcePath: translation.input,
    targetPath: translation.output,
  });
  if (!(await runThreads(state, options))) return false;
  await fillTemplate(translation.output, template, { start, ...state });
  return true;
}

async function layoutOf({ input, window }: Translation): Promise<RetileLayout | null> {
  try {
    await using file = await open(input, 'r');
    const image = await readTiffImage(file);
    if (image === null) return null;
    const { width, height } = image;
    return retileLayout(image, window ?? { x: 0, y: 0, width, height }, block);
  } catch (error) {
    // GDAL says better what is wrong with it.
    if (error instanceof TiffError) return null;
    throw error;
  }
}

/** Whether GDAL made of the window what was expected. */
function isFitting(image: TiffImage, { source, window }: { source: TiffImage; window: PixelWindow }): boolean {
  return (
    image.width === window.width &&
    image.height === window.height &&
    image.blockWidth === block.width &&
    image.blockHeight === block.height &&
    image.samples === source.samples &&
    image.sampleBytes === source.sampleBytes
  );
}

const progressMs = 100;

/** Runs the threads until all have ended. Returns whether they did all there was to do. */
async function runThreads(state: RetileState, { run: { signal }, onProgress }: RetileOptions): Promise<boolean> {
  const entry = createRequire(import.meta.url).resolve('@outcrop/engine/retile-worker');
  const stop = (): void => stopRetiling(state);
  signal?.addEventListener('abort', stop, { once: true });
  const timer = setInterval(() => {
    onProgress(Atomics.load(state.counters, counter.blocksPacked) / state.offsets.length);
  }, progressMs);
  try {
    signal?.throwIfAborted();
    const ends = await Promise.all(
      state.threads.map((_, number) => endOf(new Worker(entry, { workerData: { state, number } satisfies RetileTask }), stop)),
    );
    signal?.throwIfAborted();
    return ends.every((isWell) => isWell);
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', stop);
  }
}

/** Resolves when a thread has ended, with whether nothing went wrong in it. */
function endOf(worker: Worker, stop: () => void): Promise<boolean> {
  return new Promise((resolve) => {
    let isWell = true;
    worker.once('error', () => {
      isWell = false;
      stop();
    });
    worker.once('exit', (code) => resolve(isWell && code === 0));
  });
}
